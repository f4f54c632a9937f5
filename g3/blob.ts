/** One value as it lies in a frame (g3 2.5). @module */
import { ArchiveReader, UnknownClass } from "./archive_reader.ts";
import { ArchiveWriter } from "./archive_writer.ts";
import type { G3ClassTable } from "./class_table.ts";
import { CLASSES } from "./classes.ts";
import { G3DecodeError } from "./errors.ts";
import type { G3Object, G3Opaque } from "./objects.ts";
import { plainBytes } from "./plain_bytes.ts";

/** How values are decoded. */
export interface DecodeOptions {
  /** The classes that can be decoded. Default `CLASSES`. */
  readonly classes?: G3ClassTable;
  /** A value that takes more memory than this once decompressed is refused, in bytes. Default 1 GiB. */
  readonly maxObjectBytes?: number;
}

/** The class name and its version word, as a blob begins with them. */
export interface BlobHead {
  /** Class of the value. */
  readonly name: string;
  /** The version word of that class. */
  readonly version: number;
}

/** Reads only what class a blob is of; undefined where that cannot be read. */
export function blobHead(blob: Uint8Array): BlobHead | undefined {
  const view = new DataView(blob.buffer, blob.byteOffset, blob.byteLength);
  if (blob.length < 21) return undefined;
  const little = blob[0] === 1;
  const high = view.getUint32(little ? 9 : 5, little);
  const length = view.getUint32(little ? 5 : 9, little);
  if (view.getUint32(1, little) < 0x80000000 || high !== 0 || length + 21 > blob.length) return undefined;
  const name = new TextDecoder().decode(blob.subarray(13, 13 + length));
  return { name, version: view.getUint32(17 + length, little) };
}

/**
 * Decodes a value. What is of a class that the table does not have comes back as `G3Opaque`, as its bytes.
 *
 * @throws {G3DecodeError} If the bytes are not what they claim, or of a newer version than known (G3-28).
 */
export function decodeBlob(blob: Uint8Array, options: DecodeOptions = {}): G3Object | G3Opaque {
  const limits = {
    classes: options.classes ?? CLASSES,
    maxObjectBytes: options.maxObjectBytes ?? 2 ** 30,
  };
  try {
    const reader = new ArchiveReader(plainBytes(blob), limits);
    const object = reader.pointer();
    if (object === null) throw reader.fault("a null pointer is no value");
    return object;
  } catch (error) {
    if (!(error instanceof UnknownClass)) throw error;
    return { class: "opaque", name: blobHead(blob)?.name, reason: error.message, blob };
  }
}

/**
 * Encodes a value, little-endian and in the versions that so3g 0.2.9 reads.
 *
 * @throws {G3EncodeError} If the object cannot be written as what it claims to be.
 */
export function encodeBlob(object: G3Object | G3Opaque, classes: G3ClassTable = CLASSES): Uint8Array {
  if (object.class === "opaque") return object.blob;
  const writer = new ArchiveWriter(classes);
  writer.u8(1);
  writer.pointer(object);
  return writer.written().slice();
}

/** Decodes, and gives the error instead of throwing it: for looks at everything a file has. */
export function tryDecodeBlob(
  blob: Uint8Array,
  options: DecodeOptions = {},
): G3Object | G3Opaque | G3DecodeError {
  try {
    return decodeBlob(blob, options);
  } catch (error) {
    if (error instanceof G3DecodeError) return error;
    throw error;
  }
}
