/** One text that waits to be fetched. */
export interface QueuedText {
  readonly sequence: number;
  readonly text: string;
}

/** A first-in, first-out queue for each topic, each with a limit. */
export class TopicQueues {
  readonly #queues = new Map<string, Queue>();
  readonly #mostQueued: number;
  #size = 0;

  constructor(mostQueued: number) {
    this.#mostQueued = mostQueued;
  }

  /** How many texts wait altogether. */
  get size(): number {
    return this.#size;
  }

  /** How many more texts a topic has room for. */
  room(topic: string): number {
    const queue = this.#queues.get(topic);
    return queue === undefined ? this.#mostQueued : this.#mostQueued - (queue.texts.length - queue.first);
  }

  /** Puts a text at the end of a topic, whatever its room. */
  push(topic: string, text: QueuedText): void {
    let queue = this.#queues.get(topic);
    if (queue === undefined) this.#queues.set(topic, (queue = { texts: [], first: 0 }));
    queue.texts.push(text);
    this.#size++;
  }

  /** Puts a text back where {@link pop} took it from. */
  putBack(topic: string, text: QueuedText): void {
    this.#queues.get(topic)?.texts.splice(this.#queues.get(topic)?.first ?? 0, 0, text);
    this.#size++;
  }

  /** Takes out the first text of a topic. */
  pop(topic: string): QueuedText | undefined {
    const queue = this.#queues.get(topic);
    const text = queue?.texts[queue.first];
    if (queue === undefined || text === undefined) return undefined;
    queue.texts[queue.first++] = undefined;
    this.#size--;
    if (queue.first * 2 >= queue.texts.length) {
      queue.texts.splice(0, queue.first);
      queue.first = 0;
    }
    return text;
  }

  /** All texts with their topics, each topic's in its order. */
  *all(): Iterable<readonly [string, QueuedText]> {
    for (const [topic, { texts, first }] of this.#queues) {
      for (let at = first; at < texts.length; at++) yield [topic, texts[at] as QueuedText];
    }
  }
}

interface Queue {
  readonly texts: (QueuedText | undefined)[];
  /** Where the queue begins; what is before has been taken out. */
  first: number;
}
