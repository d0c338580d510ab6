import { closeSync, fstatSync, openSync, readSync } from "node:fs";

/**
 * Looks through an LMDB file before LMDB maps it: LMDB follows what it finds, so a page that is missing or holds
 * anything else would end the process instead of giving an error.
 *
 * The layout is that of LMDB's data format 2 on a 64-bit machine with the low byte first. A page begins with its
 * number (8 bytes), a transaction (8), padding (2), flags (2), and the bounds of its free space (2 + 2), or the
 * number of its pages if it holds one large value (4).
 */
const headerBytes = 24;
const branchFlag = 0x01;
const leafFlag = 0x02;
const overflowFlag = 0x04;
const metaFlag = 0x08;

const magic = 0xbeefc0de;
const dataFormat = 2;
const metaBytes = 144;

/** A description of one tree: padding or page size (4), flags (2), depth (2), four counts (8 each), its root (8). */
const treeBytes = 48;
const treesAt = 24;

/** The root of a tree that has no pages: all bits are set, which a number rounds up. */
const noRoot = 2 ** 64;

/** LMDB's own limit on the depth of a tree. */
const deepest = 32;

const largeValue = 0x01;
const subTree = 0x02;
const nodeBytes = 8;

/** What a leaf has of a large value: its page, a transaction, its count of pages. */
const largeReferenceBytes = 24;

/** What is wrong with the LMDB file at `path`, for people, or `undefined` if it can be opened. */
export function fileProblem(path: string, depth: "headers" | "pages"): string | undefined {
  const file = openSync(path, "r");
  try {
    const check = new FileCheck(file);
    return depth === "headers" ? check.headers() : (check.headers() ?? check.pages());
  } finally {
    closeSync(file);
  }
}

class FileCheck {
  readonly #file: number;
  readonly #size: number;
  #pageSize = 0;
  #pageCount = 0;
  #trees: DataView = new DataView(new ArrayBuffer(0));
  /** More visits than pages: the pages point at each other. */
  #visits = 0;
  /** A page for each depth: a tree is read one way down at a time. */
  readonly #pages: DataView[] = [];

  constructor(file: number) {
    this.#file = file;
    this.#size = fstatSync(file).size;
  }

