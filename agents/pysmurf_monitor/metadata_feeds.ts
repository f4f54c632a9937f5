/** Values of a streamer's registers, as feeds for recorders (smurf 3.3). @module */
import type { Clock } from "../../internal/clock.ts";
import { Float } from "../../internal/float.ts";
import type { Feed, FeedSpec, Sample, Samples } from "../../framework/mod.ts";
import { enforceFieldName } from "../../ocs/field_names.ts";
import { pyRepr, pyTypeName } from "../../ocs/python_text.ts";
import { isObject, MalformedError, type PublishedMessage } from "./read_message.ts";

const BUFFER_SECONDS = 1;
// An observatory has a feed per stream and some thousand registers; what comes by UDP must not fill the memory.
const MOST_FEEDS = 200;
const MOST_FIELDS = 50_000;
const LONGEST_STREAM_ID = 200;

/** Registers a feed that takes samples. */
export type RegisterFeed = (
  name: string,
  spec: FeedSpec & { readonly record: true },
) => Feed<Sample | Samples>;

/** The feeds `<stream id>_meta`, each registered when it is first needed. */
export class MetadataFeeds implements Disposable {
  readonly #register: RegisterFeed;
  readonly #clock: Clock;
  readonly #feeds = new Map<string, Feed<Sample | Samples>>();
  readonly #fields = new Set<string>();
  #cancelFlush: (() => void) | undefined;

  /** Starts without feeds. */
  constructor(register: RegisterFeed, clock: Clock) {
    this.#register = register;
    this.#clock = clock;
  }

  /**
   * Publishes a `metadata` message: one block and field, named after the register.
   *
   * @throws {MalformedError} If it cannot be published.
   */
  publish({ id, payload, timeSeconds }: PublishedMessage): void {
    if (!isObject(payload)) throw bad(`the payload is a ${pyTypeName(payload)}, expected an object`);
    const { path } = payload;
    if (typeof path !== "string") throw bad(`"path" is ${pyRepr(path)}, expected the name of a register`);
    const value = sampleOf(path, payload["value"]);
    if (timeSeconds === undefined) throw bad(`"time" of ${path} is no number, expected Unix seconds`);
    const name = enforceFieldName(path) || "invalid_field";
    const feed = this.#feed(streamOf(id), name);
    try {
      feed.publish({ blockName: name, timestamp: timeSeconds, data: { [name]: value } });
    } catch (cause) {
      // A value of another kind than the register had before, or a name or time that recorders do not take.
      throw bad(cause instanceof Error ? cause.message : String(cause), cause);
    }
    // Without this the last change of a register would wait for the next one.
    this.#cancelFlush ??= this.#clock.setTimer(BUFFER_SECONDS * 1000, () => {
      this.#cancelFlush = undefined;
      for (const each of this.#feeds.values()) each.flush();
    });
  }

  /** Frees the timer; the agent flushes its feeds itself. */
  [Symbol.dispose](): void {
    this.#cancelFlush?.();
    this.#cancelFlush = undefined;
  }

  #feed(stream: string, field: string): Feed<Sample | Samples> {
    const name = `${stream}_meta`;
    const key = `${name}.${field}`;
    if (!this.#fields.has(key) && this.#fields.size >= MOST_FIELDS) {
      throw tooMany(`there are ${MOST_FIELDS} fields already`);
    }
    let feed = this.#feeds.get(name);
    if (feed === undefined) {
      if (this.#feeds.size >= MOST_FEEDS) throw tooMany(`there are ${MOST_FEEDS} feeds already`);
      feed = this.#register(name, { record: true, bufferTimeSeconds: BUFFER_SECONDS, lists: true });
      this.#feeds.set(name, feed);
    }
    this.#fields.add(key);
    return feed;
  }
}

/** `STREAMER:crate1slot4` is of stream `crate1slot4`; an id without colon is the stream's. */
function streamOf(id: string): string {
  const [first = "", second] = id.split(":");
  const stream = second ?? first;
  // It becomes one component of a topic.
  if (stream.length > LONGEST_STREAM_ID || /[\s.#\p{C}]/u.test(stream)) {
    throw bad(`id ${pyRepr(id)} names no stream: expected no dots, spaces and control characters in it`);
  }
  return stream;
}

/** Scalars, and lists of them; whole numbers stay integers, which the feed takes as bigints. */
function sampleOf(path: string, value: unknown): unknown {
  if (!Array.isArray(value)) return scalarOf(path, value);
  const list = value.map((entry) => scalarOf(path, entry));
  // A list has one kind: integers among floats are floats.
  const isFloat = list.some((entry) => typeof entry === "number" || entry instanceof Float);
  return isFloat ? list.map((entry) => typeof entry === "bigint" ? new Float(Number(entry)) : entry) : list;
}

function scalarOf(path: string, value: unknown): unknown {
  if (typeof value === "number") return Number.isSafeInteger(value) ? BigInt(value) : value;
  if (
    typeof value === "string" || typeof value === "boolean" || typeof value === "bigint" ||
    value instanceof Float
  ) return value;
  throw bad(`value of ${path} is a ${pyTypeName(value)}, expected a number, text, bool or a list of those`);
}

function bad(detail: string, cause?: unknown): MalformedError {
  return new MalformedError("bad metadata", detail, { cause });
}

function tooMany(detail: string): MalformedError {
  return new MalformedError("too many metadata feeds or fields", detail);
}
