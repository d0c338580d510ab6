/** A text in PEM, in the module itself or in a file that is read when a connection is made. */
export type PemSource =
  { readonly from: "text"; readonly pem: string } | { readonly from: "file"; readonly path: string };

/** A version of TLS, as Node names it. */
export type TlsVersion = "TLSv1.2" | "TLSv1.3";

/** How the connection to the brokers is encrypted. */
export interface KafkaTls {
  /** Trusted certificates; without them those of Node. */
  readonly ca: PemSource | undefined;
  /** The client's certificate, then those it is signed with. */
  readonly certificate: PemSource | undefined;
  /** The client's private key; the same file as the certificate if both stand in one. */
  readonly key: PemSource | undefined;
  /** The password of the private key. */
  readonly passphrase: string | undefined;
  /** Whether the certificate of a broker must name its host. */
  readonly verifyHostname: boolean;
  readonly minVersion: TlsVersion;
  readonly maxVersion: TlsVersion;
}

/** Who the client is. */
export interface KafkaSasl {
  readonly mechanism: "PLAIN" | "SCRAM-SHA-256" | "SCRAM-SHA-512";
  readonly username: string;
  readonly password: string;
}

/** The security of a connection, or what is wrong with the properties that describe it. */
export interface KafkaSecurity {
  readonly tls: KafkaTls | undefined;
  readonly sasl: KafkaSasl | undefined;
  readonly problems: readonly SecurityProblem[];
}

/** What is wrong with a property: the key, and a sentence about it. */
export interface SecurityProblem {
  readonly key: string;
  readonly message: string;
}

type Properties = Readonly<Record<string, string>>;

/** Reads `security.protocol`, `sasl.*` and `ssl.*`. Values that the table of properties refuses are left out. */
export function kafkaSecurity(properties: Properties): KafkaSecurity {
  const problems: SecurityProblem[] = [];
  const protocol = value(properties, "security.protocol") ?? "PLAINTEXT";
  const tls = protocol === "SSL" || protocol === "SASL_SSL" ? kafkaTls(properties, problems) : undefined;
  const sasl = protocol.startsWith("SASL_") ? kafkaSasl(properties, problems) : undefined;
  return { tls, sasl, problems };
}

function kafkaTls(properties: Properties, problems: SecurityProblem[]): KafkaTls {
  const versions = tlsVersions(properties, problems);
  const keystore = value(properties, "ssl.keystore.location");
  const chain = value(properties, "ssl.keystore.certificate.chain");
  const key = value(properties, "ssl.keystore.key");
  for (const [store, given] of [
    [
      "ssl.truststore",
      value(properties, "ssl.truststore.location") ?? value(properties, "ssl.truststore.certificates"),
    ],
    ["ssl.keystore", keystore ?? key ?? chain],
  ] as const) {
    if (given !== undefined && value(properties, `${store}.type`) === undefined) {
      problems.push({
        key: `${store}.type`,
        message: `it must be PEM, since without it Kafka reads the Java format JKS, which this runtime cannot; convert with "keytool -importkeystore" and "openssl pkcs12".`,
      });
    }
  }
  if (keystore === undefined && (chain === undefined) !== (key === undefined)) {
    problems.push({
      key: chain === undefined ? "ssl.keystore.key" : "ssl.keystore.certificate.chain",
      message: "ssl.keystore.key and ssl.keystore.certificate.chain go together: one of them is missing.",
    });
  }
  return {
    ca: pemSource(properties, "ssl.truststore.location", "ssl.truststore.certificates"),
    certificate: pemSource(properties, "ssl.keystore.location", "ssl.keystore.certificate.chain"),
    key: pemSource(properties, "ssl.keystore.location", "ssl.keystore.key"),
    passphrase: value(properties, "ssl.key.password"),
    verifyHostname: value(properties, "ssl.endpoint.identification.algorithm") !== "",
    ...versions,
  };
}

function pemSource(properties: Properties, fileKey: string, textKey: string): PemSource | undefined {
  const path = value(properties, fileKey);
  if (path !== undefined) return { from: "file", path };
  const pem = value(properties, textKey);
  return pem === undefined ? undefined : { from: "text", pem };
}

