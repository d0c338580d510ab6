import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { afterAll, describe, expect, test } from "@jest/globals";
import { loadFunctions } from "../../../dev/functions/load-functions.js";

const root = path.resolve(__dirname, "../../..");

// Within the repository, so that the packages resolve; git ignores it.
mkdirSync(path.join(root, ".statefun"), { recursive: true });
const folder = mkdtempSync(path.join(root, ".statefun", "load-"));

afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

function file(name: string, text: string): string {
  const written = path.join(folder, name);
  writeFileSync(written, text);
  return written;
}

const head = `import { functionType, kafkaEgress, requestReplyHandler, statefulFunction, types } from "statefun";
const make = (typename: string) => statefulFunction(functionType(typename, [types.int]), { on: { [types.int.typename]() {} } } as never);
`;

const typenames = async (...files: string[]): Promise<readonly string[]> =>
  (await loadFunctions(files)).functions.map(({ typename }) => typename);

describe("functions are found", () => {
  test("among exports of any kind, in the order of the files", async () => {
    const one = file(
      "one.ts",
      `${head}export const b = make("a/b");\nexport const answer = 42, nothing = null;`,
    );
    const two = file("two.ts", `${head}export default make("a/a");`);

    expect(await typenames(one, two)).toEqual(["a/b", "a/a"]);
  });

  test("in lists and in request-reply handlers, each once", async () => {
    const both = file(
      "both.ts",
      `${head}export const a = make("b/a");\nexport const list = [a, make("b/b")];\nexport const handler = requestReplyHandler([a]);`,
    );

    expect(await typenames(both)).toEqual(["b/a", "b/b"]);
  });

  test("and egresses with them", async () => {
    const out = file(
      "out.ts",
      `${head}export const a = make("c/a");\nexport const Out = kafkaEgress("c/out");`,
    );

    expect((await loadFunctions([out])).egresses).toEqual(["c/out"]);
  });

  test("in the examples", async () => {
    const files = ["examples/greeter/greeter.ts", "examples/greeter/contract.ts"].map((name) =>
      path.join(root, name),
    );

    const { functions, egresses } = await loadFunctions(files);

    expect(functions.map(({ typename }) => typename)).toEqual(["example/greeter", "example/person"]);
    expect(egresses).toEqual(["example/greetings"]);
  });
});

describe("it is said what is wrong with", () => {
  test("a file that is not there", async () => {
    const outcome = loadFunctions([path.join(folder, "nowhere.ts")]);

    await expect(outcome).rejects.toThrow(/^\[invalid-argument\] there is no file .*nowhere\.ts/);
  });

  test("a file that throws", async () => {
    const outcome = loadFunctions([file("throws.ts", `throw new TypeError("no such thing");\nexport {};`)]);

    await expect(outcome).rejects.toMatchObject({
      message: expect.stringContaining("throws.ts cannot be loaded: TypeError: no such thing"),
      cause: expect.any(Error),
    });
  });

  test("a file that exports a contract alone", async () => {
    const outcome = loadFunctions([path.join(root, "examples/greeter/contract.ts")]);

    await expect(outcome).rejects.toThrow(
      "contract.ts: nothing that statefulFunction(…) returned is exported",
    );
  });

  test("two functions of one typename", async () => {
    const outcome = loadFunctions([
      file("first.ts", `${head}export const a = make("d/a");`),
      file("second.ts", `${head}export const a = make("d/a");`),
    ]);

    await expect(outcome).rejects.toThrow("second.ts exports a second function d/a");
  });
});
