/** All writes of one loop turn gathered into one per connection. @module */
import { joinFrames, type PreparedFrame } from "./prepared_frame.ts";

/** A connection that has frames to be written. */
export interface GatheredConnection {
  /** Hands over what has been queued since the last call. */
  takeFrames(): readonly PreparedFrame[];
  /** Writes bytes that may be shared with other connections. */
  writeBytes(bytes: Uint8Array): void;
}

/**
 * Writes for many connections at the end of each loop turn.
 *
 * One write per connection and turn is what makes small messages cheap. Connections that have the same frames
 * to write (the receivers of one publication) share one joined piece of bytes.
 */
export class WriteGatherer {
  #dirty: GatheredConnection[] = [];
  #handle: ReturnType<typeof setImmediate> | undefined;

  /** Has a connection asked for its frames at the end of this turn; call it once per turn and connection. */
  schedule(connection: GatheredConnection): void {
    this.#dirty.push(connection);
    this.#handle ??= setImmediate(this.#flush);
  }

  readonly #flush = (): void => {
    this.#handle = undefined;
    const dirty = this.#dirty;
    this.#dirty = [];
    let frames: readonly PreparedFrame[] = [];
    let bytes: Uint8Array = new Uint8Array(0);
    for (const connection of dirty) {
      const wanted = connection.takeFrames();
      if (wanted.length === 0) continue;
      if (!sameFrames(wanted, frames)) {
        frames = wanted;
        bytes = joinFrames(wanted);
      }
      connection.writeBytes(bytes);
    }
  };
}

function sameFrames(a: readonly PreparedFrame[], b: readonly PreparedFrame[]): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}
