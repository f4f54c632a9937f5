/** Frames as JSON in the form of the golden files' (`tests/data/g3/README.md`). @module */
import { blobHead, tryDecodeBlob } from "../../g3/blob.ts";
import { G3Frame } from "../../g3/frame.ts";
import type { RawFrame } from "../../g3/frame_splitter.ts";
import { frameLetters, frameTypeName } from "../../g3/frame_type.ts";
import type { G3SuperTimestream } from "../../g3/objects.ts";
import { decodeText } from "../../g3/text.ts";
import { fields, sha256 } from "./describe_object.ts";

function encodingOf({ encoding, value }: G3SuperTimestream): object {
  const { flacLevel, bz2WorkFactor, timesAlgo, timesBytes, typeNumber, dataAlgo, payloadBytes, masks } =
    encoding;
  return {
    flac_level: flacLevel,
    bz2_workfactor: bz2WorkFactor,
    times_algo: timesAlgo,
    ...timesBytes === undefined ? {} : { times_bytes: timesBytes },
    type_number: typeNumber,
    nbytes: value.byteLength,
    data_algo: dataAlgo,
    ...payloadBytes === undefined ? {} : { payload_bytes: payloadBytes, masks },
  };
}

function entry(key: string, blob: Uint8Array): Record<string, unknown> {
  const head = blobHead(blob);
  const out = {
    key,
    blob_bytes: blob.length,
    blob_sha256: sha256(blob),
    ...blob[0] === 0 ? { endian: "big" } : {},
    ...head === undefined ? {} : { class: head.name, class_version: head.version },
  };
  const object = tryDecodeBlob(blob);
  if (object instanceof Error) return { ...out, error: object.message };
  if (object.class === "opaque") return { ...out, opaque: true };
  const extra = object.class === "G3SuperTimestream" ? { encoding: encodingOf(object) } : {};
  return { ...out, ...fields(object), ...extra };
}

/**
 * A frame as the golden JSON tells it.
 *
 * @param has Which keys are told. Default all.
 */
export function describeFrame(
  raw: RawFrame,
  has: (key: string) => boolean = () => true,
): Record<string, unknown> {
  const frame = G3Frame.parse(raw);
  const view = new DataView(raw.bytes.buffer, raw.bytes.byteOffset, raw.bytes.byteLength);
  const little = view.getUint8(0) === 1;
  const version = view.getUint32(1, little);
  const dropped = repeated(raw, little);
  return {
    offset: raw.offset,
    size: raw.bytes.length,
    type: frameLetters(raw.type),
    type_code: raw.type,
    type_name: raw.type === 0x4e ? "none" : frameTypeName(raw.type) ?? null,
    crc: view.getUint32(raw.bytes.length - 4, little).toString(16).padStart(8, "0"),
    ...little ? {} : { endian: "big" },
    ...version === 1 ? {} : { version },
    entries: frame.keys().filter(has).map((key) => entry(key, frame.blob(key) ?? new Uint8Array(0))),
    ...dropped.length === 0 ? {} : { dropped_duplicates: dropped },
  };
}

/** The entries whose key was there before. */
function repeated({ bytes, entries }: RawFrame, little: boolean): object[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const seen = new Set<string>();
  const found: object[] = [];
  let at = 13;
  const part = () => {
    const size = Number(view.getBigUint64(at, little));
    const start = at + 8;
    at = start + size;
    return bytes.subarray(start, at);
  };
  for (let i = 0; i < entries; i++) {
    const key = decodeText(part());
    const blob = part();
    if (seen.has(key)) found.push({ key, blob_bytes: blob.length, blob_sha256: sha256(blob) });
    seen.add(key);
  }
  return found;
}
