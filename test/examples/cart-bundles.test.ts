import { execFile } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { decode } from "../support/decode.js";
import { toFunction } from "../support/to-function.js";
import { wireValue } from "../support/wire-value.js";
import { functionUrlEvent } from "./function-url-event.js";

const run = promisify(execFile);
const root = path.resolve(__dirname, "../..");
const batch = toFunction({
  target: { namespace: "shop", type: "cart", id: "alice" },
  states: { items: undefined, checkouts: undefined },
  invocations: [wireValue.text("shop/CheckOut", '{"orderId":"o-1"}')],
});

/** Outside the repository: a bundle that still needs a package finds none here. */
let folder: string;

beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), "cart-bundles-"));
});

afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

/** Runs the README's command for a file of the example, into a folder of this test. Returns the bundle's path. */
async function bundle(file: string): Promise<string> {
  const readme = readFileSync(path.join(root, "examples/cart/README.md"), "utf8");
  const command = new RegExp(`^npx (esbuild examples/cart/${file} .*)--outfile=\\S*/(\\S+)$`, "m").exec(
    readme,
  );
  const [, options = "", name = ""] = command ?? [];
  if (command === null) throw new Error(`the README has no command that bundles ${file}`);
  const outfile = path.join(folder, name);
  await run("npx", [...options.trim().split(" "), `--outfile=${outfile}`], { cwd: root });
  return outfile;
}

/** Runs a program in a process of its own, and returns the bytes that it printed in base64. */
async function bytesFrom(program: string, ...values: readonly string[]): Promise<Uint8Array> {
  const { stdout } = await run(process.execPath, ["--input-type=module", "--eval", program, ...values], {
    cwd: folder,
  });
  return new Uint8Array(Buffer.from(stdout, "base64"));
}

test("the README's command makes the one file that Lambda needs", async () => {
  const file = await bundle("lambda.ts");

  const answer = await bytesFrom(
    `import { createRequire } from "node:module";
     const { handler } = createRequire(import.meta.url)(process.argv[1]);
     console.log((await handler(JSON.parse(process.argv[2]))).body);`,
    file,
    JSON.stringify(functionUrlEvent(batch)),
  );

  expect(path.basename(file)).toBe("index.cjs");
  expect(decode(answer).messages.map(({ to }) => to?.type)).toEqual(["billing"]);
});

test("the README's command makes the one file that a fetch runtime needs", async () => {
  const file = await bundle("worker.ts");

  const answer = await bytesFrom(
    `const { default: worker } = await import(process.argv[1]);
     const body = Buffer.from(process.argv[2], "base64");
     const response = await worker.fetch(new Request("https://shop.example/", { method: "POST", body }));
     console.log(Buffer.from(await response.arrayBuffer()).toString("base64"));`,
    file,
    Buffer.from(batch).toString("base64"),
  );

  expect(decode(answer).messages.map(({ to }) => to?.type)).toEqual(["billing"]);
});
