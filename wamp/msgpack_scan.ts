/** Finds the end of a MessagePack value and checks everything on the way, without decoding it. @module */
import { readUint32 } from "./cbor_scan.ts";
import { MAX_DEPTH, tooDeep, truncated } from "./kinds.ts";
import { isUtf8 } from "./utf8.ts";

// Every index is compared with the length before it is read: `!` asserts just that.

/** What a value is made of, from its first byte. */
export type MsgpackKind = "fixed" | "text" | "bytes" | "extension" | "list" | "map";

/** The first byte of a value taken apart. */
export interface Head {
  kind: MsgpackKind;
  /** Bytes of the head, or of the whole value where it is `fixed`. */
  size: number;
  /** Length of the content in bytes, or elements, or members. */
  count: number;
}

/** Bytes of values of fixed size that start with c0 to d3 (0: not of fixed size). */
const FIXED = [1, 0, 1, 1, 0, 0, 0, 0, 0, 0, 5, 9, 2, 3, 5, 9, 2, 3, 5, 9];

/** Kind and bytes of the length for the first bytes c4 to df that have a length. */
const SIZED: Readonly<Record<number, readonly [MsgpackKind, 1 | 2 | 4]>> = {
  0xc4: ["bytes", 1],
  0xc5: ["bytes", 2],
  0xc6: ["bytes", 4],
  0xc7: ["extension", 1],
  0xc8: ["extension", 2],
  0xc9: ["extension", 4],
  0xd9: ["text", 1],
  0xda: ["text", 2],
  0xdb: ["text", 4],
  0xdc: ["list", 2],
  0xdd: ["list", 4],
  0xde: ["map", 2],
  0xdf: ["map", 4],
};

/**
 * Reads the head of the value at `at` into `head`.
 *
 * @throws {SyntaxError} If it is cut, or declares more than the bytes hold.
 */
export function readHead(bytes: Uint8Array, at: number, head: Head): void {
  const end = bytes.length;
  if (at >= end) throw truncated();
  const initial = bytes[at]!;
  head.size = 1;
  head.count = 0;
  if (initial < 0x80 || initial >= 0xe0) head.kind = "fixed";
  else if (initial < 0x90) {
    head.kind = "map";
    head.count = initial & 15;
  } else if (initial < 0xa0) {
    head.kind = "list";
    head.count = initial & 15;
  } else if (initial < 0xc0) {
    head.kind = "text";
    head.count = initial & 31;
  } else if (initial >= 0xd4 && initial <= 0xd8) {
    head.kind = "extension";
    head.size = 2;
    head.count = 1 << (initial - 0xd4);
  } else readLongHead(bytes, at, head);
  const least = head.kind === "map" ? head.count * 2 : head.count;
  if (head.size + least > end - at) throw truncated();
}

function readLongHead(bytes: Uint8Array, at: number, head: Head): void {
  const initial = bytes[at]!;
  const sized = SIZED[initial];
  if (sized === undefined) {
    head.kind = "fixed";
    head.size = FIXED[initial - 0xc0] ?? 0;
    if (head.size === 0) throw new SyntaxError("Cannot decode MessagePack: the byte c1 stands for nothing");
    return;
  }
  const [kind, width] = sized;
  head.kind = kind;
  head.size = 1 + width + (kind === "extension" ? 1 : 0);
  if (head.size > bytes.length - at) throw truncated();
  if (width === 1) head.count = bytes[at + 1]!;
  else if (width === 2) head.count = bytes[at + 1]! << 8 | bytes[at + 2]!;
  else head.count = readUint32(bytes, at + 1);
}

/**
 * Finds the end of the value at `at`.
 *
 * @param depth Containers around it.
 * @throws {SyntaxError} If it is cut, malformed or too deep.
 */
export function scanMsgpack(bytes: Uint8Array, at: number, depth: number): number {
  return scan(bytes, at, depth, { kind: "fixed", size: 0, count: 0 });
}

function scan(bytes: Uint8Array, at: number, depth: number, head: Head): number {
  readHead(bytes, at, head);
  let next = at + head.size;
  const { kind, count } = head;
  switch (kind) {
    case "fixed":
      return next;
    case "text":
      if (!isUtf8(bytes, next, next + count)) throw new SyntaxError("Cannot decode text: it is not UTF-8");
      return next + count;
    case "bytes":
    case "extension":
      return next + count;
    default: {
      if (depth >= MAX_DEPTH) throw tooDeep();
      const elements = kind === "map" ? count * 2 : count;
      for (let i = 0; i < elements; i++) {
        // Feed blocks are long lists of float64.
        if (bytes[next] === 0xcb && next + 9 <= bytes.length) next += 9;
        else next = scan(bytes, next, depth + 1, head);
      }
      return next;
    }
  }
}
