/** How a date is written, for messages. */
export const dateForm =
  "yyyy-MM-dd HH:mm:ss.SSS Z with three digits of milliseconds and an offset without colon, such as 2020-02-01 04:15:00.000 +0000";

const pattern =
  /^(?<year>\d{4})-(?<month>\d\d)-(?<day>\d\d) (?<hour>\d\d):(?<minute>\d\d):(?<second>\d\d)\.(?<milli>\d{3}) (?<sign>[+-])(?<offsetHours>\d\d)(?<offsetMinutes>\d\d)$/;

/** The offsets of Java's time zones go up to 18 hours. */
const mostOffsetMinutes = 18 * 60;

/**
 * The milliseconds since 1970 of a date as modules write it, read as leniently as Java reads it: the 30th of February
 * is the last day of that month, and 24:00:00.000 is the end of a day.
 *
 * @returns `undefined` if the text is no such date
 */
export function parseStartDate(text: string): number | undefined {
  const groups = pattern.exec(text)?.groups;
  if (groups === undefined) return undefined;
  const part = (name: string): number => Number(groups[name]);
  const [year, month, day] = [part("year"), part("month"), part("day")];
  if (year < 1 || month < 1 || month > 12 || day < 1 || day > 31) return undefined;
  const timeMillis = ((part("hour") * 60 + part("minute")) * 60 + part("second")) * 1000 + part("milli");
  const midnight = part("hour") === 24 && timeMillis === 86_400_000;
  if ((part("hour") > 23 && !midnight) || part("minute") > 59 || part("second") > 59) return undefined;
  const offset = part("offsetHours") * 60 + part("offsetMinutes");
  if (part("offsetMinutes") > 59 || offset > mostOffsetMinutes) return undefined;
  const lastDay = startOfDay(year, month + 1, 0).getUTCDate();
  const dayMillis = startOfDay(year, month, Math.min(day, lastDay)).getTime();
  return dayMillis + timeMillis - (groups.sign === "-" ? -offset : offset) * 60_000;
}

/** `Date.UTC` takes the years up to 99 for those of the last century; this does not. */
function startOfDay(year: number, month: number, day: number): Date {
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  return date;
}

/** The milliseconds since 1970 as modules write a date. */
export function startDateText(epochMillis: number): string {
  return new Date(epochMillis).toISOString().replace("T", " ").replace("Z", " +0000");
}
