import { expect, test } from "@jest/globals";
import { cpuTicks } from "../../../bench/http/cpu-time.js";

const fields = "S 1 1 1 0 -1 4194304 1208 0 0 0 250 31 7 9 20 0 11 0 12345 1000000 500";

test("CPU time is that of the process in user and in system mode, without its ended children", () => {
  expect(cpuTicks(`4711 (node) ${fields}`)).toBe(281);
});

test("a program's name may hold spaces and parentheses", () => {
  expect(cpuTicks(`4711 (my (odd) 1 2 3 name) ${fields}`)).toBe(281);
});

test("anything else is an error that shows it", () => {
  expect(() => cpuTicks("nothing")).toThrow("this is no line of /proc/<pid>/stat: nothing");
});
