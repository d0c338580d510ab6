import { typenameOf } from "../address.js";
import * as records from "../records/records.js";
import type { TypeRecord } from "../records/records.js";
import { LineProblem } from "./line-fields.js";

/** The function types of a store: its tables name them by number, an export by typename. */
export class FunctionNumbers {
  readonly #numbers = new Map<string, number>();
  readonly #types = new Map<number, TypeRecord>();

  /** Notes an entry of table `types`. */
  add(number: number, bytes: Uint8Array): void {
    const type = records.typeRecords.decode(bytes);
    this.#numbers.set(typenameOf(type), number);
    this.#types.set(number, type);
  }

  /** @throws LineProblem if there is no such function type */
  typenameOf(number: number): string {
    return typenameOf(this.typeOf(number));
  }

  /** @throws LineProblem if there is no such function type */
  typeOf(number: number): TypeRecord {
    const type = this.#types.get(number);
    if (type === undefined) throw new LineProblem(`no line of "types" has number ${number.toString()}`);
    return type;
  }

  /** @throws LineProblem if there is no such function type */
  numberOf(typename: string): number {
    const number = this.#numbers.get(typename);
    if (number === undefined)
      throw new LineProblem(`no line of "types" before it names function ${typename}`);
    return number;
  }
}
