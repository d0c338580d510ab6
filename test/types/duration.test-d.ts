// Durations: named units that add up, and no bare numbers.
import type { Duration } from "statefun";
import { fits } from "./exactly.js";

fits<Duration>({ days: 1, hours: 2, minutes: 3, seconds: 4, milliseconds: 5 });
fits<Duration>({ hours: 0.5 });
// @ts-expect-error a number has no unit
fits<Duration>(500);
// @ts-expect-error a text is no duration
fits<Duration>("5s");
// @ts-expect-error weeks are not a unit
fits<Duration>({ weeks: 1 });
// @ts-expect-error units are plural
fits<Duration>({ hour: 1 });
// @ts-expect-error an amount is a number
fits<Duration>({ hours: "2" });
declare const duration: Duration;
// @ts-expect-error a duration is not to be changed
duration.hours = 2;
