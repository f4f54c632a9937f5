import assert from "node:assert/strict";
import { readCompiledPayload } from "../../../scripts/compiled_payload.ts";

const MAGIC = "d3n0l4ndd3n0l4nd";

/** The pieces one after the other; a number is a length as Deno writes it. */
function bytes(...pieces: readonly (string | number)[]): Uint8Array<ArrayBuffer> {
  const parts = pieces.map((piece) => {
    if (typeof piece === "string") return new TextEncoder().encode(piece);
    const length = new Uint8Array(8);
    new DataView(length.buffer).setBigUint64(0, BigInt(piece), true);
    return length;
  });
  return new Uint8Array(parts.flatMap((part) => [...part]));
}

Deno.test("readCompiledPayload() finds the data behind words that only look like its beginning", () => {
  const json = JSON.stringify({
    entrypoint_key: "cli/main.ts",
    permissions: { allow_net: [], allow_run: null },
  });
  const binary = bytes(
    "ELF d3n0",
    MAGIC,
    " is a word of the runtime ",
    MAGIC,
    json.length,
    json,
    "\0 modules",
    MAGIC,
  );
  assert.deepEqual(readCompiledPayload(binary), {
    entrypoint: "cli/main.ts",
    permissions: { allow_net: [], allow_run: null },
  });
});

Deno.test("readCompiledPayload() refuses what has no data, or other data", () => {
  const cases = [
    bytes(),
    bytes("ELF"),
    bytes(MAGIC),
    bytes(MAGIC, 2 ** 40, "{}"),
    bytes(MAGIC, 2, "{}"),
    bytes(MAGIC, 4, "null"),
    bytes(MAGIC, 30, '{"entrypoint_key":"main.ts"}  '),
    bytes(MAGIC, 10, '\xff\xfe{"a":1}'),
  ];
  for (const binary of cases) {
    assert.throws(() => readCompiledPayload(binary), /Cannot read compiled program: it has no data/);
  }
});
