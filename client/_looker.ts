/** Looking at an operation again and again, over a restart of the router. @module */
import { pause } from "../internal/pause.ts";
import type { OCSReply } from "../ocs/mod.ts";
import { HTTP_CONNECTION_ERROR } from "./_http_carrier.ts";
import { TRANSPORT_LOST } from "./_reasons.ts";
import { ControlClientError } from "./errors.ts";
import { eitherSignal } from "./request_guard.ts";
import type { RequestOptions } from "./operation_client.ts";

/** What a look needs of an operation. */
export interface LookedAt<Data> {
  status(options?: RequestOptions): Promise<OCSReply<Data>>;
  readonly interrupted: AbortSignal | undefined;
}

/** How a look goes. */
export interface LookOptions extends RequestOptions {
  /** When it has to be over, by `performance.now()`. */
  readonly endMs?: number | undefined;
}

/** How long a router may be away, and the agent behind it, or the agent alone: as long as for a wait. */
const ROUTER_GRACE_MS = 60_000;
const AGENT_GRACE_MS = 20_000;
const LOOK_AGAIN_MS = 250;

/** Asks for the session of an operation; where it was seen before, router and agent are waited for. */
export class Looker<Data> {
  readonly #operation: LookedAt<Data>;
  #seen = false;

  constructor(operation: LookedAt<Data>) {
    this.#operation = operation;
  }

  /** @throws {ControlClientError} If router or agent stay away, or `endMs` has come. */
  async look({ endMs = Infinity, ...request }: LookOptions): Promise<OCSReply<Data>> {
    const { interrupted } = this.#operation;
    const either = eitherSignal(request.signal, interrupted);
    const startMs = performance.now();
    let graceMs = 0;
    for (;;) {
      try {
        const reply = await this.#operation.status(request);
        this.#seen = true;
        return reply;
      } catch (error) {
        graceMs = Math.max(graceMs, graceOf(error));
        const nowMs = performance.now();
        const isOver = nowMs >= Math.min(endMs, startMs + graceMs);
        if (!this.#seen || graceOf(error) === 0 || isOver) throw error;
        await pause(Math.min(LOOK_AGAIN_MS, endMs - nowMs), { signal: either });
        either?.throwIfAborted();
      }
    }
  }
}

/** How long to go on after an error, in all. */
function graceOf(error: unknown): number {
  if (!(error instanceof ControlClientError)) return 0;
  switch (error.uri) {
    case TRANSPORT_LOST:
    case HTTP_CONNECTION_ERROR:
      return ROUTER_GRACE_MS;
    // A router that leaves in order cancels calls; behind one that is back, agents come back one by one.
    case "wamp.error.canceled":
    case "wamp.error.no_such_procedure":
      return AGENT_GRACE_MS;
    default:
      return 0;
  }
}
