import { readFileSync } from "node:fs";
import { readModule } from "../../../dev/module/read-module.js";
import { httpEgress } from "../../../dev/runtime/egress/http.js";
import { httpIngress } from "../../../dev/runtime/ingress/http.js";
import { startRuntime } from "../../../dev/runtime/start-runtime.js";
import { greeterFunctions, greetingsId } from "../greeter.js";
import { found, keeperFunctions } from "../keeper.js";
import type { Generated, GenerateQuestion, Memory, Question, Running, RuntimePlan } from "../plan.js";
import { CountingEgress } from "./counting-egress.js";
import { GeneratedIngress } from "./generated-ingress.js";

// A runtime in a process of its own, so that its CPU time and its memory are its own. It is told what to run by its
// argument, and what to do by messages.

const plan = JSON.parse(process.argv[2] ?? "{}") as RuntimePlan;
const generated = new GeneratedIngress();
const counted = new CountingEgress(greetingsId);
const ingress = plan.http === true ? httpIngress({ port: 0 }) : undefined;
const shown = plan.http === true ? httpEgress({ id: greetingsId, port: 0 }) : undefined;
const hasKafka = plan.module?.includes("kafka.v1/egress") ?? false;

const before = performance.now();
const running = await startRuntime({
  store: plan.store,
  module: plan.module === undefined ? undefined : readModule(plan.module),
  functions: { greeter: greeterFunctions, keeper: keeperFunctions, none: undefined }[
    plan.functions ?? "none"
  ],
  ingresses: ingress === undefined ? [generated] : [generated, ingress],
  egresses: hasKafka ? [] : [shown ?? counted],
  limits: plan.cacheBytes === undefined ? {} : { cacheBytes: plan.cacheBytes },
  restart: "never",
});

const answers = {
  generate,
  memory: () => memory(),
  error: () => ({ error: running.runtime.error?.message }),
  close: async () => {
    await running.close();
    return {};
  },
};

process.once("disconnect", () => process.exit());
process.on("message", (question: Question) => {
  void answer(question).then((said) => {
    process.send?.(said, () => {
      if (question.ask === "close") process.exit();
    });
  });
});

process.send?.({
  startMillis: performance.now() - before,
  ingressUrl: ingress?.url,
  egressUrl: shown?.url,
} satisfies Running);

async function answer(question: Question): Promise<object> {
  try {
    return question.ask === "generate" ? await generate(question) : await answers[question.ask]();
  } catch (error) {
    return { failed: error instanceof Error ? (error.stack ?? error.message) : String(error) };
  }
}

async function generate(question: GenerateQuestion): Promise<Generated> {
  const { runtime } = running;
  const { greetings, visits } = counted;
  const cpu = process.cpuUsage();
  const start = performance.now();
  await generated.generate(question);
  await runtime.whenIdle();
  const seconds = (performance.now() - start) / 1000;
  const { user, system } = process.cpuUsage(cpu);
  if (runtime.error !== undefined) throw runtime.error;
  return {
    seconds,
    cpuMicros: user + system,
    greetings: counted.greetings - greetings,
    visits: counted.visits - visits,
    mismatches: found.mismatches,
  };
}

function memory(): Memory {
  globalThis.gc?.();
  globalThis.gc?.(); // the first one runs finalizers whose memory only the second one frees
  const { heapUsed, external } = process.memoryUsage();
  return {
    liveBytes: heapUsed + external,
    ownBytes: statusBytes("RssAnon"),
    mappedBytes: statusBytes("RssFile"),
  };
}

/** A line of /proc/self/status, in bytes. */
function statusBytes(name: string): number {
  const line = new RegExp(`^${name}:\\s+(\\d+) kB$`, "m").exec(readFileSync("/proc/self/status", "utf8"));
  return Number(line?.[1]) * 1024;
}
