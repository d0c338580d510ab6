import { afterEach, beforeEach, describe, expect, jest, test } from "@jest/globals";
import { program, run } from "../../../dev/commands/program.js";

const top = [
  "dev",
  "send",
  "state",
  "mailbox",
  "delays",
  "egress",
  "trace",
  "quarantine",
  "export",
  "import",
  "module",
  "cluster",
];

const paths = [
  ...top.map((name) => [name]),
  ...["list", "retry", "drop"].map((name) => ["quarantine", name]),
  ["egress", "drop"],
  ...["check", "write"].map((name) => ["module", name]),
  ...["up", "status", "run", "cancel", "logs", "down"].map((name) => ["cluster", name]),
];

let stdout = "";
let stderr = "";

beforeEach(() => {
  stdout = stderr = "";
  jest.spyOn(process.stdout, "write").mockImplementation((text) => {
    stdout += String(text);
    return true;
  });
  jest.spyOn(process.stderr, "write").mockImplementation((text) => {
    stderr += String(text);
    return true;
  });
});

afterEach(() => {
  jest.restoreAllMocks();
});

describe("help", () => {
  test("lists every command, in the order in which they are needed", async () => {
    const code = await run(["--help"], "0.0.0");

    const listed = [...stdout.matchAll(/^ {2}(\w+) /gm)].map(([, name]) => name);
    expect(code).toBe(0);
    expect(listed.slice(-top.length - 1)).toEqual([...top, "help"]);
  });

  test.each(paths)("of %s %s says what it does and which options it has", async (...path) => {
    const names = path.filter((name) => typeof name === "string");

    const code = await run([...names, "--help"], "0.0.0");

    expect(code).toBe(0);
    expect(stdout).toMatch(new RegExp(`^Usage: statefun ${names.join(" ")}`));
    expect(stdout.split("\n")[2]).not.toBe("");
    expect(stdout).toContain("Options:");
  });

  test("is there for every command that there is", async () => {
    const whole = await program([], "0.0.0");

    const all = whole.commands.flatMap((command) => [
      command.name(),
      ...command.commands.map((sub) => `${command.name()} ${sub.name()}`),
    ]);
    expect(all).toEqual(expect.arrayContaining(paths.map((path) => path.join(" "))));
    expect(all).toHaveLength(paths.length);
  });
});

test("only the command that is called is loaded", async () => {
  const whole = await program(["state", "--help"], "0.0.0");

  expect(whole.commands.map((command) => command.name())).toEqual(["state"]);
});

describe("a mistaken command line ends with 2 and says what would be right:", () => {
  test.each([
    [["stat"], "Did you mean state?"],
    [["state", "--limit", "none"], "It must be a whole number, 1 or more."],
    [["state", "person"], "person is no address: write an address as <namespace>/<name>/<id>"],
    [["mailbox", "example/person"], "example/person is a function type and has no id"],
    [["state", "--data", "a", "--url", "http://b"], "--data and --url both say which runtime is meant"],
    [["send", "example/person/Ada"], "give the message in one way"],
    [["send", "example/person/Ada", "{name}"], "{name} is not JSON"],
    [["send", "example/person/Ada", "1", "--text", "1"], "give the message in one way"],
    [["dev", "a.yaml", "b.yaml"], "a.yaml and b.yaml are two modules"],
    [["dev", "notes.txt"], "notes.txt is neither a module (.yaml) nor a file of functions"],
    [["dev", "a.ts", "--port", "70000"], "It must be a port, 0 to 65535."],
    [["dev", "a.ts", "--memory", "--sync"], "cannot be used with"],
    [["dev", "a.ts", "--on-fatal", "ignore"], "Allowed choices are stop, quarantine."],
    [["dev", "a.ts", "--output", "out.ndjson"], "Write it as <namespace>/<name>=<file>"],
    [["dev", "a.ts", "--webhook", "a/b=example.com"], "Write it as <namespace>/<name>=<url>"],
    [["dev", "a.ts", "--webhook", "https://example.com"], "Write it as <namespace>/<name>=<url>"],
    [["dev"], "there is no module.yaml here"],
    [["export", "--data", "/nowhere"], "there is no store in /nowhere: say where it is with --data"],
    [["export", "--json"], "--json tells what was written to a file: name one"],
    [["import", "/nowhere"], "there is no file /nowhere"],
    [["quarantine", "retry"], "missing required argument 'address'"],
  ])("%j", async (args, explanation) => {
    const code = await run(args, "0.0.0");

    expect(stderr).toContain(explanation);
    expect(code).toBe(2);
    expect(stdout).toBe("");
  });
});

describe("without a runtime", () => {
  test("a command says how to start one, and ends with 1", async () => {
    const code = await run(["state", "--url", "http://127.0.0.1:9"], "0.0.0");

    expect(code).toBe(1);
    expect(stderr).toBe(
      'statefun: no runtime answers at http://127.0.0.1:9: start one with "statefun dev", or say where it is with --data or --url\n',
    );
  });

  test("a data folder that nobody has is named", async () => {
    const code = await run(["trace", "--data", "/nowhere"], "0.0.0");

    expect(code).toBe(1);
    expect(stderr).toContain("no runtime runs on the data folder /nowhere");
  });
});
