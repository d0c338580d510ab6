/** A number with a decimal point or an exponent. Modules have none but in the values of properties, which are text. */
export class DecimalNumber {
  /** As Java prints it, which is what a cluster makes of it where text is wanted. */
  readonly text: string;
  readonly value: number;

  constructor(value: number) {
    this.value = value;
    this.text = javaText(value);
  }
}

/** What a scalar of YAML can be. */
export type ScalarValue = string | number | bigint | boolean | DecimalNumber | null;

/** The words and numbers of YAML 1.1, which clusters read: `yes` is true, and `010` is eight. */
const nothing = /^(?:~|null|Null|NULL|)$/;
const truth = /^(?:yes|Yes|YES|true|True|TRUE|on|On|ON)$/;
const falsehood = /^(?:no|No|NO|false|False|FALSE|off|Off|OFF)$/;
const whole = /^([-+]?)(?:0b([01_]+)|0x([0-9a-fA-F_]+)|(0[0-7_]+)|(0|[1-9][0-9_]*))$/;
const decimal =
  /^(?:[-+]?[0-9][0-9_]*\.[0-9_]*(?:[eE][-+]?[0-9]+)?|[-+]?[0-9][0-9_]*[eE][-+]?[0-9]+|\.[0-9][0-9_]*(?:[eE][-+]?[0-9]+)?)$/;

/** What a scalar without quotes and without a tag means. */
export function plainScalar(text: string): ScalarValue {
  if (nothing.test(text)) return null;
  if (truth.test(text)) return true;
  if (falsehood.test(text)) return false;
  const number = wholeNumber(text);
  if (number !== undefined) return number;
  return decimal.test(text) ? new DecimalNumber(Number(text.replaceAll("_", ""))) : text;
}

function wholeNumber(text: string): number | bigint | undefined {
  const [found, sign, binary, hexadecimal, octal, digits] = whole.exec(text) ?? [];
  if (found === undefined) return undefined;
  const literal =
    (binary && `0b${binary}`) ??
    (hexadecimal && `0x${hexadecimal}`) ??
    (octal && `0o${octal.slice(1)}`) ??
    digits ??
    "";
  const magnitude = literal.replaceAll("_", "");
  if (!/\d|[a-f]$/i.test(magnitude.replace(/^0[box]/, ""))) return undefined;
  const value = sign === "-" ? -BigInt(magnitude) : BigInt(magnitude);
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value;
}

/** A scalar as text, as a cluster turns it into text; `undefined` for null. */
export function scalarText(value: Exclude<ScalarValue, null>): string {
  return value instanceof DecimalNumber ? value.text : String(value);
}

/** Java prints numbers from 10⁻³ to 10⁷ without an exponent. */
function javaText(value: number): string {
  const size = Math.abs(value);
  if (Number.isNaN(value) || size === Infinity) return String(value);
  if (size === 0) return Object.is(value, -0) ? "-0.0" : "0.0";
  if (size >= 1e-3 && size < 1e7) {
    const text = String(value);
    return text.includes(".") ? text : `${text}.0`;
  }
  const [mantissa = "", exponent = ""] = value.toExponential().split("e");
  return `${mantissa.includes(".") ? mantissa : `${mantissa}.0`}E${String(Number(exponent))}`;
}
