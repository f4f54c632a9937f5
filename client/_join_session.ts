/** From an open connection to a joined session. @module */
import { Session } from "../deps/autobahn.ts";
import type { Clock } from "../internal/clock.ts";
import type { Logger } from "../internal/log.ts";
import type { FrameTransport } from "../transport/frame_transport.ts";
import { serializerFor } from "../wamp/mod.ts";
import type { FloatMode } from "./_float_mode.ts";
import { JoinedSession, LEAVE_TIMEOUT_MS } from "./_joined_session.ts";
import type { OutgoingLimits } from "./_outgoing_watch.ts";
import { TRANSPORT_LOST } from "./_reasons.ts";
import { SessionMachine, textOf } from "./_session_machine.ts";
import { abortText } from "./_dict.ts";
import { WampSessionTransport } from "./_session_transport.ts";
import { answerChallenge, type Authentication, authExtra, authMethods } from "./authentication.ts";
import { JoinError } from "./errors.ts";

/** What a session works with. */
export interface JoinOptions {
  readonly realm: string;
  readonly authentication: Authentication | undefined;
  readonly floatMode: FloatMode;
  readonly maxMessageBytes: number;
  readonly outgoing: OutgoingLimits;
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
  readonly logger: Logger;
  readonly clock: Clock;
}

/**
 * Says HELLO on an open connection and waits for WELCOME.
 *
 * @throws {JoinError} If the router refuses, the time runs out or the signal is aborted; the connection is
 * closed then.
 */
export function joinSession(frames: FrameTransport, options: JoinOptions): Promise<JoinedSession> {
  const { logger, clock } = options;
  const encoding = frames.subprotocol.split(".")[2];
  if (encoding !== "cbor" && encoding !== "msgpack" && encoding !== "json") {
    frames.terminate();
    const text = `Cannot speak "${frames.subprotocol}": expected wamp.2.cbor, wamp.2.msgpack or wamp.2.json`;
    return Promise.reject(new JoinError(text, "wamp.error.protocol_violation"));
  }
  const transport = new WampSessionTransport({
    frames,
    serializer: serializerFor(encoding),
    floatMode: options.floatMode,
    maxMessageBytes: options.maxMessageBytes,
    outgoing: options.outgoing,
    logger,
    clock,
  });
  const machine = new SessionMachine(transport, options);
  return new Promise((resolve, reject) => {
    let refusal: JoinError | undefined;
    const session = new Session(
      transport,
      machine.defer,
      (_session, method, extra) => answerChallenge(options.authentication, method, extra),
      // Procedures' errors have gone to the caller, handlers' have been logged where they were caught.
      (error) => logger.debug?.(`A handler failed: ${textOf(error)}`),
      (error) => logger.debug?.(`autobahn: ${textOf(error)}`),
    );
    const stopTimer = clock.setTimer(options.timeoutMs, () => {
      refusal ??= new JoinError(
        `Cannot join realm "${options.realm}": no WELCOME within ${options.timeoutMs / 1000} s`,
        TRANSPORT_LOST,
      );
      transport.terminate();
    });
    const abort = () => {
      refusal ??= new JoinError(`Cannot join realm "${options.realm}": it was given up`, TRANSPORT_LOST, {
        cause: options.signal.reason,
      });
      transport.terminate();
    };
    const settle = () => {
      stopTimer();
      options.signal.removeEventListener("abort", abort);
    };
    session.onjoin = (details) => {
      settle();
      joined = true;
      resolve(new JoinedSession(session, machine, details));
    };
    let joined = false;
    session.onleave = (reason, details) => {
      const message = abortText(details);
      machine.leaving({ reason, message });
      if (!joined) {
        refusal ??= new JoinError(
          `Cannot join realm "${options.realm}": ${reason}${message === "" ? "" : ` (${message})`}`,
          reason,
        );
      }
      machine.finish(LEAVE_TIMEOUT_MS);
    };
    machine.ended.then((leave) => {
      settle();
      reject(
        refusal ?? new JoinError(`Cannot join realm "${options.realm}": ${leave.message}`, leave.reason),
      );
    });
    options.signal.addEventListener("abort", abort, { once: true });
    if (options.signal.aborted) return abort();
    const { authentication } = options;
    session.join(
      options.realm,
      authMethods(authentication),
      authentication?.authId,
      authExtra(authentication),
    );
  });
}
