import { stripVTControlCharacters, styleText } from "node:util";

/** How a piece of text stands out. */
export type Emphasis = "bold" | "dim" | "red" | "green" | "yellow" | "cyan";

/** Gives text its emphasis, or leaves it alone where that would only be noise. */
export type Style = (emphasis: Emphasis, text: string) => string;

/** For output that goes to a file, a pipe or a program. */
export const plain: Style = (_, text) => text;

const coloured: Style = (emphasis, text) => styleText(emphasis, text, { validateStream: false });

/** What decides whether a stream is written to in colour. */
export interface Writable {
  readonly isTTY?: boolean | undefined;
}

/**
 * The style for a stream: in colour on a terminal only, and never where `NO_COLOR` is set to anything, or `TERM` says
 * that the terminal is dumb.
 *
 * Source: https://no-color.org.
 */
export function styleFor(stream: Writable, env: Readonly<NodeJS.ProcessEnv> = process.env): Style {
  const wanted = (env.NO_COLOR ?? "") === "" && env.TERM !== "dumb";
  return stream.isTTY === true && wanted ? coloured : plain;
}

/**
 * Text of unknown origin, such as an id, so that it cannot move the cursor or end a line: control characters are
 * written as JSON writes them.
 */
export function printable(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\u2028\u2029]/gu, (character) =>
    character.length === 1
      ? `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`
      : JSON.stringify(character).slice(1, -1),
  );
}

/** `text`, cut to a width with an ellipsis. It must not hold escape sequences. */
export function shortened(text: string, width: number): string {
  const characters = graphemes(text);
  return characters.length <= width ? text : `${characters.slice(0, Math.max(0, width - 1)).join("")}…`;
}

/** How many columns text takes, escape sequences not counted. */
export function columns(text: string): number {
  return graphemes(stripVTControlCharacters(text)).length;
}

const segmenter = new Intl.Segmenter();

function graphemes(text: string): readonly string[] {
  return Array.from(segmenter.segment(text), ({ segment }) => segment);
}

/** Rows with their columns aligned, two spaces apart; the last cell of a row may be of any width. */
export function aligned(rows: readonly (readonly string[])[]): readonly string[] {
  const widths: number[] = [];
  for (const row of rows) {
    row.slice(0, -1).forEach((cell, at) => {
      widths[at] = Math.max(widths[at] ?? 0, columns(cell));
    });
  }
  return rows.map((row) =>
    row
      .map((cell, at) =>
        at === row.length - 1 ? cell : cell + " ".repeat((widths[at] ?? 0) - columns(cell)),
      )
      .join("  ")
      .trimEnd(),
  );
}

/** A table: aligned, with its heads dimmed. */
export function table(
  heads: readonly string[],
  rows: readonly (readonly string[])[],
  style: Style = plain,
): readonly string[] {
  return aligned([heads.map((head) => style("dim", head)), ...rows]);
}
