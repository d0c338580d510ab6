import type { X509Certificate } from "node:crypto";
import type { Socket } from "node:net";
import type { TLSSocket } from "node:tls";
import type { ClientCertificate } from "./answer.js";

/**
 * The certificate of the client at the other end of a connection, if its chain was checked and held.
 *
 * `authorized` alone does not say that there is one: with `rejectUnauthorized: false` it is false for a client without
 * a certificate, but true for one that resumes a TLS 1.3 session.
 */
export function certificateOf(socket: Socket | TLSSocket): ClientCertificate | undefined {
  if (!("authorized" in socket) || !socket.authorized) return undefined;
  // Absent in runtimes that only resemble Node, and without a value once the connection is gone.
  const certificate = (socket as Partial<TLSSocket>).getPeerX509Certificate?.call(socket);
  return certificate === undefined ? undefined : certificateFields(certificate);
}

/** What `authorize` sees of a certificate. */
export function certificateFields(certificate: X509Certificate): ClientCertificate {
  // Both are undefined for a certificate without a subject, as SPIFFE's may be; the types do not say so.
  const subject = certificate.subject as string | undefined;
  const attributes = certificate.toLegacyObject().subject as Readonly<Record<string, unknown>> | undefined;
  // A list where a subject has several: which of them is meant, nobody can say.
  const commonName = attributes?.CN;
  return {
    subject: subject?.split("\n").join(",") ?? "",
    commonName: typeof commonName === "string" ? commonName : undefined,
    altNames: altNames(certificate.subjectAltName ?? ""),
  };
}

// A value that could be taken for more than one name is written as a JSON text. See CVE-2021-44532.
const altName = /(?<kind>[A-Za-z ]+):(?:(?<quoted>"(?:[^"\\]|\\.)*")|(?<plain>[^",]*))(?:, |$)/y;

/** The names that Node writes into one text, apart again; none at all if that is not the text expected. */
function altNames(text: string): readonly string[] {
  const names: string[] = [];
  altName.lastIndex = 0;
  while (altName.lastIndex < text.length) {
    const { kind, quoted, plain } = altName.exec(text)?.groups ?? {};
    if (kind === undefined) return [];
    const value = quoted === undefined ? plain : (JSON.parse(quoted) as string);
    names.push(`${kind}:${value ?? ""}`);
  }
  return names;
}
