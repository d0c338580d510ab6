import type { EffectsTrace } from "../effects.js";
import type { WrittenAs } from "../egress/record-value.js";
import type { Codec } from "../values/codec.js";

/** Remembers how each message and record of a batch was written, so that its bytes can be read again. */
export class CodecTrace implements EffectsTrace {
  readonly messages: (Codec<unknown> | undefined)[] = [];
  readonly delayedMessages: (Codec<unknown> | undefined)[] = [];
  readonly records: (WrittenAs | undefined)[] = [];

  message(codec: Codec<unknown> | undefined): void {
    this.messages.push(codec);
  }

  delayed(codec: Codec<unknown> | undefined): void {
    this.delayedMessages.push(codec);
  }

  egress(writtenAs: WrittenAs | undefined): void {
    this.records.push(writtenAs);
  }
}
