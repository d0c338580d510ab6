/** What is wrong with a line, for people; whoever knows its number puts that in front. */
export class LineProblem extends Error {}

/** The fields of one JSON object of an export, each of which must be read, and none of which may be of another kind. */
export class LineFields {
  readonly #fields: Map<string, unknown>;
  readonly #where: string;

  /** `where` says which object of the line it is, for messages; empty for the line itself. */
  constructor(value: unknown, where = "") {
    if (typeof value !== "object" || value === null || Array.isArray(value))
      throw new LineProblem(where === "" ? "it is no JSON object" : `"${where}" is no object`);
    this.#fields = new Map(Object.entries(value));
    this.#where = where === "" ? "" : `${where}.`;
  }

  has(name: string): boolean {
    return this.#fields.has(name);
  }

  text(name: string): string {
    const value = this.#take(name);
    if (typeof value !== "string") throw this.#wrong(name, "text");
    return value;
  }

  whole(name: string): number {
    const value = this.#take(name);
    if (typeof value !== "number" || !Number.isSafeInteger(value) || value < 0)
      throw this.#wrong(name, "a whole number that is not negative");
    return value;
  }

  flag(name: string): boolean {
    const value = this.#take(name);
    if (typeof value !== "boolean") throw this.#wrong(name, "true or false");
    return value;
  }

  object(name: string): LineFields {
    return new LineFields(this.#take(name), this.#where + name);
  }

  objects(name: string): LineFields[] {
    const value = this.#take(name);
    if (!Array.isArray(value)) throw this.#wrong(name, "a list");
    return value.map((one: unknown, at) => new LineFields(one, `${this.#where}${name}.${at.toString()}`));
  }

  /** Any JSON value. */
  any(name: string): unknown {
    return this.#take(name);
  }

  /** Refuses what nobody has read. */
  done(): void {
    const [name] = this.#fields.keys();
    if (name !== undefined) throw new LineProblem(`"${this.#where}${name}" is no field that belongs there`);
  }

  #take(name: string): unknown {
    if (!this.#fields.has(name)) throw new LineProblem(`"${this.#where}${name}" is missing`);
    const value = this.#fields.get(name);
    this.#fields.delete(name);
    return value;
  }

  #wrong(name: string, kind: string): LineProblem {
    return new LineProblem(`"${this.#where}${name}" is not ${kind}`);
  }
}
