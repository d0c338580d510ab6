import { once } from "node:events";
import { readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import path from "node:path";
import { describe, expect, test } from "@jest/globals";
import { eventually } from "../eventually.js";
import { folderInRepository, startStatefun, statefun, type Running } from "../statefun-process.js";

/** Every command starts a process through the TypeScript loader, on a machine that may be doing much else. */
const limitMillis = 240_000;

/** Counts; sends what it counted to an egress; fails at 13; reminds itself of 60 after an hour. */
function functions(egressText: string): string {
  return `
import { functionType, kafkaEgress, statefulFunction, types } from "statefun";

export const Out = kafkaEgress("test/out");

export const counter = statefulFunction(functionType("test/counter", [types.int]), {
  storage: { total: types.int },
  on: {
    [types.int.typename](context, n) {
      if (n === 13) throw new Error("thirteen is refused");
      if (n === 60) context.sendAfter({ hours: 1 }, context.self, types.int(60), { cancellationToken: "hourly" });
      const total = context.storage.total.update((before = 0) => before + n);
      context.send(Out, { topic: "totals", key: context.self.id, value: ${egressText} });
    },
  },
});
`;
}

const total = "String(total)";

interface Started {
  readonly run: Running;
  readonly folder: string;
  readonly file: string;
  readonly data: string;
  readonly http: string;
}

async function startDev(given: { folder?: string; options?: readonly string[] } = {}): Promise<Started> {
  const { folder = folderInRepository(), options = [] } = given;
  const file = path.join(folder, "functions.ts");
  if (given.folder === undefined) writeFileSync(file, functions(total));
  const data = path.join(folder, "data");
  const run = startStatefun(["dev", file, "--data", data, "--port", "0", "--api-port", "0", ...options]);
  await run.said(options.includes("--json") ? '"kind":"started"' : "Ctrl-C ends it");
  const [http = ""] = /http:\/\/127\.0\.0\.1:\d+(?=\/<)/.exec(run.stdout()) ?? [];
  return { run, folder, file, data, http };
}

const asJson = { "content-type": "application/json" };

async function post(http: string, id: string, body: string): Promise<number> {
  const response = await fetch(`${http}/test/counter/${id}`, { method: "POST", headers: asJson, body });
  await response.arrayBuffer();
  return response.status;
}

/** What a command says as JSON; it must succeed. */
async function json<T>(args: readonly string[]): Promise<T> {
  const { code, stdout, stderr } = await statefun([...args, "--json"]);
  if (code !== 0) throw new Error(`statefun ${args.join(" ")} ended with ${String(code)}: ${stderr}`);
  return JSON.parse(stdout) as T;
}

describe("a running statefun dev", () => {
  test(
    "is looked into by every command, for people and for programs",
    async () => {
      const { data } = await startDev();
      const at = ["--data", data];

      const sent = await statefun(["send", "test/counter/a", "7", ...at]);
      await json(["send", "test/counter/a", "60", "--type", "io.statefun.types/int", ...at]);
      await eventually("both were counted", async () => {
        const { states } = await json<{ states: { value: { value: number } }[] }>([
          ...["state", "test/counter/a", ...at],
        ]);
        return states[0]?.value.value === 67;
      });
      const addresses = await statefun(["state", ...at]);
      const state = await statefun(["state", "test/counter/a", ...at]);
      const delays = await statefun(["delays", ...at]);
      const mailbox = await json<object>(["mailbox", "test/counter/a", ...at]);
      const egress = await statefun(["egress", "test/out", ...at]);
      const egresses = await json<{ items: { id: string }[] }>(["egress", ...at]);
      const trace = await statefun(["trace", "test/counter/a", ...at]);
      const entries = await statefun(["trace", "test/counter/a", "--json", ...at]);
      const quarantine = await json<object>(["quarantine", "list", ...at]);

      expect(sent).toEqual({
        code: 0,
        stdout: "io.statefun.types/int for test/counter/a is durable.\n",
        stderr: "",
      });
      expect(addresses.stdout).toMatch(/^address +values +size +messages\ntest\/counter\/a +1 +5 B +0\n$/);
      expect(state.stdout).toMatch(/^test\/counter\/a\nstate.*\ntotal +67 +io\.statefun\.types\/int\n$/);
      expect(delays.stdout).toMatch(
        /test\/counter\/a +test\/counter\/a +hourly +io\.statefun\.types\/int +60\n$/,
      );
      expect(mailbox).toEqual({ items: [], more: false });
      expect(egress.stdout).toMatch(/totals a {2}7\n.*totals a {2}67\n$/s);
      expect(egresses.items.map(({ id }) => id)).toEqual(["test/out"]);
      expect(trace.stdout).toMatch(
        /call .*message .* 7 {2}from an ingress.*set +total = 7.*egress +test\/out/s,
      );
      const kinds = entries.stdout.trim().split("\n");
      expect(kinds.map((line) => (JSON.parse(line) as { kind: string }).kind)).toContain("reply");
      expect(quarantine).toEqual({ items: [], more: false });
    },
    limitMillis,
  );

  test(
    "keeps its state over Ctrl-C and over SIGKILL, and ends with 0",
    async () => {
      const first = await startDev();
      const statuses = [await post(first.http, "a", "1"), await post(first.http, "a", "2")];
      first.run.signal("SIGINT");
      const code = await first.run.ended;
      const second = await startDev({ folder: first.folder });
      await post(second.http, "a", "4");
      second.run.signal("SIGKILL");
      await second.run.ended;
      const third = await startDev({ folder: first.folder, options: ["--print"] });
      await post(third.http, "a", "8");
      await third.run.said("totals a  15");

      expect(statuses).toEqual([202, 202]);
      expect(code).toBe(0);
      expect(second.run.stdout()).toContain("goes on where it ended");
    },
    limitMillis,
  );

  test(
    "tells programs what happens, a JSON object a line",
    async () => {
      const { run } = await startDev({ options: ["--json", "--print"] });
      const [line = ""] = run.stdout().split("\n");
      const started = JSON.parse(line) as Record<string, unknown>;
      await post(String(started.httpIngress), "a", "5");
      await run.said('"kind":"delivered"');
      run.signal("SIGTERM");
      const code = await run.ended;

      expect(code).toBe(0);
      expect(started).toMatchObject({
        kind: "started",
        pid: run.pid,
        functions: [{ typename: "test/counter" }],
      });
      const lines = run.stdout().trim().split("\n");
      expect(lines.map((one) => (JSON.parse(one) as { kind: string }).kind)).toEqual([
        "started",
        "delivered",
        "ending",
      ]);
    },
    limitMillis,
  );

  test(
    "takes messages from a file and writes records to another",
    async () => {
      const folder = folderInRepository();
      const [input, output] = [path.join(folder, "in.ndjson"), path.join(folder, "out.ndjson")];
      writeFileSync(path.join(folder, "functions.ts"), functions(total));
      const message = { target: "test/counter/f", typename: "io.statefun.types/int", value: 3 };
      writeFileSync(input, `${JSON.stringify(message)}\n${JSON.stringify(message)}\n`);

      const { run } = await startDev({
        folder,
        options: ["--input", input, "--output", `test/out=${output}`, "--print"],
      });
      await run.said("totals f  6");

      const lines = readFileSync(output, "utf8").trim().split("\n");
      expect(lines.map((line) => JSON.parse(line) as object)).toMatchObject([
        { topic: "totals", key: "f", value: 3 },
        { topic: "totals", key: "f", value: 6 },
      ]);
    },
    limitMillis,
  );

  test(
    "posts the records of an egress to a URL, until it takes them",
    async () => {
      const received: unknown[] = [];
      const server = createServer((request, response) => {
        let text = "";
        request.setEncoding("utf8").on("data", (chunk: string) => (text += chunk));
        request.on("end", () => {
          received.push(JSON.parse(text));
          response.writeHead(received.length === 1 ? 503 : 204).end();
        });
      });
      server.listen(0, "127.0.0.1");
      await once(server, "listening");
      const url = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}/hook?secret=1`;
      const { run, http } = await startDev({ options: ["--webhook", `test/out=${url}`] });
      await post(http, "w", "3");
      await eventually("it is sent again", () => received.length === 2);
      await run.said("back");
      run.signal("SIGINT");
      await run.ended;
      server.close();

      expect(received[1]).toMatchObject({ egress: "test/out", topic: "totals", key: "w", value: 3 });
      expect(run.stdout()).toMatch(/test\/out +POST http:\/\/127\.0\.0\.1:\d+\/hook\n/);
      expect(run.stdout()).not.toContain("/egress/test/out");
    },
    limitMillis,
  );

  test(
    "sets an address aside with --on-fatal quarantine, and takes it up again when it is told to",
    async () => {
      const { run, data, http } = await startDev({ options: ["--on-fatal", "quarantine", "--print"] });
      const at = ["--data", data];
      await post(http, "a", "60");
      await run.said("totals a  60");
      await post(http, "a", "60"); // the cancellation token is pending: fatal
      await run.said("parked");
      await post(http, "a", "1");
      await post(http, "b", "2");
      await run.said("totals b  2");

      const listed = await statefun(["quarantine", "list", ...at]);
      const state = await statefun(["state", "test/counter/a", ...at]);
      const retried = await json<object>(["quarantine", "retry", "test/counter/a", ...at]);
      await eventually("it was set aside again", () => run.stdout().split("parked").length === 3);
      const dropped = await json<object>(["quarantine", "drop", "test/counter/a", ...at]);
      await run.said("totals a  61");
      const nothing = await statefun(["quarantine", "drop", "test/counter/a", ...at]);

      const address = { typename: "test/counter", id: "a" };
      expect(listed.stdout).toMatch(/test\/counter\/a +\S+ \S+ +2 +\[invalid-delay\] .*hourly/);
      expect(state.stdout).toContain("in quarantine: [invalid-delay]");
      expect([retried, dropped]).toEqual([
        { address, retried: true },
        { address, dropped: 1 },
      ]);
      expect(nothing.code).toBe(1);
      expect(nothing.stderr).toContain("test/counter/a is not in quarantine");
    },
    limitMillis,
  );

  test(
    "runs a module with endpoints elsewhere, and refuses what a cluster would",
    async () => {
      const folder = folderInRepository();
      const module = path.join(folder, "module.yaml");
      writeFileSync(
        module,
        "kind: io.statefun.endpoints.v2/http\nspec:\n  functions: shop/*\n  urlPathTemplate: http://functions:8000/\n",
      );
      writeFileSync(path.join(folder, "bad.yaml"), "kind: io.statefun.endpoints.v2/http\nspec: {}\n");
      const options = ["--memory", "--port", "0", "--api-port", "0", "--map", "functions:8000=127.0.0.1:9"];

      const run = startStatefun(["dev", module, ...options]);
      await run.said("Ctrl-C ends it.");
      const [url = ""] = /http:\/\/127\.0\.0\.1:\d+(?=\/<)/.exec(run.stdout()) ?? [];
      const response = await fetch(`${url}/shop/cart/a?typename=shop/Add`, { method: "POST", body: "{}" });
      await response.arrayBuffer();
      await run.said("shop/cart/a is called again");
      const bad = await statefun(["dev", path.join(folder, "bad.yaml"), ...options]);

      expect(response.status).toBe(202);
      expect(run.stdout()).toMatch(/Endpoints +shop\/\* +http:\/\/functions:8000\//);
      expect(run.stdout()).toContain("in memory: nothing is left at the end");
      expect(bad.code).toBe(1);
      expect(bad.stderr).toMatch(/^statefun: \[invalid-module\] .*bad\.yaml:2:1.*spec\.functions/s);
    },
    limitMillis,
  );

  test(
    "wants a token from whoever asks the API of a runtime that listens for others",
    async () => {
      const token = "0123456789abcdef0123456789abcdef";
      const { run, data } = await startDev({ options: ["--host", "0.0.0.0", "--token", token] });
      const [url = ""] = /(?<=API +)http:\/\/\S+/.exec(run.stdout()) ?? [];
      const port = new URL(url).port;

      const there = ["--url", `http://127.0.0.1:${port}`];
      const without = await statefun(["state", ...there]);
      const withToken = await statefun(["state", ...there, "--token", token]);
      const byFolder = await statefun(["state", "--data", data]);

      expect([without.code, withToken.code, byFolder.code]).toEqual([1, 0, 0]);
      expect(without.stderr).toBe(
        "statefun: the runtime wants a token: give it with --token, or in STATEFUN_TOKEN\n",
      );
    },
    limitMillis,
  );

  test(
    "has its data folder for itself, which an export says, too",
    async () => {
      const { folder, file, data, run } = await startDev();

      const second = await statefun(["dev", file, "--data", data, "--port", "0", "--api-port", "0"]);
      const exported = await statefun(["export", path.join(folder, "x.ndjson"), "--data", data]);

      for (const { code, stderr } of [second, exported]) {
        expect(code).toBe(1);
        expect(stderr).toContain(`[store-in-use]`);
        expect(stderr).toContain(`process ${String(run.pid)}`);
      }
    },
    limitMillis,
  );

  test(
    "moves to another folder by export and import",
    async () => {
      const { run, folder, data, http } = await startDev();
      await post(http, "a", "41");
      run.signal("SIGINT");
      await run.ended;
      const [file, other] = [path.join(folder, "export.ndjson"), path.join(folder, "other")];

      const exported = await json<{ bytes: number }>(["export", file, "--data", data]);
      const imported = await json<{ entries: number }>(["import", file, "--data", other]);
      const again = await statefun(["export", "--data", other]);

      expect(exported.bytes).toBe(readFileSync(file).length);
      expect(imported.entries).toBeGreaterThan(0);
      expect(again.stdout).toBe(readFileSync(file, "utf8"));
      expect(again.stdout).toContain('"function":"test/counter","id":"a","state":"total"');
    },
    limitMillis,
  );
});

