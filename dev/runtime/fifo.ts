/** When so many places at the front are empty, the rest moves up. */
const mostEmpty = 1024;

/** First in, first out, in constant time. */
export class Fifo<T> {
  #items: (T | undefined)[] = [];
  #head = 0;

  /** How many items are held. */
  get size(): number {
    return this.#items.length - this.#head;
  }

  /** The item at the front, which stays. */
  get first(): T | undefined {
    return this.#items[this.#head];
  }

  /** Puts an item at the end. */
  push(item: T): void {
    this.#items.push(item);
  }

  /** Takes the item at the front. */
  shift(): T | undefined {
    if (this.#head === this.#items.length) return undefined;
    const item = this.#items[this.#head];
    this.#items[this.#head++] = undefined;
    if (this.#head === this.#items.length) {
      this.#items.length = 0;
      this.#head = 0;
    } else if (this.#head >= mostEmpty && this.#head * 2 >= this.#items.length) {
      this.#items = this.#items.slice(this.#head);
      this.#head = 0;
    }
    return item;
  }

  /** Takes the item that is `index` places behind the front; the front one takes its place. */
  take(index: number): T | undefined {
    const at = this.#head + index;
    const item = this.#items[at];
    this.#items[at] = this.#items[this.#head];
    this.shift();
    return item;
  }
}
