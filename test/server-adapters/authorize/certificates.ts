import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";

/** A key and what was certified of it, as PEM. */
export interface Identity {
  readonly key: string;
  readonly cert: string;
}

/** What a certificate says of its owner: a subject as openssl writes one, and lines of its section of names. */
export interface Named {
  readonly subject: string;
  readonly altNames?: readonly string[];
}

/** A certificate authority that lives as long as a test. */
export class Authority {
  readonly #folder = mkdtempSync(path.join(tmpdir(), "statefun-authority-"));
  #issued = 0;
  /** Its own certificate: what a host trusts. */
  readonly cert: string;

  constructor(name: string) {
    this.#openssl(
      ...["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2"],
      ...["-subj", `/CN=${name}`, "-keyout", "ca.key", "-out", "ca.pem"],
    );
    this.cert = this.#read("ca.pem");
  }

  /** A new key, and a certificate of it. */
  issue({ subject, altNames = [] }: Named): Identity {
    const name = `identity-${String(++this.#issued)}`;
    const extensions = [
      "basicConstraints=critical,CA:FALSE",
      ...(altNames.length > 0 ? ["subjectAltName=@names"] : []),
    ];
    const lines = [...extensions, "[names]", ...altNames, "[directory]", "CN=inner"];
    writeFileSync(path.join(this.#folder, "names.cnf"), `${lines.join("\n")}\n`);
    this.#openssl(
      ...[
        "req",
        "-newkey",
        "ec",
        "-pkeyopt",
        "ec_paramgen_curve:P-256",
        "-nodes",
        "-utf8",
        "-multivalue-rdn",
      ],
      ...["-subj", subject, "-keyout", `${name}.key`, "-out", `${name}.csr`],
    );
    this.#openssl(
      ...["x509", "-req", "-in", `${name}.csr`, "-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial"],
      ...["-days", "2", "-extfile", "names.cnf", "-out", `${name}.pem`],
    );
    return { key: this.#read(`${name}.key`), cert: this.#read(`${name}.pem`) };
  }

  /** Removes its files. */
  close(): void {
    rmSync(this.#folder, { recursive: true, force: true });
  }

  #openssl(...args: readonly string[]): void {
    execFileSync("openssl", args, { cwd: this.#folder, stdio: ["ignore", "ignore", "pipe"] });
  }

  #read(name: string): string {
    return readFileSync(path.join(this.#folder, name), "utf8");
  }
}
