/** One of the addresses that a Kafka cluster is first reached by. */
export interface KafkaBroker {
  readonly host: string;
  readonly port: number;
}

/** An address as Kafka's clients read it: an optional protocol, which counts for nothing, a host and a port. */
const brokerPattern =
  /^(?:[0-9a-zA-Z\-%._]*:\/\/)?(?:\[([0-9a-zA-Z\-%._:]+)\]|([0-9a-zA-Z\-%._]+)):(\d{1,5})$/;

/** The highest port of TCP. */
const highestPort = 65_535;

/**
 * Splits a comma-separated list of `host:port`; blanks around the commas, and empty parts, do not count.
 *
 * @returns the brokers, or what is wrong, as a clause
 */
export function parseBrokers(address: string): readonly KafkaBroker[] | string {
  const parts = address
    .split(",")
    .map((part) => part.trim())
    .filter((part) => part !== "");
  if (parts.length === 0) return "it names no broker; write host:port, separated by commas";
  const brokers: KafkaBroker[] = [];
  for (const part of parts) {
    const [, bracketed, bare, digits] = brokerPattern.exec(part) ?? [];
    const host = bracketed ?? bare;
    const port = Number(digits);
    if (host === undefined || port > highestPort || Number.isNaN(port)) {
      return `"${part}" is no host:port (an IPv6 address stands in brackets)`;
    }
    brokers.push({ host, port });
  }
  return brokers;
}
