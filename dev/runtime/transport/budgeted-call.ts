import { readResponse } from "statefun/wire";
import type { WireResponse } from "statefun/wire";
import type { FunctionAddress } from "../address.js";
import type { Clock, ScheduledCall } from "../clock.js";
import { callFailed, elapsedText, thrownText, type AttemptFailure } from "./call-failure.js";
import { Limited, type TimeLimit } from "./time-limit.js";
import type { AttemptListener, Call, CallOutcome } from "./transport.js";

/** The wait before the second attempt is twice this, and doubles from there on without a bound. */
const firstBackOffMillis = 2;

/** With this much or less of a budget left there is no other attempt. */
const leastBudgetMillis = 1;

/** What calls of one function type share. */
export interface CallBudget {
  readonly clock: Clock;
  /** The budget of a call: all attempts and the waits between them. */
  readonly limit: TimeLimit;
  readonly listener: AttemptListener | undefined;
  /** The URL, or where in this process the function is. */
  readonly place: string;
  /** What makes such calls succeed, a sentence; used when one failed for good. */
  readonly advice: string;
}

/**
 * One call as the asynchronous transport of a cluster makes it: whatever fails is tried again after 4, 8, 16 … ms,
 * until the budget of the call is used up.
 *
 * Source: NettyRequest, which retries every failure and doubles its wait without a bound.
 */
export abstract class BudgetedCall extends Limited implements Call {
  protected readonly target: FunctionAddress;
  readonly #budget: CallBudget;
  readonly #outcome: CallOutcome;
  readonly #startedMillis: number;
  #attempts = 0;
  #attemptStartedMillis = 0;
  #attempting = false;
  #over = false;
  #waiting: ScheduledCall | undefined;
  #failure: AttemptFailure | undefined;

  constructor(target: FunctionAddress, budget: CallBudget, outcome: CallOutcome) {
    super();
    this.target = target;
    this.#budget = budget;
    this.#outcome = outcome;
    this.#startedMillis = budget.clock.now();
  }

  /** Whether an outcome was reported, or nobody waits for one. */
  protected get over(): boolean {
    return this.#over;
  }

  /** Makes one attempt, which ends with {@link attemptSucceeded} or {@link attemptFailed}, perhaps at once. */
  protected abstract attempt(): void;

  /** Ends the attempt under way, which is not waited for any more. */
  protected abstract abandonAttempt(): void;

  /** Makes the first attempt. */
  begin(): void {
    this.#attemptAt(this.#startedMillis);
    if (!this.#over) this.#budget.limit.start(this, this.#startedMillis);
  }

  abort(): void {
    if (this.#over) return;
    this.#end();
    if (this.#attempting) this.abandonAttempt();
  }

  /** The attempt under way ended with this response. */
  protected attemptSucceeded(response: WireResponse, bytes: Uint8Array): void {
    this.#attempting = false;
    const { listener, clock } = this.#budget;
    this.#end();
    listener?.attempted(this.target, clock.now() - this.#attemptStartedMillis, undefined);
    this.#outcome.succeeded(response, bytes);
  }

  /** The attempt under way failed; there is another one if the budget allows it. */
  protected attemptFailed(failure: AttemptFailure): void {
    this.#attempting = false;
    this.#failure = failure;
    const now = this.#budget.clock.now();
    this.#budget.listener?.attempted(this.target, now - this.#attemptStartedMillis, failure.why);
    if (this.#over) return; // the listener may have aborted it
    const leftMillis = this.#startedMillis + this.#budget.limit.millis - now;
    if (leftMillis <= leastBudgetMillis) {
      this.#fail(now);
      return;
    }
    const waitMillis = firstBackOffMillis * 2 ** this.#attempts;
    // A longer wait ends with the budget, and then there is no other attempt.
    if (waitMillis < leftMillis) {
      this.#waiting = this.#budget.clock.schedule(now + waitMillis, () => {
        this.#waiting = undefined;
        this.#attemptAt(this.#budget.clock.now());
      });
    }
  }

  override timeIsOver(): void {
    this.#waiting?.cancel();
    const now = this.#budget.clock.now();
    if (this.#attempting) {
      this.#attempting = false;
      const tookMillis = now - this.#attemptStartedMillis;
      const why = `there was no answer in ${elapsedText(tookMillis)}`;
      this.#failure = { why, cause: this.#failure?.cause };
      this.abandonAttempt();
      this.#budget.listener?.attempted(this.target, tookMillis, why);
    }
    if (!this.#over) this.#fail(now);
  }

  #attemptAt(nowMillis: number): void {
    this.#attempts++;
    this.#attempting = true;
    this.#attemptStartedMillis = nowMillis;
    this.attempt();
  }

  #fail(nowMillis: number): void {
    const { limit, place, advice } = this.#budget;
    this.#end();
    this.#outcome.failed(
      callFailed({
        address: this.target,
        place,
        advice,
        attempts: this.#attempts,
        elapsedMillis: nowMillis - this.#startedMillis,
        failure: this.#failure ?? { why: "nothing was heard" },
        end: `which is all that the budget \`call\` of ${elapsedText(limit.millis)} allows`,
      }),
    );
  }

  #end(): void {
    this.#over = true;
    this.limit?.stop(this);
    this.#waiting?.cancel();
    this.#waiting = undefined;
  }
}

/** Aborts all calls that a budget holds: all that are under way. */
export function abortAll({ limit }: CallBudget): void {
  for (let first = limit.first; first !== undefined; first = limit.first) {
    limit.stop(first);
    if (first instanceof BudgetedCall) first.abort();
  }
  limit.close();
}

/** Reads what a function answered; a text that says what is wrong with it if it is no response. */
export function decoded(bytes: Uint8Array): WireResponse | AttemptFailure {
  try {
    return readResponse(bytes);
  } catch (error) {
    const why = `the body of the answer (${String(bytes.length)} bytes) is no FromFunction: ${thrownText(error)}`;
    return { why, cause: error };
  }
}
