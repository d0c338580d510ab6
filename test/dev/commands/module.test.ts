import { execFile } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, test } from "@jest/globals";
import { readModule } from "../../../dev/module/read-module.js";
import { assignments } from "../../../dev/commands/assignments.js";
import { temporaryFolder } from "../temporary-folder.js";

interface Result {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

function statefun(args: readonly string[], env: NodeJS.ProcessEnv = process.env): Promise<Result> {
  return new Promise((resolve) => {
    const child = execFile(
      process.execPath,
      ["--import", "tsx", "dev/cli.ts", "module", ...args],
      { env, cwd: path.join(__dirname, "../../..") },
      (_, stdout, stderr) => {
        resolve({ code: child.exitCode, stdout, stderr });
      },
    );
  });
}

function fileOf(text: string): string {
  const file = path.join(temporaryFolder(), "module.yaml");
  writeFileSync(file, text);
  return file;
}

const endpoint =
  "kind: io.statefun.endpoints.v2/http\nspec:\n  functions: a/*\n  urlPathTemplate: http://${HOST}/f\n";
const kinesis = "kind: io.statefun.kinesis.v1/egress\nspec:\n  id: a/out\n";

describe("statefun module check", () => {
  test("prints all errors and warnings by file, line and column, and ends with 1", async () => {
    const bad = fileOf(
      `${endpoint.replace("a/*", "a")}  transports: {}\n---\nkind: io.statefun.kafka.v1/ingres\nspec: {}\n`,
    );

    const { code, stdout } = await statefun(["check", "examples/greeter/module.yaml", bad]);

    expect(code).toBe(1);
    expect(stdout.split("\n").map((line) => line.replace(bad, "bad"))).toEqual([
      "examples/greeter/module.yaml: good",
      expect.stringMatching(/^bad:3:3: document 1 .*spec\.functions: found "a"; .*\[invalid\]$/),
      expect.stringMatching(
        /^bad:7:1: document 2 .*, kind: .*Did you mean io\.statefun\.kafka\.v1\/ingress\?.*\[invalid\]$/,
      ),
      expect.stringMatching(/^bad:4:20: document 1: \$\{HOST\} stays as it is.*\[warning\]$/),
      expect.stringMatching(
        /^bad:5:3: document 1 .*spec\.transports.*Did you mean transport\?.*\[warning\]$/,
      ),
      expect.stringMatching(/^bad: refused \(2 errors, \d warnings\)$/),
      "",
    ]);
  });

  test("takes variables with --env, and gives data with --json", async () => {
    const file = fileOf(endpoint);

    const { code, stdout } = await statefun(["check", file, "--env", "--json"], {
      ...process.env,
      HOST: "h:1",
    });

    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toEqual([
      {
        file,
        ok: true,
        problems: [],
        warnings: [expect.objectContaining({ message: expect.stringContaining("no ingress") })],
      },
    ]);
  });

  test("refuses what only a cluster has, unless --cluster asks for a cluster's judgement", async () => {
    const file = fileOf(`${endpoint.replace("${HOST}", "h")}---\n${kinesis}`);

    const [here, there] = await Promise.all([
      statefun(["check", file]),
      statefun(["check", file, "--cluster"]),
    ]);

    expect(here).toMatchObject({
      code: 1,
      stdout: expect.stringContaining("has no Kinesis; run this module on a cluster"),
    });
    expect(there).toMatchObject({ code: 1, stdout: expect.stringContaining("there is no ingress") });
    expect(there.stdout).toMatch(/has no Kinesis.*\[warning\]/);
  });

  test("says of a file that cannot be read which it is", async () => {
    const { code, stdout } = await statefun(["check", "/no/such/module.yaml"]);

    expect(code).toBe(1);
    expect(stdout).toContain("/no/such/module.yaml: the file cannot be read: ENOENT");
  });
});

describe("statefun module write", () => {
  test("writes a module for the functions of a TypeScript file, and names the egress that is missing", async () => {
    const file = path.join(path.dirname(fileOf("")), "written.yaml");
    const ingress =
      "id=example/names,address=k1:1,k2:2,group=g,topic=names,type=example/Hello,target=example/person";

    const { code, stderr } = await statefun([
      ...[
        "write",
        "examples/greeter/greeter.ts",
        "examples/greeter/contract.ts",
        "--url",
        "http://functions:8000/statefun",
      ],
      ...[
        "--kafka-ingress",
        ingress,
        "--kafka-ingress",
        "id=example/names,topic=more,type=t,target=example/person",
      ],
      ...["--playground-egress", "8091:a,b", "-o", file],
    ]);

    expect(stderr).toContain("the egress example/greetings, which the module lacks");
    expect(code).toBe(0);
    expect(readModule(readFileSync(file, "utf8"), { standalone: true })).toMatchObject({
      endpoints: [{ functions: { namespace: "example" }, urlPathTemplate: "http://functions:8000/statefun" }],
      ingresses: [{ address: "k1:1,k2:2", topics: [{ topic: "names" }, { topic: "more" }] }],
      egresses: [{ port: 8091, topics: ["a", "b"] }],
      warnings: [],
    });
  });

  test("says of a file without functions that there are none", async () => {
    const { code, stderr } = await statefun(["write", "examples/greeter/contract.ts", "--url", "http://h"]);

    expect(code).toBe(1);
    expect(stderr).toContain("nothing that statefulFunction(…) returned is exported");
  });
});

describe("settings of an option", () => {
  test("may hold commas", () => {
    const { values } = assignments("--x", "address=a:1,b:2,group=g", ["address", "group"]);

    expect([...values]).toEqual([
      ["address", "a:1,b:2"],
      ["group", "g"],
    ]);
  });

  test.each([
    ["a:1", /"a:1" is none of address=…, group=…/],
    ["address=a,grup=g", /"grup=g" is none of/],
    ["group=a,group=b", /group stands twice/],
  ])("%j is a mistake of the command line", (text, sentence) => {
    expect(() => assignments("--x", text, ["address", "group"])).toThrow(sentence);
  });
});
