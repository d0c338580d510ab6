import { refused, type Authorize } from "../answer.js";
import { invalid } from "./secrets.js";

/** Whom {@link clientCertificate} lets in: a certificate must fit each field given, by one of its values. */
export interface CertificateNames {
  /** The common name of the subject: `flink`. A subject with several has none. */
  readonly commonName?: string | readonly string[];
  /** A subject alternative name, with its kind: `URI:spiffe://example/flink`, `DNS:flink.example`. */
  readonly altName?: string | readonly string[];
  /** The whole subject, most specific part last: `C=DE,O=Example,CN=flink`. */
  readonly subject?: string | readonly string[];
}

const fields = ["commonName", "altName", "subject"] as const;

/**
 * Lets in clients whose certificate, checked by the host against its authorities, has one of the names given. Names are
 * compared as they are, letter by letter; there are no wildcards.
 *
 * The host must ask for a certificate: on Node, `https.createServer({ key, cert, ca, requestCert: true }, …)`. A
 * connection without one, without TLS, or whose chain did not hold is refused, whatever `rejectUnauthorized` says.
 *
 * @throws StateFunError `invalid-argument` if no name is given, or one is not a text with something in it
 *
 * @example
 * ```ts
 * import { clientCertificate } from "statefun/authorize";
 *
 * export const authorize = clientCertificate({ commonName: ["flink", "flink-staging"] });
 * ```
 */
export function clientCertificate(names: CertificateNames): Authorize {
  const wanted = fields.flatMap((field) => {
    const values = names[field];
    return values === undefined ? [] : [{ field, values: checked(field, values) }];
  });
  if (wanted.length === 0) {
    throw invalid("clientCertificate", "names nobody: give commonName, altName or subject");
  }
  return (request) => {
    const certificate = request.clientCertificate();
    if (certificate === undefined) return refused(request, "no client certificate that the host has checked");
    const { commonName, altNames, subject } = certificate;
    const had = { commonName: [commonName], altName: altNames, subject: [subject] };
    const missing = wanted.find(
      ({ field, values }) => !had[field].some((name) => name !== undefined && values.has(name)),
    );
    if (missing === undefined) return true;
    return refused(request, `the client certificate has another ${missing.field} than those let in`);
  };
}

function checked(field: string, values: string | readonly string[]): ReadonlySet<string> {
  const list: readonly unknown[] = Array.isArray(values) ? values : [values];
  if (list.length === 0)
    throw invalid("clientCertificate", `${field} is an empty list: nobody could come in`);
  return new Set(
    list.map((value) => {
      if (typeof value === "string" && value !== "") return value;
      throw invalid("clientCertificate", `${field} has a value that is not a text with something in it`);
    }),
  );
}
