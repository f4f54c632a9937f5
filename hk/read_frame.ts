/** One frame of housekeeping, of any schema, as schema 2 has it. @module */
import { G3Error } from "../g3/errors.ts";
import type { G3Frame } from "../g3/frame.ts";
import type { G3Object, G3Opaque, IrregBlockDouble } from "../g3/objects.ts";
import { compareKeys } from "../g3/text.ts";
import { ticksOf } from "../g3/time.ts";
import type { HkBlock, HkVector } from "./read_block.ts";

/** What every frame of housekeeping says. */
export interface HkFrameHead {
  /** Schema that the frame was written in: 0, 1 or 2; what is newer is read as 2. */
  readonly version: number;
  /** The session of the aggregator. */
  readonly sessionId: bigint | undefined;
}

/** Begins a file. */
export interface HkSessionFrame extends HkFrameHead {
  /** The kind of frame. */
  readonly type: "session";
  /** Unix seconds; undefined where the frame does not say. */
  readonly startTimeSeconds: number | undefined;
  /** What made the stream. */
  readonly description: string;
}

/** Names the providers that are active from here on. */
export interface HkStatusFrame extends HkFrameHead {
  /** The kind of frame. */
  readonly type: "status";
  /** Descriptions by number. */
  readonly providers: ReadonlyMap<bigint, string>;
}

/** Samples of one provider. */
export interface HkDataFrame extends HkFrameHead {
  /** The kind of frame. */
  readonly type: "data";
  /** Number of the provider, which a status frame has named. */
  readonly provId: bigint;
  /** Address of the feed; undefined where the frame does not say: it is OCS's addition. */
  readonly address: string | undefined;
  /** Decodes the samples; what is passed over is told. */
  readonly blocks: (onNote: (text: string) => void) => HkBlock[];
}

/** A frame of housekeeping. */
export type HkFrame = HkSessionFrame | HkStatusFrame | HkDataFrame;

/**
 * Reads a frame of housekeeping; schemas 0 and 1 are translated as so3g does (g3 5.1, 5.6).
 *
 * @returns undefined for a frame of another type.
 * @throws {G3Error} If it is none of the three kinds, or lacks what its kind must have.
 */
export function readHkFrame(frame: G3Frame): HkFrame | undefined {
  if (frame.letters !== "H") return undefined;
  // G3-59: without a version it is 0.
  const version = Number(intOf(frame, "hkagg_version") ?? 0n);
  const head = { version, sessionId: intOf(frame, "session_id") };
  const type = intOf(frame, "hkagg_type");
  switch (type) {
    case 0n: {
      const description = textOf(frame.get("description")) ?? "";
      return { type: "session", ...head, startTimeSeconds: numberOf(frame, "start_time"), description };
    }
    case 1n:
      return { type: "status", ...head, providers: providersOf(frame) };
    case 2n: {
      const provId = intOf(frame, "prov_id");
      if (provId === undefined) throw new G3Error("Cannot read a data frame: it has no prov_id");
      const address = textOf(frame.get("address"));
      return { type: "data", ...head, provId, address, blocks: (onNote) => blocksOf(frame, version, onNote) };
    }
    default:
      throw new G3Error(
        `Cannot read a frame of housekeeping: its hkagg_type is ${
          type ?? "missing"
        }, expected 0, 1 or 2 (session, status, data)`,
      );
  }
}

function intOf(frame: G3Frame, key: string): bigint | undefined {
  const object = frame.get(key);
  if (object?.class === "G3Int") return object.value;
  return object?.class === "G3Bool" ? BigInt(object.value) : undefined;
}

function numberOf(frame: G3Frame, key: string): number | undefined {
  const object = frame.get(key);
  // A producer's whole number becomes an integer (g3 5.1).
  return object?.class === "G3Double" || object?.class === "G3Int" ? Number(object.value) : undefined;
}

function textOf(object: G3Object | G3Opaque | null | undefined): string | undefined {
  return object?.class === "G3String" ? object.value : undefined;
}

function providersOf(frame: G3Frame): Map<bigint, string> {
  const providers = new Map<bigint, string>();
  for (const each of frame.get("providers", "G3VectorFrameObject").value) {
    if (each?.class !== "G3MapFrameObject") continue;
    const id = each.value.get("prov_id");
    if (id?.class === "G3Int") providers.set(id.value, textOf(each.value.get("description")) ?? "");
  }
  return providers;
}

function blocksOf(frame: G3Frame, version: number, onNote: (text: string) => void): HkBlock[] {
  const objects = frame.get("blocks", "G3VectorFrameObject").value;
  const names = version >= 2 ? namesOf(frame, objects.length, onNote) : [];
  return objects.flatMap((object, at) => {
    const block = object?.class === "IrregBlockDouble"
      ? oldBlock(object)
      : object?.class === "G3TimesampleMap"
      ? { ticks: object.times, fields: object.value }
      : undefined;
    if (block === undefined) {
      onNote(`block ${at} is a ${object?.class ?? "null pointer"}, not a G3TimesampleMap; passed over`);
      return [];
    }
    const { ticks } = block;
    const fields = new Map<string, HkVector>();
    for (const [field, value] of block.fields) {
      const vector = vectorOf(value);
      if (vector?.values.length === ticks.length) fields.set(field, vector);
      else {
        const what = vector === undefined
          ? `is a ${value?.class ?? "null pointer"}, which is no vector of housekeeping`
          : `has ${vector.values.length} values for ${ticks.length} times`;
        onNote(`field "${field}" ${what}; passed over`);
      }
    }
    // Peer so3g (HKArchiveScanner): a block without times ends the scan.
    if (ticks.length === 0 || fields.size === 0) return [];
    return [{ name: names[at] ?? nameFor(fields.keys()), ticks, fields }];
  });
}

/** Names of the blocks, as far as there are some. */
function namesOf(frame: G3Frame, count: number, onNote: (text: string) => void): readonly string[] {
  const names = frame.get("block_names");
  // Peer so3g (HKArchiveScanner): without names the scan ends, and blocks beyond the names are lost without a word.
  if (names?.class !== "G3VectorString") {
    onNote("a data frame has no block_names; its blocks are called after their fields");
    return [];
  }
  if (names.value.length < count) {
    onNote(
      `a data frame has ${names.value.length} block_names for ${count} blocks; those without are read too`,
    );
  }
  return names.value;
}

/** The name that so3g's translator gives a block of schema 0 or 1. */
function nameFor(fields: Iterable<string>): string {
  return `block_for_${[...fields].sort(compareKeys)[0] ?? ""}`;
}

/** Times become ticks, cut as so3g does; the prefix is dropped, as by everyone. */
function oldBlock({ t, value }: IrregBlockDouble): {
  readonly ticks: BigInt64Array;
  readonly fields: ReadonlyMap<string, G3Object>;
} {
  const ticks = new BigInt64Array(t.length);
  t.forEach((seconds, at) => ticks[at] = Number.isFinite(seconds) ? ticksOf(seconds) : 0n);
  const fields = new Map<string, G3Object>();
  for (const [name, values] of value) fields.set(name, { class: "G3VectorDouble", value: values });
  return { ticks, fields };
}

function vectorOf(object: G3Object | G3Opaque | null): HkVector | undefined {
  switch (object?.class) {
    case "G3VectorDouble":
      return { kind: "double", values: object.value };
    case "G3VectorInt":
      return { kind: "int", values: object.value };
    case "G3VectorBool":
      return { kind: "bool", values: object.value };
    case "G3VectorString":
      return { kind: "string", values: object.value };
    default:
      return undefined;
  }
}
