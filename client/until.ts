/** Waiting until something is so: in the samples of a feed, or in the session of an operation. @module */
import { SYSTEM_CLOCK } from "../internal/clock.ts";
import { jsonText } from "../internal/json_text.ts";
import { pause } from "../internal/pause.ts";
import type { OCSReply, ReplySession, Sample } from "../ocs/mod.ts";
import { ConditionError } from "./errors.ts";
import { FeedClient, type FeedSample } from "./feed_client.ts";
import type { OperationClient } from "./operation_client.ts";
import { Looker } from "./_looker.ts";
import { eitherSignal } from "./request_guard.ts";

/** Deadline of a request of a client that names none. */
const LONG_LOOK_MS = 30_000;
/** An agent that is well answers within this time. */
const LEAST_LOOK_MS = 1000;

/** How long to wait for a condition. */
export interface UntilOptions {
  /** How long it may take to come true, in seconds. */
  readonly timeoutSeconds: number;
  /** What is waited for, for the error: `the stage to be cold`. */
  readonly what?: string | undefined;
  /** For operations: time between two looks, in seconds. Default 1. */
  readonly pollSeconds?: number | undefined;
  /** Gives up. */
  readonly signal?: AbortSignal | undefined;
}

/** What `until` needs of an operation. */
export type Watchable<Data> = Pick<
  OperationClient<never, Data>,
  "opName" | "agent" | "kind" | "status" | "interrupted"
>;

/**
 * Waits for a sample of a feed that fulfils a condition.
 *
 * @param source A recorded feed; samples that were published before are not looked at.
 * @returns The sample.
 * @throws {ConditionError} If none came in time, with the last sample seen.
 *
 * @example Wait until it is warm
 * ```ts no-run
 * import { OCSClient } from "./mod.ts";
 *
 * await using faker = await OCSClient.connect("faker1");
 * const feed = faker.feeds["false_temperatures"]!;
 * const { block } = await until(feed, ({ block }) => Number(block["channel_00"]) > 0.2, { timeoutSeconds: 60 });
 * console.log(block);
 * ```
 */
export async function until<Fields extends object = Readonly<Record<string, Sample>>>(
  source: FeedClient<Fields>,
  condition: (sample: FeedSample<Fields>) => boolean,
  options: UntilOptions,
): Promise<FeedSample<Fields>>;
/**
 * Waits until the session of an operation fulfils a condition; looks once a second. A restart of the router is waited for.
 *
 * @param source An operation that has been started.
 * @returns The reply that shows it.
 * @throws {ConditionError} If it did not come true in time, or the operation ended before, with the last session.
 */
export async function until<Data = Readonly<Record<string, unknown>>>(
  source: Watchable<Data>,
  condition: (session: ReplySession<Data>) => boolean,
  options: UntilOptions,
): Promise<OCSReply<Data>>;
export async function until(
  source: FeedClient<object> | Watchable<unknown>,
  condition: (value: never) => boolean,
  options: UntilOptions,
): Promise<FeedSample<object> | OCSReply<unknown>> {
  // The signatures above say which condition goes with which source.
  if (source instanceof FeedClient) return await untilSample(source, condition as SampleCondition, options);
  return await untilSession(source, condition as SessionCondition, options);
}

type SampleCondition = (sample: FeedSample<object>) => boolean;
type SessionCondition = (session: ReplySession<unknown>) => boolean;

async function untilSample<Fields extends object>(
  feed: FeedClient<Fields>,
  condition: (sample: FeedSample<Fields>) => boolean,
  { timeoutSeconds, what = "the condition", signal }: UntilOptions,
): Promise<FeedSample<Fields>> {
  const deadline = new AbortController();
  const stopTimer = SYSTEM_CLOCK.setTimer(timeoutSeconds * 1000, () => deadline.abort());
  let seen = 0;
  let last: FeedSample<Fields> | undefined;
  try {
    await using samples = feed.samples({ signal: eitherSignal(signal, deadline.signal) });
    for await (const sample of samples) {
      seen++;
      last = sample;
      if (condition(sample)) return sample;
    }
  } finally {
    stopTimer();
  }
  signal?.throwIfAborted();
  const why = deadline.signal.aborted
    ? `it did not come true within ${timeoutSeconds} s`
    : "the client was closed";
  const state = last === undefined
    ? "no sample came"
    : `${seen} samples came, the last one ${ago(last.timestampSeconds)}: ${brief(last.block)}`;
  throw new ConditionError(`Cannot see ${what} on feed "${feed.address}": ${why}; ${state}`, last);
}

async function untilSession<Data>(
  operation: Watchable<Data>,
  condition: (session: ReplySession<Data>) => boolean,
  { timeoutSeconds, what = "the condition", pollSeconds = 1, signal }: UntilOptions,
): Promise<OCSReply<Data>> {
  const end = performance.now() + timeoutSeconds * 1000;
  const either = eitherSignal(signal, operation.interrupted);
  const looker = new Looker(operation);
  const fail = (why: string, session: ReplySession<Data>) => {
    const state = session.status === undefined
      ? "it never ran"
      : `last seen: ${session.status}, ${brief(session.data)}`;
    const where = `on "${operation.opName}" of "${operation.agent}"`;
    return new ConditionError(`Cannot see ${what} ${where}: ${why}; ${state}`, session);
  };
  for (;;) {
    const look = { signal, endMs: end, ...lookWithin(end - performance.now()) };
    const reply = await looker.look(look);
    if (condition(reply.session)) return reply;
    if (reply.session.status === "done" || reply.session.status === undefined) {
      throw fail("the operation does not run", reply.session);
    }
    if (performance.now() >= end) {
      throw fail(`it did not come true within ${timeoutSeconds} s`, reply.session);
    }
    await pause(Math.min(pollSeconds * 1000, end - performance.now()), { signal: either });
    signal?.throwIfAborted();
  }
}

/** The last looks must not take longer than there is time: the client's own deadline may be longer than that. */
function lookWithin(leftMs: number): { readonly timeoutSeconds?: number } {
  return leftMs < LONG_LOOK_MS ? { timeoutSeconds: Math.max(LEAST_LOOK_MS, leftMs) / 1000 } : {};
}

/** How `untilFlag` waits. */
export interface FlagOptions extends Partial<UntilOptions> {
  /** Whether a flag that is not there counts as set, as agents of before need it. Default true. */
  readonly missing?: boolean | undefined;
}

/**
 * Waits for a flag in `session.data`, such as `stream_on` (smurf 6, idiom 9).
 *
 * @param options `timeoutSeconds` is 120 unless it says otherwise.
 * @throws {ConditionError} If the flag stays false, or the operation ends.
 */
export async function untilFlag<Data extends object>(
  operation: Watchable<Data>,
  flag: string,
  { missing = true, timeoutSeconds = 120, what = `"${flag}"`, ...options }: FlagOptions = {},
): Promise<OCSReply<Data>> {
  const isSet = ({ data }: ReplySession<Data>): boolean => {
    const values = new Map<string, unknown>(Object.entries(data ?? {}));
    return values.has(flag) ? values.get(flag) === true : missing;
  };
  return await until<Data>(
    operation,
    (session) => session.status !== undefined && session.status !== "done" && isSet(session),
    { ...options, timeoutSeconds, what },
  );
}

function ago(timestampSeconds: number): string {
  return `${(Date.now() / 1000 - timestampSeconds).toFixed(1)} s ago`;
}

/** A value in one line that fits an error. */
function brief(value: unknown): string {
  const text = value === undefined ? "no data" : jsonText(value);
  return text.length <= 300 ? text : `${text.slice(0, 300)}…`;
}