describe("statefun dev --watch", () => {
  test(
    "loads functions again when their file changes, keeps state, and lives through a file that is wrong",
    async () => {
      const { run, file, http } = await startDev({ options: ["--watch", "--print"] });
      await post(http, "a", "1");
      await run.said("totals a  1");

      writeFileSync(file, functions("`now ${total}`"));
      await run.said("Loaded again");
      await post(http, "a", "2");
      await run.said('totals a  "now 3"');
      writeFileSync(file, `${functions(total)}\nconst = ;`);
      await run.said("The functions cannot be loaded:");
      await post(http, "a", "3");
      await run.said('totals a  "now 6"');
      writeFileSync(file, functions("`then ${total}`"));
      await eventually("they were loaded again", () => run.stdout().split("Loaded again").length === 3);
      await post(http, "a", "4");
      await run.said('totals a  "then 10"');
      run.signal("SIGINT");

      expect(await run.ended).toBe(0);
    },
    limitMillis,
  );

  test(
    "serves functions that appear, at the same port",
    async () => {
      const { run, file, http } = await startDev({ options: ["--watch", "--print"] });
      await post(http, "a", "1");
      await run.said("totals a  1");

      writeFileSync(file, functions(total).replaceAll("test/counter", "test/second"));
      await eventually("the new function is served", async () => {
        const response = await fetch(`${http}/test/second/b`, {
          method: "POST",
          headers: asJson,
          body: "5",
        }).catch(() => undefined);
        await response?.arrayBuffer();
        return response?.status === 202;
      });

      await run.said("totals b  5");
    },
    limitMillis,
  );
});
