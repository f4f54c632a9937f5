/** What can be said of a frame without decoding its data. @module */
import { tryDecodeBlob } from "../../g3/blob.ts";
import type { G3Frame } from "../../g3/frame.ts";
import type { G3Object } from "../../g3/objects.ts";
import { isoTimeOf, unixSecondsOf } from "../../g3/time.ts";
import { shownKey, shownText } from "./shown_text.ts";

/** When a frame was made, and what it is. */
export interface FrameFacts {
  /** Unix seconds; undefined where the frame does not tell. */
  readonly timeSeconds: number | undefined;
  /** The same in UTC, with nine digits; undefined also where it is beyond what calendars name. */
  readonly isoTime: string | undefined;
  /** What it is, in a few words; its keys, where it is nothing that is known. */
  readonly content: string;
}

/** Keys that tell when a frame was made or began (g3 5.1, 7.2, 7.6), the first one first. */
const TIME_KEYS = ["time", "timestamp", "start_time", "EventHeader"];
/** Those of them that are Unix seconds. */
export const UNIX_TIME_KEYS: ReadonlySet<string> = new Set(["timestamp", "start_time"]);
/** Values beyond this are data, and not looked at, in bytes. */
const SMALL_BYTES = 1 << 16;
/** g3 7.1 */
const FLOW_CONTROL = ["ALIVE", "START", "END", "CLEANSE"];

/** Looks at the small values of a frame. */
export function frameFacts(frame: G3Frame): FrameFacts {
  const small = new SmallValues(frame);
  const content = housekeeping(small) ?? stream(small) ?? frame.keys().map(shownKey).join(", ");
  for (const key of TIME_KEYS) {
    const found = small.object(key);
    if (found?.class === "G3Time") {
      return { timeSeconds: unixSecondsOf(found.value), isoTime: isoTime(found.value), content };
    }
    if (found?.class === "G3Double" || found?.class === "G3Int") {
      const timeSeconds = Number(found.value);
      return { timeSeconds, isoTime: isoOfSeconds(timeSeconds), content };
    }
  }
  return { timeSeconds: undefined, isoTime: undefined, content };
}

/** Unix seconds in UTC with nine digits; undefined for what no calendar names. */
export function isoOfSeconds(seconds: number): string | undefined {
  return Number.isFinite(seconds) ? isoTime(BigInt(Math.round(seconds * 1e8))) : undefined;
}

function isoTime(ticks: bigint): string | undefined {
  const text = isoTimeOf(ticks);
  return text.endsWith("Z") ? text : undefined;
}

/** The values that are cheap to decode. */
class SmallValues {
  readonly #frame: G3Frame;

  constructor(frame: G3Frame) {
    this.#frame = frame;
  }

  object(key: string): G3Object | undefined {
    const blob = this.#frame.blob(key);
    if (blob === undefined || blob.length > SMALL_BYTES) return undefined;
    const object = tryDecodeBlob(blob);
    return object instanceof Error || object.class === "opaque" ? undefined : object;
  }

  number(key: string): number | undefined {
    const object = this.object(key);
    return object?.class === "G3Int" || object?.class === "G3Bool" ? Number(object.value) : undefined;
  }

  /** An id of 64 bits, with all its digits. */
  id(key: string): string {
    const object = this.object(key);
    return object?.class === "G3Int" ? String(object.value) : "?";
  }

  text(key: string): string | undefined {
    const object = this.object(key);
    return object?.class === "G3String" ? shownText(object.value) : undefined;
  }
}

/** Frames of housekeeping (g3 5.1). */
function housekeeping(small: SmallValues): string | undefined {
  switch (small.number("hkagg_type")) {
    case 0:
      return `session ${small.id("session_id")} begins`;
    case 1: {
      const providers = small.object("providers");
      const count = providers?.class === "G3VectorFrameObject" ? providers.value.length : "?";
      return `status, ${count} ${count === 1 ? "provider" : "providers"}`;
    }
    case 2: {
      const blocks = small.object("block_names");
      const names = blocks?.class === "G3VectorString" ? blocks.value.map(shownText).join(", ") : "";
      // AGENT.FEED, as operators name feeds.
      const address = small.text("address")?.replace(/^[^.]+\.(.+)\.feeds\.(.+)$/, "$1.$2");
      const provider = address ?? `provider ${small.id("prov_id")}`;
      return `data of ${provider}${names === "" ? "" : `: ${names}`}`;
    }
    default:
      return undefined;
  }
}

/** Frames of a detector stream (g3 7.1 to 7.3). */
function stream(small: SmallValues): string | undefined {
  const flow = small.number("sostream_flowcontrol");
  if (flow !== undefined) return `flow control ${FLOW_CONTROL[flow] ?? flow}`;
  const frame = small.number("frame_num");
  const id = small.text("sostream_id");
  if (frame === undefined || id === undefined) return undefined;
  const placement = small.text("stream_placement");
  const samples = small.number("num_samples");
  const dump = small.number("dump");
  const what = [
    `frame ${frame}`,
    ...placement === undefined ? [] : [`${placement} of stream`],
    ...dump === undefined ? [] : [dump === 0 ? "changed registers" : "all registers"],
    ...samples === undefined ? [] : [`${samples} samples`],
  ];
  return [...what, `${id} session ${small.id("session_id")}`].join(", ");
}
