/** Notices frames that never came, by the numbers that a streamer gives them (smurf 4.2, g3 7.2). @module */
import { blobFinder, FRAME_TYPES, G3DecodeError, type RawFrame, tryDecodeBlob } from "../../g3/mod.ts";

/** Frames of a session that are missing between two that came. */
export interface FrameGap {
  /** The session, as its frames have it. */
  readonly sessionId: number;
  /** Number of the first one. */
  readonly first: number;
  /** Number of the last one. */
  readonly last: number;
}

const sessionBlob = blobFinder("session_id");
const numberBlob = blobFinder("frame_num");

/**
 * Follows the numbers of a stream, in which every frame of a session has the next one.
 *
 * A new connection begins with frames that are sent again, which have been here or belong to the time before; where
 * in a session the stream stands is known from the first Scan frame on.
 */
export class FrameGaps {
  #sessionId: number | undefined;
  #next = 0;
  #isKnown = false;

  /**
   * Looks at a frame that came.
   *
   * @returns What is missing right before it; undefined for one that is sent again, or has no session or number.
   */
  note(frame: RawFrame): FrameGap | "in order" | undefined {
    const sessionId = intOf(sessionBlob(frame));
    const number = intOf(numberBlob(frame));
    if (sessionId === undefined || number === undefined) return undefined;
    if (sessionId !== this.#sessionId) this.#begin(sessionId);
    const first = this.#next;
    const isScan = frame.type === FRAME_TYPES.Scan;
    // Sent again. Scan frames never are: it is another session within the same second, and so of the same id.
    if (number < first && !isScan) return undefined;
    const wasKnown = this.#isKnown;
    this.#next = number + 1;
    this.#isKnown ||= isScan;
    return wasKnown && number > first ? { sessionId, first, last: number - 1 } : "in order";
  }

  /** The session is over, and the next one begins with 0. */
  end(): void {
    this.#begin(undefined);
  }

  #begin(sessionId: number | undefined): void {
    this.#sessionId = sessionId;
    this.#next = 0;
    this.#isKnown = false;
  }
}

function intOf(blob: Uint8Array | undefined): number | undefined {
  if (blob === undefined) return undefined;
  const value = tryDecodeBlob(blob);
  if (value instanceof G3DecodeError || value.class !== "G3Int") return undefined;
  const number = Number(value.value);
  return Number.isSafeInteger(number) ? number : undefined;
}