  /** Checks the two pages that everything is found from, and takes the newer one. */
  headers(): string | undefined {
    if (this.#size === 0) return "it is empty";
    const first = this.#meta(0);
    if (typeof first === "string") return first;
    this.#pageSize = first.getUint32(treesAt, true);
    if (this.#pageSize < 256 || this.#pageSize > 65536 || (this.#pageSize & (this.#pageSize - 1)) !== 0)
      return "its page size is none";
    const second = this.#meta(this.#pageSize);
    if (typeof second === "string") return second;
    if (second.getUint32(treesAt, true) !== this.#pageSize) return "its two headers contradict each other";
    const newer = transactionOf(first) >= transactionOf(second) ? first : second;
    const lastPage = wholeAt(newer, treesAt + 2 * treeBytes);
    if (lastPage > Number.MAX_SAFE_INTEGER / 65536) return "its header names a page that cannot be";
    this.#pageCount = lastPage + 1;
    this.#trees = new DataView(newer.buffer, newer.byteOffset + treesAt, 2 * treeBytes);
    return this.#rootProblem(0) ?? this.#rootProblem(treeBytes);
  }

  /** Checks every page that is in use. */
  pages(): string | undefined {
    return this.#treeProblem(this.#trees, 0, 0) ?? this.#treeProblem(this.#trees, treeBytes, 0);
  }

  #meta(at: number): DataView | string {
    const bytes = new DataView(new ArrayBuffer(headerBytes + metaBytes));
    if (!this.#read(at, bytes)) return `it ends after ${this.#size.toString()} bytes, within its headers`;
    const meta = new DataView(bytes.buffer, headerBytes);
    if ((bytes.getUint16(18, true) & metaFlag) === 0 || meta.getUint32(0, true) !== magic)
      return "it does not begin as a store does";
    const format = meta.getUint32(4, true) & 0xffff;
    if (format !== dataFormat)
      return `it has data format ${format.toString()} and not ${dataFormat.toString()}`;
    return meta;
  }

  #rootProblem(treeAt: number): string | undefined {
    const root = wholeAt(this.#trees, treeAt + 40);
    return root === noRoot ? undefined : this.#placeProblem(root, 1);
  }

  #treeProblem(tree: DataView, at: number, depth: number): string | undefined {
    const root = wholeAt(tree, at + 40);
    return root === noRoot ? undefined : this.#subtreeProblem(root, depth);
  }

  #subtreeProblem(number: number, depth: number): string | undefined {
    if (depth > deepest || ++this.#visits > this.#pageCount)
      return "its pages point at each other in a circle";
    const page = (this.#pages[depth] ??= new DataView(new ArrayBuffer(this.#pageSize)));
    const problem = this.#pageProblem(number, page);
    if (problem !== undefined) return problem;
    const flags = page.getUint16(18, true);
    if ((flags & (branchFlag | leafFlag)) === 0) return wrongPage(number);
    const isBranch = (flags & branchFlag) !== 0;
    const lower = page.getUint16(20, true);
    const upper = page.getUint16(22, true);
    const room = this.#pageSize - headerBytes;
    if ((lower & 1) !== 0 || lower > upper || upper > room) return wrongPage(number);
    for (let pointer = headerBytes; pointer < headerBytes + lower; pointer += 2) {
      const offset = page.getUint16(pointer, true);
      if (offset < upper || offset + nodeBytes > room) return wrongPage(number);
      const node = headerBytes + offset;
      const valueAt = node + nodeBytes + page.getUint16(node + 6, true);
      const nodeProblem = isBranch
        ? this.#childProblem(page, node, valueAt, number, depth)
        : this.#leafProblem(page, node, valueAt, number, depth);
      if (nodeProblem !== undefined) return nodeProblem;
    }
    return undefined;
  }

  /** A branch has a page's number in 48 bits, where a leaf has the length of the value and its flags. */
  #childProblem(
    page: DataView,
    node: number,
    end: number,
    number: number,
    depth: number,
  ): string | undefined {
    if (end > this.#pageSize) return wrongPage(number);
    const child = page.getUint16(node + 4, true) * 2 ** 32 + page.getUint32(node, true);
    return this.#subtreeProblem(child, depth + 1);
  }

  #leafProblem(
    page: DataView,
    node: number,
    valueAt: number,
    number: number,
    depth: number,
  ): string | undefined {
    const flags = page.getUint16(node + 4, true);
    const length = page.getUint32(node, true);
    if ((flags & largeValue) !== 0) {
      if (valueAt + largeReferenceBytes > this.#pageSize) return wrongPage(number);
      const pages = Math.floor((headerBytes - 1 + length) / this.#pageSize) + 1;
      return this.#largeProblem(wholeAt(page, valueAt), pages);
    }
    if (valueAt + length > this.#pageSize) return wrongPage(number);
    if ((flags & subTree) === 0) return undefined;
    return length === treeBytes ? this.#treeProblem(page, valueAt, depth + 1) : wrongPage(number);
  }

  #largeProblem(number: number, pages: number): string | undefined {
    const header = new DataView(new ArrayBuffer(headerBytes));
    const problem = this.#placeProblem(number, pages) ?? this.#pageProblem(number, header);
    if (problem !== undefined) return problem;
    const isLarge = (header.getUint16(18, true) & overflowFlag) !== 0 && header.getUint32(20, true) >= pages;
    return isLarge ? undefined : wrongPage(number);
  }

  /** Whether `pages` pages from this one on are in the file. */
  #placeProblem(number: number, pages: number): string | undefined {
    if (number < 2 || number + pages > this.#pageCount)
      return `it points at page ${number.toString()}, and has ${this.#pageCount.toString()}`;
    if ((number + pages) * this.#pageSize > this.#size)
      return `it is cut short: it has ${this.#size.toString()} bytes, and page ${number.toString()} ends behind them`;
    return undefined;
  }

  /** Reads as much of the page as goes into `target`. */
  #pageProblem(number: number, target: DataView): string | undefined {
    const problem = this.#placeProblem(number, 1);
    if (problem !== undefined) return problem;
    const isThere = this.#read(number * this.#pageSize, target) && wholeAt(target, 0) === number;
    return isThere ? undefined : wrongPage(number);
  }

  #read(at: number, target: DataView): boolean {
    return readSync(this.#file, target, 0, target.byteLength, at) === target.byteLength;
  }
}

function transactionOf(meta: DataView): bigint {
  return meta.getBigUint64(treesAt + 2 * treeBytes + 8, true);
}

/** A whole number of 8 bytes; beyond 2⁵³ it is rounded, and then no page. */
function wholeAt(view: DataView, at: number): number {
  return view.getUint32(at, true) + view.getUint32(at + 4, true) * 2 ** 32;
}

function wrongPage(number: number): string {
  return `page ${number.toString()} holds something else`;
}
