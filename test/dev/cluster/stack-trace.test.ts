import { expect, test } from "@jest/globals";
import { causes } from "../../../dev/cluster/stack-trace.js";

test("a stack trace is told by its causes, each once, without the calls", () => {
  const trace = `12:00:00 INFO starting
org.example.Outer: it failed
\tat org.example.Main.main(Main.java:1)
Caused by: java.lang.IllegalStateException: no address
\tat org.example.Reader.read(Reader.java:7)
\t... 12 more

Caused by: java.lang.IllegalStateException: no address
\tat org.example.Reader.read(Reader.java:7)
Caused by: java.io.IOException: not there
\t... 20 more
`;

  expect(causes(trace)).toBe(
    "Caused by: java.lang.IllegalStateException: no address\n  Caused by: java.io.IOException: not there",
  );
});

test("a text without causes comes back without its calls", () => {
  expect(causes("java.lang.Error: broken\n\tat org.example.Main.main(Main.java:1)\n")).toBe(
    "java.lang.Error: broken",
  );
});
