import { spawn } from "node:child_process";
import type { ChildProcessWithoutNullStreams } from "node:child_process";
import { once } from "node:events";
import { connect } from "node:net";
import { setTimeout as delay } from "node:timers/promises";
import { expect, test } from "@jest/globals";

/** A cluster starts in ten seconds and answers in twenty; but this may be what fetches 250 MB over a slow line first. */
const limitMillis = 30 * 60_000;
const pollMillis = 100;

test("npm run start:cluster greets three names and what is typed, and Ctrl-C takes everything down", async () => {
  const program = spawn(process.execPath, ["--import", "tsx", "examples/greeter/start.ts"]);
  const exit = once(program, "exit");
  const output = collected(program);
  try {
    await said(output, program, "Ctrl-C takes everything down.");
    program.stdin.write("Ada\n");
    await said(output, program, "← Welcome, Ada!");

    program.kill("SIGINT");
    const [code] = (await exit) as [number | null];

    expect(code).toBe(0);
    expect(output.text).toMatch(/→ Bob\n→ Eve\n→ Bob\n/);
    const greetings = output.text.match(/(?<=← ).*/g) ?? [];
    expect([...greetings].sort()).toEqual([
      "Welcome back, Bob! This is visit 2.",
      "Welcome, Ada!",
      "Welcome, Bob!",
      "Welcome, Eve!",
    ]);
    for (const name of ["Kafka", "Flink's UI"]) expect(await answers(address(output.text, name))).toBe(false);
  } finally {
    program.kill("SIGKILL");
  }
});

interface Output {
  text: string;
}

function collected(program: ChildProcessWithoutNullStreams): Output {
  const output: Output = { text: "" };
  for (const stream of [program.stdout, program.stderr]) {
    stream.setEncoding("utf8").on("data", (text: string) => {
      output.text += text;
    });
  }
  return output;
}

async function said(
  output: Output,
  program: ChildProcessWithoutNullStreams,
  sentence: string,
): Promise<void> {
  const deadline = Date.now() + limitMillis;
  while (!output.text.includes(sentence)) {
    if (program.exitCode !== null || Date.now() > deadline) {
      throw new Error(`the program did not say "${sentence}". It said:\n${output.text}`);
    }
    await delay(pollMillis);
  }
}

function address(text: string, name: string): URL {
  const found = new RegExp(`^${name} +(?:http://)?([\\d.]+:\\d+)`, "m").exec(text)?.[1];
  if (found === undefined) throw new Error(`the program did not say where ${name} is`);
  return new URL(`http://${found}`);
}

async function answers({ hostname, port }: URL): Promise<boolean> {
  const socket = connect(Number(port), hostname);
  try {
    await once(socket, "connect");
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}
