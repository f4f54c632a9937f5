/** Housekeeping made up for tests. @module */
import { G3Frame } from "../../g3/frame.ts";
import {
  g3Double,
  g3Int,
  g3String,
  g3TimesampleMap,
  g3VectorBool,
  g3VectorDouble,
  g3VectorInt,
  g3VectorString,
} from "../../g3/make.ts";
import type { G3Object } from "../../g3/objects.ts";
import type { Random } from "./random_values.ts";

/** What a made-up data frame has besides its block. */
export interface DataFrameOptions {
  readonly provId?: number;
  readonly name?: string;
  readonly address?: string;
}

/** A session frame of schema 2. */
export function sessionFrame(sessionId = 1): G3Frame {
  return head(0, sessionId).set("start_time", g3Double(1)).set("description", g3String("HK data"));
}

/** A status frame of schema 2. */
export function statusFrame(providers: readonly string[], sessionId = 1): G3Frame {
  const value = providers.map((description, id): G3Object => ({
    class: "G3MapFrameObject",
    value: new Map<string, G3Object>([["description", g3String(description)], ["prov_id", g3Int(id)]]),
  }));
  return head(1, sessionId).set("timestamp", g3Double(1))
    .set("providers", { class: "G3VectorFrameObject", value });
}

/** A data frame of schema 2 with one block. */
export function dataFrame(
  ticks: readonly bigint[],
  fields: readonly (readonly [string, G3Object])[],
  { provId = 0, name = "block", address }: DataFrameOptions = {},
): G3Frame {
  const frame = head(2, 1).set("prov_id", g3Int(provId)).set("timestamp", g3Double(1))
    .set("block_names", g3VectorString([name]))
    .set("blocks", { class: "G3VectorFrameObject", value: [g3TimesampleMap(ticks, fields)] });
  return address === undefined ? frame : frame.set("address", g3String(address));
}

function head(type: number, sessionId: number): G3Frame {
  return new G3Frame("H").set("hkagg_type", g3Int(type)).set("hkagg_version", g3Int(2))
    .set("session_id", g3Int(sessionId));
}

/** Fields of every kind with so many random values; always the same names and kinds. */
export function randomFields(random: Random, count: number): [string, G3Object][] {
  const list = <T>(one: () => T) => Array.from({ length: count }, one);
  const odd = [NaN, Infinity, -Infinity, -0, 5e-324, 1e308];
  return [
    ["T", g3VectorDouble(list(() => random.next() < 0.1 ? random.pick(odd) : random.next() * 1e3 - 5e2))],
    ["big", g3VectorInt(list(() => BigInt.asIntN(64, BigInt(random.below(2 ** 32)) ** 2n)))],
    ["n", g3VectorInt(list(() => random.below(100) - 50))],
    ["on", g3VectorBool(list(() => random.next() < 0.5))],
    ["state", g3VectorString(list(() => random.pick(["off", "öff", 'closed, "loop"', "", " a\nb "])))],
  ];
}
