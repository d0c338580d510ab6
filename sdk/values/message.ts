import type { Headers } from "../headers.js";
import type { TypedValueView } from "../wire/typed-value-view.js";
import { withHeaders } from "../wire/with-headers.js";

/**
 * A message as it arrived, not yet decoded: what `otherwise` receives. `Greet.is(message)` and `Greet.from(message)`
 * open it; sending it to another address repeats it bit for bit, unknown fields included.
 */
export interface Message {
  /** The typename that the sender wrote; any text, possibly empty. */
  readonly typename: string;
  /** Whether there is a value at all; `false` differs from a value of no bytes. */
  readonly hasValue: boolean;
  /** The serialized value; a view on the request, not to be changed. Empty if there is none. */
  readonly bytes: Uint8Array;
}

/** A message on the bytes of the request that brought it. */
export class ReceivedMessage implements Message {
  readonly typename: string;
  readonly hasValue: boolean;
  readonly bytes: Uint8Array;
  readonly #view: TypedValueView;

  constructor(view: TypedValueView) {
    this.typename = view.typename;
    this.hasValue = view.hasValue;
    this.bytes = view.value();
    this.#view = view;
  }

  /** The serialized `TypedValue` of a message that arrived, or `undefined` if `message` did not. */
  static serialized(message: object): Uint8Array | undefined {
    if (!(#view in message)) return undefined;
    const view = message.#view;
    return view.bytes.subarray(view.start, view.end);
  }

  /** The headers of a message that arrived, or `undefined` if `message` did not. */
  static headers(message: object): Headers | undefined {
    return #view in message ? message.#view.headers() : undefined;
  }

  /** The message with other headers, and all else bit for bit. */
  static withHeaders(message: ReceivedMessage, headers: Headers): ReceivedMessage {
    return new ReceivedMessage(withHeaders(message.#view, headers));
  }
}
