/** Waiting for an operation, in slices that survive a router. @module */
import { pause } from "../internal/pause.ts";
import { type OCSReply, ResponseCode } from "../ocs/mod.ts";
import { WampError } from "../wamp/mod.ts";
import { HTTP_CONNECTION_ERROR } from "./_http_carrier.ts";
import { TRANSPORT_LOST } from "./_reasons.ts";
import { BackpressureError, NotConnectedError, OperationLostError } from "./errors.ts";

/** The agent is asked again after this time, so that one that hangs is noticed. */
const SLICE_SECONDS = 20;
/** What an agent may take to answer beyond the time it was given. */
const ANSWER_GRACE_MS = 10_000;
/** How long a router may be away. */
const ROUTER_GRACE_MS = 60_000;
/** How long an agent may be away: it may be about to register again. */
const AGENT_GRACE_MS = 5000;
/** The same after the router was away: agents come back some time after it. */
const RETURN_GRACE_MS = 20_000;
/** Pause between two looks for an agent that is away. */
const LOOK_AGAIN_MS = 250;

/** What a wait works with. */
export interface WaitSource {
  /** Asks the agent to answer at the end of the operation, or after so many seconds. */
  ask(waitSeconds: number, timeoutMs: number): Promise<OCSReply>;
  /** Waits until the router can be reached again. */
  recovered(timeoutMs: number): Promise<boolean>;
  /** What is waited for, for messages. */
  readonly what: string;
  /** Session that had not ended when the agent was last heard, from its start for example. */
  readonly openSession: number | undefined;
  readonly signal: AbortSignal | undefined;
}

/** One wait from beginning to end. */
export class Wait {
  readonly #source: WaitSource;
  #end = Infinity;
  #sessionId: number | undefined;
  /** The agent has had the request, whether or not it answered. */
  #asked = false;
  #awaySince: number | undefined;
  #graceMs = AGENT_GRACE_MS;

  constructor(source: WaitSource) {
    this.#source = source;
  }

  /** Runs it; without a time it ends with the operation only. */
  async run(timeoutSeconds: number | undefined): Promise<OCSReply> {
    this.#end = timeoutSeconds === undefined ? Infinity : performance.now() + timeoutSeconds * 1000;
    // Zero and less have meanings of their own at the agent: both are over at once.
    let seconds = Math.min(timeoutSeconds ?? SLICE_SECONDS, SLICE_SECONDS);
    for (;;) {
      const reply = await this.#ask(seconds);
      if (reply !== undefined) {
        this.#checkSession(reply);
        if (reply.status !== ResponseCode.TIMEOUT || this.#left() <= 0) return reply;
      }
      seconds = Math.max(0, Math.min(this.#left() / 1000, SLICE_SECONDS));
    }
  }

  #left(): number {
    return this.#end - performance.now();
  }

  /** One slice; undefined when it was interrupted and asking again makes sense. */
  async #ask(seconds: number): Promise<OCSReply | undefined> {
    try {
      const reply = await this.#source.ask(seconds, Math.max(0, seconds) * 1000 + ANSWER_GRACE_MS);
      this.#asked = true;
      this.#awaySince = undefined;
      this.#graceMs = AGENT_GRACE_MS;
      return reply;
    } catch (error) {
      this.#source.signal?.throwIfAborted();
      const who = whoIsAway(error);
      if (who === undefined || this.#left() <= 0) throw error;
      this.#asked ||= error instanceof WampError && error.uri === "wamp.error.canceled";
      if (who === "router") await this.#awaitRouter(error);
      else await this.#awaitAgent(error);
      return undefined;
    }
  }

  async #awaitRouter(error: unknown): Promise<void> {
    this.#awaySince = undefined;
    if (!await this.#source.recovered(Math.min(this.#left(), ROUTER_GRACE_MS))) throw error;
    this.#graceMs = RETURN_GRACE_MS;
  }

  async #awaitAgent(error: unknown): Promise<void> {
    // An agent that was never there is told at once; one that vanished under the wait may come back.
    const wasThere = this.#asked || this.#graceMs === RETURN_GRACE_MS;
    if (!wasThere) throw error;
    this.#awaySince ??= performance.now();
    if (performance.now() - this.#awaySince > this.#graceMs) throw error;
    const { signal } = this.#source;
    await pause(Math.min(LOOK_AGAIN_MS, this.#left()), { signal });
    signal?.throwIfAborted();
  }

  #checkSession({ session }: OCSReply): void {
    const now = session.session_id;
    // Before the first slice has ended the session is known from the start only. Another one may be meant all the
    // same, but none at all says that the agent has forgotten it.
    const known = this.#sessionId ?? (now === undefined ? this.#source.openSession : undefined);
    this.#sessionId ??= now;
    if (known === undefined || now === known) return;
    const what = now === undefined ? "its agent was restarted" : `session ${now} was started`;
    throw new OperationLostError(
      `Cannot tell how session ${known} of ${this.#source.what} ended: ${what} meanwhile`,
    );
  }
}

function whoIsAway(error: unknown): "router" | "agent" | undefined {
  if (error instanceof NotConnectedError) return "router";
  // Not sent, as if the agent were away for a moment: asked again after a pause.
  if (error instanceof BackpressureError) return "agent";
  if (!(error instanceof WampError)) return undefined;
  switch (error.uri) {
    case TRANSPORT_LOST:
    case HTTP_CONNECTION_ERROR:
      return "router";
    // A router that shuts down in order cancels calls before it closes connections, and an agent that has just
    // lost its own connection is about to register again.
    case "wamp.error.canceled":
    case "wamp.error.no_such_procedure":
      return "agent";
    default:
      return undefined;
  }
}
