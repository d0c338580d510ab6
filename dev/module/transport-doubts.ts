import { parseDuration } from "./duration.js";
import { isYamlMap } from "./fields.js";
import { kinds } from "./kinds.js";
import type { EndpointSpec } from "./module.js";
import type { Path } from "./yaml-source.js";

/** Something about an endpoint that a cluster notices with the first message for one of its functions. */
export interface TransportDoubt {
  readonly path: Path;
  readonly message: string;
}

const laterThan = "a cluster starts, and fails with the first message for these functions";

/** Whether the URL and the properties will do. They are not judged at start: neither by a cluster nor here. */
export function transportDoubts(kind: string, endpoint: EndpointSpec): readonly TransportDoubt[] {
  const properties = kind === kinds.endpointV1 ? [] : ["transport"];
  return [...urlDoubts(endpoint), ...durationDoubts(endpoint, properties)];
}

function urlDoubts({ urlPathTemplate, transport }: EndpointSpec): readonly TransportDoubt[] {
  const path = ["urlPathTemplate"];
  const url = urlPathTemplate.replaceAll("{function.name}", "name");
  const scheme = /^([a-z][a-z0-9+.-]*):\/\//i.exec(url)?.[1]?.toLowerCase();
  if (/[\s{}<>"\\^`|]/.test(url)) {
    const message = `"${urlPathTemplate}" is no URL (of blanks and braces, only {function.name} may be in it): ${laterThan}.`;
    return [{ path, message }];
  }
  if (scheme === undefined) {
    return [
      {
        path,
        message: `"${urlPathTemplate}" is no absolute URL, such as http://host:port/path: ${laterThan}.`,
      },
    ];
  }
  if (scheme.endsWith("+unix") && transport.type === "async") {
    return [{ path, message: `the transport async cannot use a Unix socket; okhttp can: ${laterThan}.` }];
  }
  if (scheme.endsWith("+unix") && !/\.sock(\/|$)/.test(url)) {
    return [{ path, message: `no part of the path ends in .sock: ${laterThan}.` }];
  }
  return [];
}

/** The properties that are durations. */
const durations = {
  async: { flat: ["call", "connect", "pool_ttl"], timeouts: ["call", "connect"] },
  okhttp: { flat: [], timeouts: ["call", "connect", "read", "write"] },
} as const;

function durationDoubts({ transport }: EndpointSpec, path: Path): readonly TransportDoubt[] {
  const { timeouts, ...flat } = transport.properties;
  const { flat: names, timeouts: inner } = durations[transport.type];
  const given = [
    ...names.map((name) => ({ path: [...path, name], value: flat[name] })),
    ...inner.map((name) => ({
      path: [...path, "timeouts", name],
      value: isYamlMap(timeouts) ? timeouts[name] : undefined,
    })),
  ];
  return given.flatMap(({ path: at, value }) => {
    if (value === undefined) return [];
    const text = typeof value === "string" || typeof value === "number" ? String(value) : "";
    const millis = parseDuration(text);
    return typeof millis === "string" ? [{ path: at, message: `${millis}; ${laterThan}.` }] : [];
  });
}
