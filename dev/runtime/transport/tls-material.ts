import { X509Certificate } from "node:crypto";
import { readFileSync } from "node:fs";
import net from "node:net";
import tls from "node:tls";
import { fileURLToPath } from "node:url";
import { thrownText } from "./call-failure.js";
import { invalid, textProperty, type RawProperties } from "./properties.js";

/**
 * How the asynchronous transport meets a peer over TLS: the chain of its certificate is checked, its name is not, as
 * in a cluster.
 *
 * @throws RuntimeError `invalid-transport` naming the property whose file cannot be read or used
 */
export function asyncTls(properties: RawProperties, host: string): tls.ConnectionOptions {
  const ca = certificates(properties, "trust_cacerts");
  const cert = certificates(properties, "client_cert");
  const key = privateKey(properties);
  if ((cert === undefined) !== (key === undefined)) {
    const [given, missing] =
      cert === undefined ? ["client_key", "client_cert"] : ["client_cert", "client_key"];
    throw invalid(given, `is set and ${missing} is not: mutual TLS needs both`);
  }
  try {
    return {
      ...commonOptions(host),
      checkServerIdentity: () => undefined,
      secureContext: tls.createSecureContext({ ca, cert, ...key }),
    };
  } catch (error) {
    throw invalid("client_key", `cannot be used: ${thrownText(error)}`, error);
  }
}

/** How the okhttp transport meets a peer over TLS: chain and name are checked against what Node trusts by itself. */
export function okhttpTls(host: string): tls.ConnectionOptions {
  return {
    ...commonOptions(host),
    // The name in the URL counts, also where the address is redirected.
    checkServerIdentity: (_, certificate) => tls.checkServerIdentity(host, certificate),
  };
}

/** Java names the host it wants (SNI) only if that has a dot in it and is no address. */
function commonOptions(host: string): tls.ConnectionOptions {
  const isNamed = host.includes(".") && net.isIP(host) === 0;
  return { servername: isNamed ? host : "", rejectUnauthorized: true };
}

function certificates(properties: RawProperties, key: string): string | undefined {
  const text = fileText(properties, key);
  if (text === undefined) return undefined;
  const found = text.match(/-----BEGIN (?:X509 |TRUSTED )?CERTIFICATE-----.*?-----END [A-Z0-9 ]+-----/gs);
  if (found === null) throw invalid(key, "names a file without a certificate in PEM (BEGIN CERTIFICATE)");
  try {
    return found.map((pem) => new X509Certificate(pem).toString()).join("\n");
  } catch (error) {
    throw invalid(key, `names a file with a damaged certificate: ${thrownText(error)}`, error);
  }
}

interface PrivateKey {
  readonly key: string;
  readonly passphrase: string | undefined;
}

const keyForm = /-----BEGIN ([A-Z ]*)PRIVATE KEY-----(.*?)-----END [A-Z ]*PRIVATE KEY-----/s;

function privateKey(properties: RawProperties): PrivateKey | undefined {
  const text = fileText(properties, "client_key");
  if (text === undefined) return undefined;
  const [pem, kind = "", base64 = ""] = keyForm.exec(text) ?? [];
  if (pem === undefined) throw invalid("client_key", "names a file without a private key in PEM");
  if (kind !== "" && kind !== "ENCRYPTED ") {
    throw invalid(
      "client_key",
      `names a key of the kind "${kind}PRIVATE KEY", and only PKCS#8 is read: openssl pkcs8 -topk8 -nocrypt makes one`,
    );
  }
  const passphrase = fileText(properties, "client_key_password");
  if (kind === "") {
    if (passphrase === undefined) return { key: pem, passphrase };
    throw invalid("client_key_password", "is set, but the key in client_key is not encrypted");
  }
  checkEncryption(Buffer.from(base64, "base64"), passphrase);
  return { key: pem, passphrase };
}

/** The object identifier of PBES2, in DER. */
const pbes2 = Buffer.from("06092a864886f70d01050d", "hex");

/** What Java 17 does not decrypt is refused here too, or a module would work here and fail on a cluster. */
function checkEncryption(der: Buffer, passphrase: string | undefined): void {
  if (passphrase === undefined)
    throw invalid("client_key", "is encrypted, and client_key_password is not set");
  // The identifier is the first element of the first element: two headers of two to six bytes lead to it.
  if (der.subarray(0, 16 + pbes2.length).includes(pbes2)) {
    throw invalid(
      "client_key",
      "is encrypted with PBES2, which Java 17 does not read: openssl pkcs8 -topk8 -v1 PBE-SHA1-3DES encrypts so that it does",
    );
  }
  if (!/^[\x20-\x7e]*$/.test(passphrase)) {
    throw invalid(
      "client_key_password",
      "names a file with more than printable ASCII in it; a newline at its end is a part of the password: leave it out",
    );
  }
}

function fileText(properties: RawProperties, key: string): string | undefined {
  const location = textProperty(properties, key);
  if (location === undefined) return undefined;
  const path = filePath(location, key);
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    throw invalid(key, `names ${location}, which cannot be read: ${thrownText(error)}`, error);
  }
}

function filePath(location: string, key: string): string {
  const [, scheme] = /^([A-Za-z][A-Za-z0-9+.-]+):/.exec(location) ?? [];
  if (scheme === undefined) return location;
  if (scheme === "classpath") {
    throw invalid(key, `names ${location}, and there is no class path here: name a file`);
  }
  if (scheme !== "file" || !URL.canParse(location)) {
    throw invalid(key, `names ${location}: only paths and file: URLs are read`);
  }
  return fileURLToPath(location);
}
