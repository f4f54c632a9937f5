/** Bytes as what the rest of `g3/` takes them for. @module */

/**
 * The same bytes as a `Uint8Array` and nothing more.
 *
 * Node's `Buffer` is one too, but its `slice` shares memory where ours must copy.
 */
export function plainBytes(bytes: Uint8Array): Uint8Array {
  if (bytes.constructor === Uint8Array) return bytes;
  return new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
