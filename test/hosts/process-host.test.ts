import { describe, expect, test } from "@jest/globals";
import { processHost } from "./process-host.js";

const node = (program: string): ReturnType<typeof processHost> =>
  processHost(async () => ({ program: process.execPath, args: ["--eval", program] }));
const unstartable = processHost(async () => ({ program: "/no/such/runtime", args: [] }));
const failing = node(`console.log("one"); console.error("two"); process.exit(3)`);
const serving = node(`
  process.on("SIGTERM", () => { console.log('log "last words"'); process.exit(); });
  console.log("listening 4711");
  console.log('log "ran ' + process.env.HOST_OPTIONS.length + '"');
  setInterval(() => {}, 1000);
`);
const dying = node(
  `console.log("listening 4711"); console.log('log "ran"'); process.kill(process.pid, "SIGKILL")`,
);

describe("a host in a process of its own", () => {
  test("gets its options, says where it listens, and is read to its end", async () => {
    const host = await serving({ maxRequestBytes: 10 });
    await host.close();

    expect(host.endpoint).toEqual({ port: 4711 });
    expect(host.log.lines).toEqual([`ran ${String('{"maxRequestBytes":10}'.length)}`, "last words"]);
  });

  test("that does not start says what it has printed", async () => {
    await expect(failing({})).rejects.toThrow(/ended \(3\) before it listened\n(one\ntwo|two\none)$/);
  });

  test("of a program that is not there says so", async () => {
    await expect(unstartable({})).rejects.toThrow("ENOENT");
  });

  test("that was killed is closed all the same", async () => {
    const host = await dying({});
    await host.log.until("ran");

    await expect(host.close()).resolves.toBeUndefined();
  });
});
