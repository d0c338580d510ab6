import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";

/** A private key and the certificate that belongs to it, as PEM. */
export interface Identity {
  readonly key: string;
  readonly cert: string;
}

/** An authority of its own, and whom it vouches for. */
export interface Certificates {
  readonly ca: string;
  /** For `localhost` and `127.0.0.1`. */
  readonly server: Identity;
  /** A client with the subject `CN=flink`. */
  readonly client: Identity;
  /** A client that vouches for itself. */
  readonly stranger: Identity;
}

/**
 * Makes certificates that hold for one day, with openssl.
 *
 * @throws Error with what openssl said
 */
export function newCertificates(): Certificates {
  const folder = mkdtempSync(path.join(tmpdir(), "statefun-certificates-"));
  try {
    const ca = selfSigned(folder, "ca", "/CN=statefun test authority");
    return {
      ca: ca.cert,
      server: signed(folder, "server", "/CN=localhost", "subjectAltName=DNS:localhost,IP:127.0.0.1"),
      client: signed(folder, "client", "/O=statefun/CN=flink", "extendedKeyUsage=clientAuth"),
      stranger: selfSigned(folder, "stranger", "/O=statefun/CN=flink"),
    };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const newKey = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"];

function selfSigned(folder: string, name: string, subject: string): Identity {
  const files = ["-keyout", `${name}.key`, "-out", `${name}.pem`];
  openssl(folder, ["req", "-x509", ...newKey, "-days", "1", "-subj", subject, ...files]);
  return identity(folder, name);
}

function signed(folder: string, name: string, subject: string, extension: string): Identity {
  writeFileSync(path.join(folder, `${name}.ext`), extension);
  openssl(folder, ["req", ...newKey, "-subj", subject, "-keyout", `${name}.key`, "-out", `${name}.csr`]);
  const authority = ["-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial"];
  const files = ["-in", `${name}.csr`, "-extfile", `${name}.ext`, "-out", `${name}.pem`];
  openssl(folder, ["x509", "-req", "-days", "1", ...authority, ...files]);
  return identity(folder, name);
}

function identity(folder: string, name: string): Identity {
  const read = (extension: string): string => readFileSync(path.join(folder, name + extension), "utf8");
  return { key: read(".key"), cert: read(".pem") };
}

function openssl(folder: string, args: readonly string[]): void {
  const { error, status, stderr } = spawnSync("openssl", args, { cwd: folder, encoding: "utf8" });
  if (error !== undefined) throw error;
  if (status !== 0) throw new Error(`openssl ${args.join(" ")} ended with ${String(status)}\n${stderr}`);
}
