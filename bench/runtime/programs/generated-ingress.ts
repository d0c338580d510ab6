import { setImmediate } from "node:timers/promises";
import { serializedTypedValue } from "statefun/wire";
import type { Ingress, IngressGate } from "../../../dev/runtime/ingress/ingress.js";
import { stringBytes, stringTypename } from "../string-value.js";
import { addressId } from "../addresses.js";
import type { GenerateQuestion } from "../plan.js";

/** As many as an answer of a broker may hold: then the thread is let go of. */
const messagesAtOnce = 1000;

/** An ingress that makes its messages up, each with a position as a record of Kafka has one. */
export class GeneratedIngress implements Ingress {
  readonly id = "bench/generated";
  readonly description = "makes its messages up";
  #gate: IngressGate | undefined;
  #admitted = 0;

  start(gate: IngressGate): Promise<void> {
    this.#gate = gate;
    return Promise.resolve();
  }

  stop(): Promise<void> {
    this.#gate = undefined;
    return Promise.resolve();
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  /** Admits what is asked for, as fast as the runtime takes it; resolves once all of it is durable. */
  async generate({ typename, count, addresses, text }: GenerateQuestion): Promise<void> {
    const gate = this.#gate;
    if (gate === undefined) throw new Error("the runtime does not run");
    const [namespace = "", name = ""] = typename.split("/");
    const target = { namespace, name };
    const argument = serializedTypedValue(stringTypename, stringBytes(text));
    for (let number = 0; number < count; number++) {
      if (gate.paused) await gate.whenOpen();
      const id = addressId(number, addresses);
      gate.admit({ messages: [{ target, id, argument }], position: this.#position() });
      if (number % messagesAtOnce === messagesAtOnce - 1) await setImmediate();
    }
    await gate.durable();
  }

  #position(): { readonly key: string; readonly value: Uint8Array } {
    const value = new Uint8Array(8);
    new DataView(value.buffer).setFloat64(0, ++this.#admitted);
    return { key: "0", value };
  }
}
