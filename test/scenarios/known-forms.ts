import type { Scenario } from "./scenario.js";

// A replay that passes over what it does not understand proves nothing: whatever a file may hold is listed here, and
// anything else is an error.

const scenarioFields =
  "name about claims notes module runtime lateStart topics functions steps expect observed samples";
const runtimeFields = "restart checkpointMs parallelism config";
const stateFields = "name type expire";
const stepNames =
  "produce produceMany until sleep settle release deploy server checkpoint noCheckpointFor killWorker running stopWithSavepoint start";
const recordFields = "topic key value";
const manyFields = "topic key from upto command";
const untilFields = "requests idle egress job restarts timeout";
const expectFields = "addresses egress egressPerKey job";
const addressFields = {
  requests: "compare requests",
  calls: "compare calls",
  ignore: "compare",
} as const;
const requestFields = "state calls reply attempts";
const callFields = "from type value has unknown";
const replyForms = ["incomplete", "result", "result status", "status", "closedByRuntime status"];
const summaryForms = ["count firstThree last notesAscending", "count firstFrom otherFrom"];
const perSenderForm = "count strictlyAscending";

/**
 * Checks that a scenario has only what the replay knows how to do and to compare.
 *
 * @throws Error naming what is not known
 */
export function assertKnownForms(scenario: Scenario): void {
  only(scenario, scenarioFields, "scenario");
  only(scenario.runtime ?? {}, runtimeFields, "runtime");
  for (const { states } of Object.values(scenario.functions)) {
    for (const state of states) only(state, stateFields, "declared state");
  }
  for (const step of scenario.steps) knownStep(step);
  only(scenario.expect, expectFields, "expect");
  only(scenario.expect.job, "state causes restarted", "expect.job");
  for (const [address, expected] of Object.entries(scenario.expect.addresses)) {
    if (!Object.hasOwn(addressFields, expected.compare)) unknown(`compare of ${address}`, expected.compare);
    only(expected, addressFields[expected.compare], `expect.addresses["${address}"]`);
    if (expected.compare === "requests") {
      for (const request of expected.requests) knownRequest(request);
    } else if (expected.compare === "calls") {
      knownCalls(expected.calls);
    }
  }
}

function knownStep(step: Scenario["steps"][number]): void {
  const names = Object.keys(step);
  if (names.length !== 1) unknown("step", names.join(", "));
  only(step, stepNames, "step");
  if ("produce" in step) for (const record of step.produce) only(record, recordFields, "record");
  if ("produceMany" in step) only(step.produceMany, manyFields, "produceMany");
  if ("until" in step) only(step.until, untilFields, "until");
  if ("start" in step) only(step.start, "from", "start");
  if ("server" in step && !["stop", "start"].includes(step.server)) unknown("server", step.server);
}

function knownRequest(request: object): void {
  only(request, requestFields, "request");
  const { calls = [], reply } = request as { calls?: readonly object[]; reply: object };
  for (const call of calls) only(call, callFields, "call");
  if (!replyForms.includes(sortedKeys(reply))) unknown("reply", sortedKeys(reply));
}

function knownCalls(calls: object): void {
  if (Array.isArray(calls)) {
    for (const call of calls as object[]) only(call, callFields, "call");
  } else if (!summaryForms.includes(sortedKeys(calls))) {
    for (const perSender of Object.values(calls) as object[]) {
      if (sortedKeys(perSender) !== perSenderForm) unknown("summary of calls", sortedKeys(perSender));
    }
  }
}

function sortedKeys(value: object): string {
  return Object.keys(value).sort().join(" ");
}

function only(value: object, names: string, where: string): void {
  for (const key of Object.keys(value)) if (!names.split(" ").includes(key)) unknown(where, key);
}

function unknown(where: string, what: string): never {
  throw new Error(
    `A ${where} with "${what}" is nothing that the replay knows: teach it, or correct the file.`,
  );
}
