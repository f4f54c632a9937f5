/** Data streams of several agents, on together and off for certain (smurf 6, idioms 8 to 11). @module */
import { toError } from "../internal/to_error.ts";
import type { OCSReply } from "../ocs/mod.ts";
import type { ActiveSet } from "./active_set.ts";
import type { AnyOperation } from "./agent_types.ts";
import { checkFinished } from "./check_finished.ts";
import { CLEANUP_SECONDS } from "./cleaning.ts";
import { endOperation } from "./end_operation.ts";
import { OperationFailedError } from "./errors.ts";
import { type Outcome, outcomesOf } from "./fan_out.ts";
import type { OCSClient } from "./ocs_client.ts";
import { verifyRunning } from "./running_operation.ts";
import { untilFlag } from "./until.ts";

/** How streams are started, and where it is told that one could not be stopped. */
export interface StreamingOptions {
  /** What is observed: `cmb`, `iv`. Default none. */
  readonly subtype?: string | undefined;
  /** Labels, separated by commas. Default none. */
  readonly tag?: string | undefined;
  /** Further settings of the stream, such as `downsample_factor`. Default none; an object is sent in any case. */
  readonly kwargs?: Readonly<Record<string, unknown>> | undefined;
  /** Name of the process. Default `stream`. */
  readonly opName?: string | undefined;
  /** How long it may take until a stream runs, in seconds. Default 60. */
  readonly startSeconds?: number | undefined;
  /** How long it may take from then until `session.data.stream_on` is true, in seconds. Default 120. */
  readonly flagSeconds?: number | undefined;
  /** How long each may take to stop at the end of the block, in seconds. Default 60. */
  readonly stopSeconds?: number | undefined;
  /** Told of streams that could not be stopped at the end of the block: `console.error`. That is not thrown. */
  readonly report: (error: Error) => void;
}

/** Streams that are on until the end of a scope (`await using`). */
export interface Streams extends AsyncDisposable {
  /** Turns them off before the end of the scope, and tells what became of each. Does nothing the second time. */
  off(): Promise<Outcome<AnyOperation>[]>;
}

/**
 * Starts the stream of every active agent, and sees that all are on (smurf 6, idioms 7 to 9).
 *
 * All are started first and looked at then. Where it does not work, the stream is stopped and the agent dropped.
 *
 * @param clients Failing ones are dropped.
 * @returns The streams. Dispose of them: that stops them whatever happens, and reports what cannot be stopped.
 * @throws {TooFewError} If too few are left; the others have been stopped.
 */
export async function startStreams(
  clients: ActiveSet<OCSClient>,
  options: StreamingOptions,
): Promise<Streams> {
  const { subtype = "", tag = "", kwargs = {}, opName = "stream", startSeconds, flagSeconds } = options;
  const streams = new StreamsOn(clients, opName, options);
  try {
    const operations = clients.active.map((client) => client.operation(opName));
    const started = await outcomesOf(
      operations,
      (operation) => streams.start(operation, { subtype, tag, kwargs }),
    );
    const verified = await outcomesOf(
      started.filter(({ error }) => error === undefined).map(({ operation }) => operation),
      async (operation) => {
        await verifyRunning(operation, { timeoutSeconds: startSeconds });
        return await untilFlag(operation, "stream_on", { timeoutSeconds: flagSeconds ?? 120 });
      },
    );
    const failed = [...started, ...verified].filter(({ error }) => error !== undefined);
    await streams.stop((operation) => failed.some((outcome) => outcome.operation === operation));
    clients.dropFailed(failed);
    return streams;
  } catch (error) {
    await using _streams = streams;
    throw error;
  }
}

/**
 * Turns the streams of all active agents off (smurf 6, idiom 10).
 *
 * All are asked to stop; an agent that cannot be reached is dropped. The end of the others is waited for without limit,
 * and has to be a success.
 *
 * @returns What became of each.
 * @throws {TooFewError} If too few can be reached.
 */
export async function stopStreams(
  clients: ActiveSet<OCSClient>,
  { opName = "stream" }: { readonly opName?: string | undefined } = {},
): Promise<Outcome<AnyOperation>[]> {
  const outcomes = await stopAndWait(clients.active.map((client) => client.operation(opName)));
  clients.dropFailed(outcomes.filter(({ unreachable }) => unreachable));
  return outcomes;
}

type StopOutcome = Outcome<AnyOperation> & { readonly unreachable: boolean };

async function stopAndWait(operations: readonly AnyOperation[]): Promise<StopOutcome[]> {
  const asked = await outcomesOf(operations, (operation) => operation.stop());
  const reached = asked.filter(({ error }) => error === undefined).map(({ operation }) => operation);
  const ended = await outcomesOf(
    reached,
    async (operation) => checkFinished(operation, await operation.wait()),
  );
  return [
    ...asked.filter(({ error }) => error !== undefined).map((outcome) => ({ ...outcome, unreachable: true })),
    ...ended.map((outcome) => ({ ...outcome, unreachable: false })),
  ];
}

class StreamsOn implements Streams {
  readonly #clients: ActiveSet<OCSClient>;
  readonly #opName: string;
  readonly #options: StreamingOptions;
  /** What was started here; what somebody else had started is not ours to stop. */
  #on: { readonly operation: AnyOperation; readonly sessionId: number | undefined }[] = [];

  constructor(clients: ActiveSet<OCSClient>, opName: string, options: StreamingOptions) {
    this.#clients = clients;
    this.#opName = opName;
    this.#options = options;
  }

  async start(operation: AnyOperation, params: Readonly<Record<string, unknown>>): Promise<OCSReply> {
    const started = await operation.start(params);
    if (!started.ok) {
      throw new OperationFailedError(operation, `it was not started: ${started.message}`, started);
    }
    this.#on.push({ operation, sessionId: started.session.session_id });
    return started;
  }

  async off(): Promise<Outcome<AnyOperation>[]> {
    if (this.#on.length === 0) return [];
    const outcomes = await stopStreams(this.#clients, { opName: this.#opName });
    this.#on = [];
    return outcomes;
  }

  /** Stops those of some operations, and reports what cannot be stopped. Never throws. */
  async stop(isMeant: (operation: AnyOperation) => boolean): Promise<void> {
    const { report, stopSeconds = CLEANUP_SECONDS } = this.#options;
    const meant = this.#on.filter(({ operation }) => isMeant(operation));
    this.#on = this.#on.filter(({ operation }) => !isMeant(operation));
    await Promise.all(meant.map(async ({ operation, sessionId }) => {
      try {
        await endOperation(operation, { sessionId, timeoutSeconds: stopSeconds });
      } catch (error) {
        report(toError(error));
      }
    }));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop(() => true);
  }
}
