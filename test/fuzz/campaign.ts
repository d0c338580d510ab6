import assert from "node:assert/strict";
import { requestReplyHandler, StateFunError, type FailureSite } from "statefun";
import { hex } from "../support/hex.js";
import { agreedPrimitive, agreedRequest, agreedResponse } from "./agreement.js";
import { primitiveBody, requestBody, responseBody } from "./bodies.js";
import { functions } from "./functions.js";
import { predict } from "./model.js";
import { Random } from "./random.js";
import { primitives } from "./reference-values.js";

/** What a campaign runs on: which bodies, all of which follow from the seed. */
export interface CampaignOptions {
  readonly seed: number;
  readonly count: number;
  /** The index of the first body; 0 if left out. */
  readonly from?: number;
}

/** How many bodies ended in which way: `result`, `incomplete`, or the code of a failure. */
export type Outcomes = ReadonlyMap<string, number>;

/** Up to so many bodies errors keep their stacks: for whoever looks at a single one. */
const fewBodies = 10;

/** How many answers are held on to, to see whether a later batch writes into an earlier one's. */
const heldAnswers = 256;

/**
 * Sends bodies to the functions and compares all that comes of each with the reference decoder, the oracle and the
 * model. Throws at the first difference, with what it takes to see it again.
 */
export async function campaign({ seed, count, from = 0 }: CampaignOptions): Promise<Outcomes> {
  const target = new Target();
  const outcomes = new Map<string, number>();
  const rejections = new Rejections();
  const stacks = Error.stackTraceLimit;
  if (count > fewBodies) Error.stackTraceLimit = 0; // half of all bodies fail, and nobody reads those stacks
  try {
    for (let index = from; index < from + count; index++) {
      const random = new Random(seed, index);
      const body = requestBody(random);
      const outcome = await repeatable(seed, index, body, () => target.answers(body));
      outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);

      const response = responseBody(random);
      await repeatable(seed, index, response, () => agreedResponse(response));
      const primitive = random.pick(primitives);
      const value = primitiveBody(random, primitive);
      await repeatable(seed, index, value, () => agreedPrimitive(primitive, value));
    }
    await settled();
    target.checkHeldAnswers();
    assert.deepEqual(rejections.reasons, [], "a promise was rejected and nobody caught it");
  } finally {
    Error.stackTraceLimit = stacks;
    rejections.stop();
  }
  return outcomes;
}

/** Names the body that an error arose with. */
async function repeatable<T>(
  seed: number,
  index: number,
  body: Uint8Array,
  check: () => T | Promise<T>,
): Promise<T> {
  try {
    return await check();
  } catch (error) {
    const again = `npm run fuzz -- --seed ${String(seed)} --from ${String(index)} --count 1`;
    throw new Error(`body ${String(index)} (${again}): ${describe(error)}\n${hex(body)}`, { cause: error });
  }
}

function describe(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** Waits until every promise that is settled by now has told whoever listens. */
function settled(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}

/** The functions behind one handler, and what they have reported. */
class Target {
  readonly #reports: { readonly error: StateFunError; readonly site: FailureSite }[] = [];
  readonly #held: { readonly answer: Uint8Array; readonly copy: Uint8Array }[] = [];
  readonly #handler = requestReplyHandler(functions, {
    onError: (error, site) => void this.#reports.push({ error, site }),
  });

  /** Sends one body and checks what comes of it, which is returned in a word. */
  async answers(body: Uint8Array): Promise<string> {
    const expected = predict(agreedRequest(body));
    this.#reports.length = 0;
    const before = body.slice();

    let answer: Uint8Array;
    try {
      answer = await this.#handler.handle(body);
    } catch (error) {
      return this.#checkFailure(error, expected);
    }
    assert(expected.kind === "answer", `answered what must fail with ${JSON.stringify(expected)}`);
    assert(bytesEqual(answer, expected.bytes), `the answer is ${hex(answer)}, not ${hex(expected.bytes)}`);
    assert.deepEqual(this.#reports, [], "a batch that succeeded was reported");
    assert(bytesEqual(body, before), "the request was written to");
    agreedResponse(answer);
    this.#hold(answer);
    return expected.what;
  }

  #checkFailure(error: unknown, expected: ReturnType<typeof predict>): string {
    assert(error instanceof StateFunError, `threw ${describe(error)}, which is no StateFunError`);
    assert(expected.kind === "failure", `failed with ${error.message}`);
    assert.equal(error.code, expected.code, error.message);
    assert.equal(this.#reports.length, 1, "a failure is reported exactly once");
    assert.equal(this.#reports[0]?.error, error, "what is reported is what is thrown");
    const { typename, id } = this.#reports[0].site;
    assert.deepEqual({ typename, id }, { typename: expected.typename, id: expected.id });
    return error.code;
  }

  #hold(answer: Uint8Array): void {
    this.#held.push({ answer, copy: answer.slice() });
    if (this.#held.length < heldAnswers) return;
    this.checkHeldAnswers();
    this.#held.length = 0;
  }

  /** Checks that no later batch wrote into an earlier answer. */
  checkHeldAnswers(): void {
    for (const { answer, copy } of this.#held) {
      assert(bytesEqual(answer, copy), `the answer ${hex(copy)} became ${hex(answer)} later`);
    }
  }
}

function bytesEqual(a: Uint8Array, b: Uint8Array): boolean {
  return Buffer.compare(a, b) === 0;
}

/** Listens for promises that were rejected without anybody catching it. */
class Rejections {
  readonly reasons: unknown[] = [];
  readonly #listen = (reason: unknown): void => void this.reasons.push(reason);

  constructor() {
    process.on("unhandledRejection", this.#listen);
  }

  stop(): void {
    process.off("unhandledRejection", this.#listen);
  }
}