function tlsVersions(
  properties: Properties,
  problems: SecurityProblem[],
): { readonly minVersion: TlsVersion; readonly maxVersion: TlsVersion } {
  const newest = value(properties, "ssl.protocol") === "TLSv1.2" ? "TLSv1.2" : "TLSv1.3";
  const enabled = (value(properties, "ssl.enabled.protocols") ?? "TLSv1.2,TLSv1.3")
    .split(",")
    .map((version) => version.trim());
  const other = enabled.find((version) => version !== "TLSv1.2" && version !== "TLSv1.3");
  if (other !== undefined) {
    problems.push({
      key: "ssl.enabled.protocols",
      message: `"${other}" is none of TLSv1.2 and TLSv1.3; older versions are not secure.`,
    });
  }
  const minVersion = enabled.includes("TLSv1.2") ? "TLSv1.2" : "TLSv1.3";
  const maxVersion = enabled.includes("TLSv1.3") && newest === "TLSv1.3" ? "TLSv1.3" : "TLSv1.2";
  if (minVersion > maxVersion) {
    problems.push({
      key: "ssl.enabled.protocols",
      message: "it leaves no version that ssl.protocol allows.",
    });
  }
  return { minVersion, maxVersion };
}

function kafkaSasl(properties: Properties, problems: SecurityProblem[]): KafkaSasl | undefined {
  const mechanism = value(properties, "sasl.mechanism");
  if (mechanism !== "PLAIN" && mechanism !== "SCRAM-SHA-256" && mechanism !== "SCRAM-SHA-512") {
    // A value that is no mechanism of ours is refused by the table of properties.
    if (mechanism === undefined) {
      problems.push({
        key: "sasl.mechanism",
        message:
          "it is missing, and Kafka's default, GSSAPI (Kerberos), is not supported; allowed are PLAIN, SCRAM-SHA-256, SCRAM-SHA-512.",
      });
    }
    return undefined;
  }
  const jaas = value(properties, "sasl.jaas.config");
  const login = jaas === undefined ? "it is missing" : parseJaas(jaas, mechanism);
  if (typeof login !== "string") return { mechanism, ...login };
  const module = loginModule(mechanism);
  problems.push({
    key: "sasl.jaas.config",
    message: `${login}; write ${module} required username="…" password="…"; with the class in full, org.apache.kafka.common.security.${mechanism === "PLAIN" ? "plain" : "scram"}.${module}.`,
  });
  return undefined;
}

function loginModule(mechanism: KafkaSasl["mechanism"]): string {
  return mechanism === "PLAIN" ? "PlainLoginModule" : "ScramLoginModule";
}

/** An entry of a JAAS configuration: a class, a flag, options, a semicolon. */
const jaasEntry = /^\s*([\w.$]+)\s+(required|requisite|sufficient|optional)\b([\s\S]*?)\s*;\s*$/i;

/** An option: a name, and a value in quotes, in which a backslash keeps the next character, or without. */
const jaasOption = /\s+([\w.]+)\s*=\s*(?:"((?:[^"\\]|\\[\s\S])*)"|([^\s";=]+))/y;

/** The username and password of a JAAS entry, or what is wrong with it, without repeating any of its values. */
function parseJaas(
  jaas: string,
  mechanism: KafkaSasl["mechanism"],
): { readonly username: string; readonly password: string } | string {
  const [, className, , rest] = jaasEntry.exec(jaas) ?? [];
  if (className === undefined || rest === undefined) return "it is not one login module with its options";
  const module = loginModule(mechanism);
  if (className !== module && !className.endsWith(`.${module}`)) {
    return `its login module is ${className}, and the mechanism ${mechanism} needs ${module}`;
  }
  const options = new Map<string, string>();
  let at = 0;
  while (at < rest.trimEnd().length) {
    jaasOption.lastIndex = at;
    const [, name, quoted, bare] = jaasOption.exec(rest) ?? [];
    if (name === undefined) return 'its options are not name=value or name="value"';
    options.set(name, quoted?.replace(/\\([\s\S])/g, "$1") ?? bare ?? "");
    at = jaasOption.lastIndex;
  }
  const username = options.get("username");
  const password = options.get("password");
  const other = [...options.keys()].find((name) => name !== "username" && name !== "password");
  if (other !== undefined) return `its option ${other} is not supported`;
  if (username === undefined || password === undefined) return "it lacks username or password";
  return { username, password };
}

function value(properties: Properties, key: string): string | undefined {
  return Object.hasOwn(properties, key) ? properties[key]?.trim() : undefined;
}
