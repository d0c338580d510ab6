import type { FunctionAddress } from "../address.js";
import { typenameOf } from "../address.js";
import type { Counters } from "../counters.js";
import type { Journal } from "../journal.js";
import { RuntimeError } from "../runtime-error.js";
import type { Runtime, RuntimeOptions } from "../runtime.js";
import type {
  AddressDetail,
  AddressQuery,
  AddressSummary,
  DelayedMessage,
  DelayQuery,
  FunctionTypeSummary,
  OutsideMessage,
  Page,
  PageRequest,
  QuarantinedAddress,
  RuntimeStatus,
  RuntimeView,
  WaitingMessage,
  WaitingRecord,
} from "../runtime-view.js";
import { addressDetail } from "./address-detail.js";
import { addressList } from "./address-list.js";
import { pageOf } from "./cursor.js";
import { delayList } from "./delay-list.js";
import { messageOf } from "./message-of.js";

/** What a view is told beside the runtime itself. */
export interface LiveViewOptions {
  readonly journal: Journal;
  readonly store: "memory" | "lmdb";
  readonly dataFolder?: string | undefined;
  readonly sync?: boolean | undefined;
  /** Moves the virtual clock; left out if the clock is real. */
  readonly advance?: ((millis: number) => Promise<void>) | undefined;
}

/** The ingress that messages sent through the view are counted for. */
export const viewIngress = "statefun-dev/api";

/** A {@link RuntimeView} of a runtime that runs in this process. */
export class LiveView implements RuntimeView {
  readonly journal: Journal;
  readonly counters: Counters;
  readonly advance: ((millis: number) => Promise<void>) | undefined;
  readonly #runtime: Runtime;
  readonly #parts: RuntimeOptions;
  readonly #options: LiveViewOptions;
  readonly #startedAtMillis: number;

  /** A view of `runtime`, which was made of `parts`. */
  constructor(runtime: Runtime, parts: RuntimeOptions, options: LiveViewOptions) {
    this.#runtime = runtime;
    this.#parts = parts;
    this.#options = options;
    this.#startedAtMillis = parts.clock.now();
    this.journal = options.journal;
    this.counters = runtime.counters;
    this.advance = options.advance;
  }

  status(): RuntimeStatus {
    const { state, error, restarts, retryAtMillis } = this.#runtime;
    const { endpoints, ingresses = [], egresses = [], onFatal, clock } = this.#parts;
    return {
      state,
      error,
      retryAtMillis,
      restarts,
      startedAtMillis: this.#startedAtMillis,
      nowMillis: clock.now(),
      clock: this.advance === undefined ? "real" : "virtual",
      store: this.#options.store,
      dataFolder: this.#options.dataFolder,
      sync: this.#options.sync ?? false,
      onFatal: onFatal === "quarantine" ? "quarantine" : "restart",
      paused: state === "running" && this.#runtime.run.paused,
      endpoints: endpoints.map(({ functions, description, maxNumBatchRequests }) => ({
        functions,
        description,
        maxNumBatchRequests,
      })),
      ingresses: ingresses.map(({ id, description }) => {
        return { id, description, lag: this.counters.ingress(id).lag };
      }),
      egresses: egresses.map(({ id, description }) => ({ id, description })),
    };
  }

  functionTypes(): readonly FunctionTypeSummary[] {
    return [...this.#runtime.run.types.all].map(({ namespace, name, endpoint, registered }) => ({
      namespace,
      name,
      endpoint: endpoint?.description,
      states: [...registered.values()].map((state) => ({
        name: state.name,
        typename: state.typename,
        expiration:
          state.expiration === undefined
            ? undefined
            : {
                mode: state.expiration.after === "write" ? ("after-write" as const) : ("after-call" as const),
                millis: state.expiration.millis,
              },
      })),
    }));
  }

  addresses(query: AddressQuery): Page<AddressSummary> {
    return addressList(this.#runtime.run, this.#parts.store, query, this.#parts.clock.now());
  }

  address(address: FunctionAddress): AddressDetail | undefined {
    return addressDetail(this.#runtime.run, address, this.#parts.clock.now());
  }

  mailbox(address: FunctionAddress, page: PageRequest): Page<WaitingMessage> {
    const mailbox = this.#runtime.run.mailbox(address);
    const messages = [
      ...(mailbox?.batch ?? []).map((mail) => ({ ...mail, inFlight: true })),
      ...(mailbox?.backlog ?? []).map((mail) => ({ ...mail, inFlight: false })),
    ];
    const { items, next } = pageOf(messages, ({ sequence }) => sequence, page);
    return {
      items: items.map(({ sequence, invocation, inFlight }) => ({
        sequence,
        inFlight,
        ...messageOf(invocation),
      })),
      next,
    };
  }

  delayedMessages(query: DelayQuery): Page<DelayedMessage> {
    return delayList(this.#runtime.run, this.#parts.store, query);
  }

  outbox(egress: string, page: PageRequest): Page<WaitingRecord> {
    return pageOf(this.#runtime.run.outbox.records(egress), ({ sequence }) => sequence, page);
  }

  dropRecord(egress: string, sequence: number): Promise<WaitingRecord | undefined> {
    return this.#runtime.dropRecord(egress, sequence);
  }

  quarantined(page: PageRequest): Page<QuarantinedAddress> {
    const { types } = this.#runtime.run;
    const all = [...types.all].flatMap((type) =>
      [...type.mailboxes.values()].flatMap((mailbox) => {
        const { quarantined, namespace, name, id, batch, backlog } = mailbox;
        if (quarantined === undefined) return [];
        const { sinceMillis, code, message } = quarantined;
        const waiting = (batch?.length ?? 0) + backlog.length;
        const at = batch?.[0]?.sequence ?? 0;
        return [{ at, item: { address: { namespace, name, id }, sinceMillis, code, message, waiting } }];
      }),
    );
    all.sort((a, b) => a.at - b.at);
    const { items, next } = pageOf(all, ({ at }) => at, page);
    return { items: items.map(({ item }) => item), next };
  }

  async retry(address: FunctionAddress): Promise<boolean> {
    if (this.#runtime.run.mailbox(address)?.quarantined === undefined) return false;
    await this.#runtime.release(address, "retried");
    return true;
  }

  async drop(address: FunctionAddress): Promise<number | undefined> {
    const mailbox = this.#runtime.run.mailbox(address);
    if (mailbox?.quarantined === undefined) return undefined;
    const dropped = mailbox.batch?.length ?? 0;
    await this.#runtime.release(address, "dropped");
    return dropped;
  }

  async send({ target, argument, idempotencyKey }: OutsideMessage): Promise<boolean> {
    const gate = this.#runtime.gate(viewIngress);
    if (!gate.serves(target)) {
      const what = `no endpoint serves ${typenameOf(target)}`;
      throw new RuntimeError("unknown-function", `${what}; send to one of the functions that status lists`);
    }
    const { namespace, name, id } = target;
    const taken = gate.admit({ messages: [{ target: { namespace, name }, id, argument }], idempotencyKey });
    await gate.durable();
    return taken;
  }
}
