import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";

/** Writes into `folder` the files that the recorded TLS cases name: an authority, a server, a client and its keys. */
export class TlsFiles {
  readonly folder: string;

  constructor(folder: string) {
    this.folder = folder;
    const newKey = ["-newkey", "rsa:2048", "-nodes"];
    const days = ["-days", "1"];
    this.#openssl("req", "-x509", ...newKey, ...days, "-subj", "/CN=a private CA", ...this.#out("ca"));
    for (const name of ["server", "client"]) {
      const host = `${name}.other.name`;
      writeFileSync(path.join(folder, "names.cnf"), `subjectAltName=DNS:${host}\n`);
      const request = ["-keyout", `${name}.key`, "-out", `${name}.csr`];
      this.#openssl("req", ...newKey, "-subj", `/CN=${host}`, ...request);
      const authority = ["-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial", "-extfile", "names.cnf"];
      this.#openssl("x509", "-req", "-in", `${name}.csr`, ...authority, ...days, "-out", `${name}.pem`);
    }
    const encrypt = ["pkcs8", "-topk8", "-in", "client.key", "-passout", "pass:secret"];
    this.#openssl(...encrypt, "-out", "client.enc.key");
    this.#openssl(...encrypt, "-v1", "PBE-SHA1-3DES", "-out", "client.old.key");
    this.#openssl("rsa", "-in", "client.key", "-traditional", "-out", "client.pkcs1.key");
    writeFileSync(path.join(folder, "password"), "secret");
    writeFileSync(path.join(folder, "password.newline"), "secret\n");
    writeFileSync(path.join(folder, "password.wrong"), "Secret");
    writeFileSync(path.join(folder, "garbage"), "garbage");
  }

  read(name: string): string {
    return readFileSync(path.join(this.folder, name), "utf8");
  }

  #out(name: string): string[] {
    return ["-keyout", `${name}.key`, "-out", `${name}.pem`];
  }

  #openssl(...args: readonly string[]): void {
    execFileSync("openssl", args, { cwd: this.folder, stdio: ["ignore", "ignore", "pipe"] });
  }
}
