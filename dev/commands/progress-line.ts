/** A line on standard error that is overwritten as work goes on. */
export interface ProgressLine {
  /** Shows how far it is; cheap enough to be called for every item. */
  show(text: string): void;
  /** Takes the line away. */
  clear(): void;
}

/** Often enough to be seen moving. */
const intervalMillis = 100;

/** How long work goes on before it is worth a line. */
const firstMillis = 500;

/** The line, on a terminal; nothing at all anywhere else. */
export function progressLine(stream: NodeJS.WriteStream = process.stderr): ProgressLine {
  let nextMillis = Date.now() + firstMillis;
  let shown = false;
  return {
    show(text) {
      if (!stream.isTTY || Date.now() < nextMillis) return;
      nextMillis = Date.now() + intervalMillis;
      shown = true;
      stream.write(`\r\u001b[2K${text}`);
    },
    clear() {
      if (shown) stream.write("\r\u001b[2K");
      shown = false;
    },
  };
}
