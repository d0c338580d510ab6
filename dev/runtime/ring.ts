/** A bounded list of what happened when: what is over the limits drops the oldest item. Items are numbered from 1. */
export class Ring<T> {
  readonly #capacity: number;
  readonly #maxBytes: number;
  readonly #items: (T | undefined)[] = [];
  readonly #sizes: Float64Array;
  readonly #times: Float64Array;
  #first = 1;
  #next = 1;
  #bytes = 0;

  /** Holds at most `capacity` items, at least 1, of at most `maxBytes` together; but always the newest. */
  constructor(capacity: number, maxBytes: number) {
    this.#capacity = capacity;
    this.#maxBytes = maxBytes;
    this.#sizes = new Float64Array(capacity);
    this.#times = new Float64Array(capacity);
  }

  /** The number of the oldest item that is held; {@link next} if there is none. */
  get first(): number {
    return this.#first;
  }

  /** The number that the next item gets. */
  get next(): number {
    return this.#next;
  }

  /** The size of all items that are held. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Takes an item in. */
  push(item: T, bytes: number, atMillis: number): void {
    if (this.#next - this.#first === this.#capacity) this.#drop();
    const slot = this.#next % this.#capacity;
    this.#items[slot] = item;
    this.#sizes[slot] = bytes;
    this.#times[slot] = atMillis;
    this.#bytes += bytes;
    this.#next++;
    while (this.#bytes > this.#maxBytes && this.#next - this.#first > 1) this.#drop();
  }

  /** The item with this number; `undefined` if it is not held any more, or not yet. */
  at(number: number): T | undefined {
    if (number < this.#first || number >= this.#next) return undefined;
    return this.#items[number % this.#capacity];
  }

  /** When the item with this number was taken in; to be asked for items that are held. */
  atMillis(number: number): number {
    return this.#times[number % this.#capacity] as number;
  }

  #drop(): void {
    const slot = this.#first % this.#capacity;
    this.#items[slot] = undefined;
    this.#bytes -= this.#sizes[slot] as number;
    this.#first++;
  }
}
