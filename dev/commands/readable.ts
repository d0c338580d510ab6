import type { AddressJson, ErrorJson, ValueJson } from "../runtime/api/schemas.js";
import { printable, shortened } from "./style.js";

/** How much of a value one line shows, in characters: a screen is seldom wider, and JSON has all of it. */
const shownCharacters = 160;

/** An address as people write it. */
export function shownAddress({ typename, id }: AddressJson): string {
  return printable(`${typename}/${id}`);
}

/** What bytes mean, as far as the API could tell: on one line, cut to a length. */
type Shown = Pick<ValueJson, "size" | "base64" | "truncated" | "value" | "text">;

/** A typed value on one line, with its typename in front. */
export function shownValue(value: ValueJson): string {
  const { typename, record } = value;
  if (!value.hasValue) return `${printable(typename)} without a value`;
  if (record !== undefined) {
    const key = record.key === undefined ? "" : ` ${printable(record.key)}`;
    return `${printable(record.topic)}${key}  ${shownBytes(record)}`;
  }
  return `${printable(typename)}  ${shownBytes(value)}`;
}

/** The value alone: of JSON and of StateFun's own types what they say, of other bytes their base64. */
export function shownBytes({ size, base64, truncated, value, text }: Shown): string {
  const more = truncated ? ` … (${String(size)} bytes)` : "";
  if (value !== undefined) return cut(JSON.stringify(value)) + more;
  if (text !== undefined) return cut(JSON.stringify(text)) + more;
  if (size === 0) return "(no bytes)";
  return `${shortened(base64, 60)} (${String(size)} bytes)`;
}

/** Text on one line; numbers and the like that JSON wrote need no more care, its strings may hold direction marks. */
function cut(json: string): string {
  return shortened(printable(json), shownCharacters);
}

/** A time of day with milliseconds, in the zone of this machine. */
export function shownTime(millis: number): string {
  const time = new Date(millis);
  const two = (n: number): string => String(n).padStart(2, "0");
  const milliseconds = String(time.getMilliseconds()).padStart(3, "0");
  return `${two(time.getHours())}:${two(time.getMinutes())}:${two(time.getSeconds())}.${milliseconds}`;
}

/** A date and a time, in the zone of this machine. */
export function shownDate(millis: number): string {
  const time = new Date(millis);
  const two = (n: number): string => String(n).padStart(2, "0");
  const date = `${String(time.getFullYear())}-${two(time.getMonth() + 1)}-${two(time.getDate())}`;
  return `${date} ${shownTime(millis)}`;
}

const units: readonly (readonly [name: string, millis: number])[] = [
  ["d", 86_400_000],
  ["h", 3_600_000],
  ["min", 60_000],
  ["s", 1_000],
];

/** A duration with its two largest units, such as `2 h 5 min`. */
export function shownDuration(millis: number): string {
  if (Math.abs(millis) < 1000) return `${String(Math.round(millis))} ms`;
  const sign = millis < 0 ? "-" : "";
  let left = Math.abs(millis);
  const parts: string[] = [];
  for (const [name, unit] of units) {
    const whole = Math.floor(left / unit);
    left -= whole * unit;
    if (whole > 0) parts.push(`${String(whole)} ${name}`);
    else if (parts.length > 0) break;
  }
  return sign + parts.slice(0, 2).join(" ");
}

/** A number of bytes, such as `1.2 kB`. */
export function shownSize(bytes: number): string {
  if (bytes < 1000) return `${String(bytes)} B`;
  return bytes < 1_000_000 ? `${(bytes / 1000).toFixed(1)} kB` : `${(bytes / 1_000_000).toFixed(1)} MB`;
}

/** How many there are of something, in words. */
export function counted(count: number, one: string, many = `${one}s`): string {
  return `${String(count)} ${count === 1 ? one : many}`;
}

/** An error on one line: its message has its code in front, and says what to do. */
export function shownError({ message }: Pick<ErrorJson, "message">): string {
  return printable(message);
}
