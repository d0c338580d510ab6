import path from "node:path";
import { describe, expect, test } from "@jest/globals";
import { publicDeclarations, undocumented } from "../../scripts/checks/documented.js";
import { programOf, programOfTexts } from "../../scripts/checks/program.js";
import { undocumentedThrows } from "../../scripts/checks/throws.js";
import { entries } from "./entries.js";

const root = path.resolve(__dirname, "../..");

describe("this repository", () => {
  const program = programOf(
    root,
    entries.map(({ file }) => file),
  );
  const declarations = publicDeclarations(program, entries);

  test("documents every public symbol and every member of one", () => {
    expect(undocumented(root, program, declarations)).toEqual([]);
  });

  test("documents what every public function that can throw throws", () => {
    expect(undocumentedThrows(root, program, declarations)).toEqual([]);
  });
});

/** What both checks find in one module. */
function problemsIn(text: string): readonly string[] {
  const program = programOfTexts(root, [{ path: "sdk/entry.ts", text }]);
  const declarations = publicDeclarations(program, [{ name: "statefun", file: "sdk/entry.ts" }]);
  return [...undocumented(root, program, declarations), ...undocumentedThrows(root, program, declarations)];
}

describe("the check of doc comments", () => {
  test("finds symbols and members without one", () => {
    const found = problemsIn(`
      /** Has one. */
      export interface Documented {
        readonly bare: string;
        /** Has one. */
        readonly full: string;
      }
      export const value = 1;
      /** @internal */
      export const tagOnly = 1;
    `);

    expect(found).toEqual([
      "Documented.bare has no doc comment (sdk/entry.ts:4)",
      "value has no doc comment (sdk/entry.ts:8)",
      "tagOnly has no doc comment (sdk/entry.ts:10)",
    ]);
  });

  test("counts the comment of the interface a member comes from, and skips private members", () => {
    const found = problemsIn(`
      /** A shape. */
      export interface Shape {
        /** Its size. */
        readonly size: number;
      }
      /** A circle. */
      export class Circle implements Shape {
        readonly size = 1;
        readonly #secret = 1;
        private readonly old = this.#secret;
      }
    `);

    expect(found).toEqual([]);
  });
});

describe("the check of @throws", () => {
  test("follows calls from a public function to the throw, and prints the way", () => {
    const found = problemsIn(`
      /** Does something. */
      export function outer(): void { inner(); }
      function inner(): void { [1].forEach(() => { deep(); }); }
      const deep = (): never => { throw new Error("deep"); };
    `);

    expect(found).toEqual([
      "outer can throw and has no @throws: sdk/entry.ts:3 → sdk/entry.ts:4 → sdk/entry.ts:5",
    ]);
  });

  test("follows an interface's method into the class and the object that implement it", () => {
    const found = problemsIn(`
      /** A door. */
      export interface Door {
        /** Opens it. */
        open(): void;
        /** Shuts it. */
        shut(): void;
      }
      class Wooden implements Door {
        open(): void { throw new Error("locked"); }
        shut(): void {}
      }
      const iron: Door = { open() {}, shut() { throw new Error("stuck"); } };
      export const doors = [new Wooden(), iron].length;
    `);

    expect(found.slice(1)).toEqual([
      "Door.open can throw and has no @throws: sdk/entry.ts:10",
      "Door.shut can throw and has no @throws: sdk/entry.ts:13",
    ]);
  });

  test("is content with the tag, with a catch, and with a throw in a function that is only made", () => {
    const found = problemsIn(`
      /**
       * Throws.
       *
       * @throws Error always
       */
      export function tagged(): void { throw new Error("tagged"); }
      /** Catches. */
      export function caught(): void { try { tagged(); } catch { /* is caught */ } }
      /** Makes a function. */
      export function maker(): () => void { return () => { tagged(); }; }
    `);

    expect(found).toEqual([]);
  });

  test("sees the throw in a catch, and in a constructor", () => {
    const found = problemsIn(`
      /** Throws again. */
      export function again(): void { try { again(); } catch (error) { throw error; } }
      /** A box. */
      export class Box {
        /** Makes one. */
        constructor() { again(); }
      }
    `);

    expect(found.map((sentence) => sentence.split(":")[0])).toEqual([
      "again can throw and has no @throws",
      "Box.constructor can throw and has no @throws",
    ]);
  });
});
