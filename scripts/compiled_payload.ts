/** What `deno compile` has put into a binary. @module */

/** The part of it that a check looks at. */
export interface CompiledPayload {
  /** Path of the main module, from the folder of all modules. */
  readonly entrypoint: string;
  /** What is allowed, as Deno writes it: an empty list for all, null for nothing. */
  readonly permissions: Readonly<Record<string, unknown>>;
}

/** Begins the data of a compiled program; a 64-bit length and JSON follow. */
const MAGIC = "d3n0l4ndd3n0l4nd";
const MAX_JSON_BYTES = 1024 * 1024;

/**
 * Reads the metadata of a compiled program.
 *
 * @throws {SyntaxError} If there is none.
 */
export function readCompiledPayload(binary: Uint8Array<ArrayBuffer>): CompiledPayload {
  const magic = new TextEncoder().encode(MAGIC);
  const view = new DataView(binary.buffer, binary.byteOffset, binary.byteLength);
  // The runtime itself has the word, too, without data behind it.
  for (let at = indexOf(binary, magic, 0); at >= 0; at = indexOf(binary, magic, at + 1)) {
    const begin = at + magic.length + 8;
    if (begin > binary.length) break;
    const length = Number(view.getBigUint64(begin - 8, true));
    if (length > MAX_JSON_BYTES || begin + length > binary.length) continue;
    const found = parse(binary.subarray(begin, begin + length));
    if (found !== undefined) return found;
  }
  throw new SyntaxError("Cannot read compiled program: it has no data of deno compile");
}

function parse(bytes: Uint8Array): CompiledPayload | undefined {
  let data: unknown;
  try {
    data = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch {
    return undefined;
  }
  if (typeof data !== "object" || data === null) return undefined;
  if (!("entrypoint_key" in data) || typeof data.entrypoint_key !== "string") return undefined;
  if (!("permissions" in data) || typeof data.permissions !== "object" || data.permissions === null) {
    return undefined;
  }
  return { entrypoint: data.entrypoint_key, permissions: { ...data.permissions } };
}

function indexOf(bytes: Uint8Array, wanted: Uint8Array, from: number): number {
  const [first = 0] = wanted;
  for (let at = bytes.indexOf(first, from); at >= 0; at = bytes.indexOf(first, at + 1)) {
    if (wanted.every((byte, offset) => bytes[at + offset] === byte)) return at;
  }
  return -1;
}
