/** What a recorder has to know of a frame; the rest of it stays bytes. @module */
import { blobFinder, FRAME_TYPES, G3DecodeError, type RawFrame, tryDecodeBlob } from "../../g3/mod.ts";

/** What a flow control frame says (smurf 4.2). */
export const FLOW = { ALIVE: 0, START: 1, END: 2, CLEANSE: 3 } as const;

/** Name of a flow control value; `unknown` for any other value, and one that cannot be read. */
export type FlowName = keyof typeof FLOW | "unknown";

const flowBlob = blobFinder("sostream_flowcontrol");
const streamIdBlob = blobFinder("sostream_id");

/** What a frame has to say about the flow; undefined for one that is data. */
export function flowOf(frame: RawFrame): FlowName | undefined {
  const blob = flowBlob(frame);
  if (blob === undefined) return undefined;
  const value = tryDecodeBlob(blob);
  if (value instanceof G3DecodeError || value.class !== "G3Int") return "unknown";
  // The keys of the table are its names.
  const names = Object.keys(FLOW) as (keyof typeof FLOW)[];
  return names.find((name) => BigInt(FLOW[name]) === value.value) ?? "unknown";
}

/** The stream id that a frame carries; undefined without one, or with one that cannot be read. */
export function streamIdOf(frame: RawFrame): string | undefined {
  const blob = streamIdBlob(frame);
  if (blob === undefined) return undefined;
  const value = tryDecodeBlob(blob);
  return value instanceof G3DecodeError || value.class !== "G3String" ? undefined : value.value;
}

/** Whether the frame is an Observation frame, with which every further file of its acquisition begins. */
export function isObservation(frame: RawFrame): boolean {
  return frame.type === FRAME_TYPES.Observation;
}
