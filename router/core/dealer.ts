/** Calls of a realm, from CALL to the one final reply (spec 4.2 to 4.10). @module */
import type { Call, Cancel, Dict, ErrorMessage, Result, Yield } from "../../wamp/message.ts";
import { checkUri } from "../../wamp/uri.ts";
import { errorReply, NO_DETAILS, refusalText } from "./errors_out.ts";
import { type Invocation, Invocations } from "./invocations.ts";
import { optionFault } from "./option_rules.ts";
import type { Decision } from "./permissions.ts";
import type { RealmParts } from "./realm_parts.ts";
import type { Registrar } from "./registrar.ts";
import type { Registration } from "./registrations.ts";
import type { Session } from "./session.ts";

const PROGRESS: Dict = Object.freeze({ progress: true });
const CANCELED = "wamp.error.canceled";
/** Longer timers fire at once in JavaScript; nobody waits 24 days for a call. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** Answers a procedure of the router itself; false when there is none of that name. */
export type OwnProcedures = (session: Session, message: Call) => boolean;

/** The dealer of one realm. Every method answers through the session's link; a returned text is a violation. */
export class Dealer {
  readonly #parts: RealmParts;
  readonly #registrar: Registrar;
  readonly #own: OwnProcedures;
  /** Every open call. */
  readonly invocations: Invocations = new Invocations();

  /** Makes a dealer without calls. */
  constructor(parts: RealmParts, registrar: Registrar, own: OwnProcedures) {
    this.#parts = parts;
    this.#registrar = registrar;
    this.#own = own;
  }

  /** Handles CALL. */
  call(session: Session, message: Call): string | undefined {
    const { options, procedure, request } = message;
    const violation = optionFault("CALL", options);
    if (violation !== undefined) return violation;
    if (session.calls.has(request)) return `CALL request ${request} is still open`;
    this.#parts.counters.calls++;
    const registration = this.#registrar.index.best(procedure);
    if (registration?.match !== "exact") {
      const fault = checkUri(procedure);
      if (fault !== undefined) {
        return this.#refuse(
          session,
          request,
          "wamp.error.invalid_uri",
          `call with invalid procedure URI: ${fault}`,
        );
      }
    }
    // Permission before existence: `ocsbow` tells a wrong address root from a missing agent by it (spec 5.7).
    const decision = session.role.decide("call", procedure);
    if (!decision.allowed) {
      return this.#refuse(
        session,
        request,
        "wamp.error.not_authorized",
        refusalText(session, "call", procedure),
      );
    }
    if (procedure.startsWith("wamp.") && this.#own(session, message)) {
      this.#parts.counters.replies++;
      return undefined;
    }
    if (registration === undefined) {
      return this.#refuse(
        session,
        request,
        "wamp.error.no_such_procedure",
        `no callee registered for procedure <${procedure}>`,
      );
    }
    const { callsPerCaller, callsPerCallee } = this.#parts.limits;
    if (session.calls.size >= callsPerCaller) {
      return this.#refuse(
        session,
        request,
        "wamp.error.unavailable",
        `the caller has ${callsPerCaller} open calls, which is the limit`,
      );
    }
    const callee = registration.choose(this.#parts.random, callsPerCallee);
    if (callee === "busy") {
      return this.#refuse(
        session,
        request,
        "crossbar.error.max_concurrency_reached",
        `no callee of procedure <${procedure}> is free`,
      );
    }
    if (callee === "blocked") {
      this.#parts.counters.unavailableCallees++;
      return this.#refuse(session, request, "wamp.error.unavailable", "callee is not reading");
    }
    this.#invoke(session, message, { registration, callee, decision });
    return undefined;
  }

  /** Handles YIELD. */
  yield(session: Session, message: Yield): string | undefined {
    const violation = optionFault("YIELD", message.options);
    if (violation !== undefined) return violation;
    const invocation = this.invocations.get(message.request);
    if (invocation === undefined) return this.#late();
    if (invocation.callee !== session) return `YIELD request ${message.request} belongs to another session`;
    const { caller, request } = invocation;
    if (message.options.progress === true) {
      // A callee that was not asked for progress has nothing to say yet.
      if (invocation.progressive) {
        caller.send({ type: 50, request, details: PROGRESS, payload: message.payload });
      }
      return undefined;
    }
    const result: Result = { type: 50, request, details: NO_DETAILS, payload: message.payload };
    this.#finish(invocation, result);
    return undefined;
  }

  /** Handles ERROR of a callee. */
  error(session: Session, message: ErrorMessage): string | undefined {
    if (message.requestType !== 68) return `ERROR request type ${message.requestType} is not INVOCATION (68)`;
    const invocation = this.invocations.get(message.request);
    if (invocation === undefined) return this.#late();
    if (invocation.callee !== session) return `ERROR request ${message.request} belongs to another session`;
    const fault = checkUri(message.error);
    if (fault !== undefined) return `ERROR uri is invalid: ${fault}`;
    const { request } = invocation;
    const { error, payload } = message;
    this.#finish(invocation, { type: 8, requestType: 48, request, details: NO_DETAILS, error, payload });
    return undefined;
  }

  /** Handles CANCEL (table in spec 4.7). */
  cancel(session: Session, message: Cancel): string | undefined {
    const violation = optionFault("CANCEL", message.options);
    if (violation !== undefined) return violation;
    const mode = message.options.mode ?? "killnowait";
    if (mode !== "skip" && mode !== "kill" && mode !== "killnowait") {
      session.send(
        errorReply(
          49,
          message.request,
          "wamp.error.invalid_argument",
          "invalid cancel mode, expected skip, kill or killnowait",
        ),
      );
      return undefined;
    }
    const invocation = this.invocations.ofRequest(session, message.request);
    if (invocation === undefined) return undefined;
    const interrupts = mode !== "skip" && invocation.callee.canBeInterrupted;
    if (interrupts && !invocation.killing) this.#interrupt(invocation, mode, CANCELED);
    if (mode === "kill" && interrupts) {
      invocation.killing = true;
      return undefined;
    }
    const quiet = mode !== "kill" && session.forgetsCancelled &&
      this.#parts.behaviour.quietCancel === "autobahn-js";
    if (quiet) {
      this.invocations.remove(invocation);
      this.#parts.counters.replies++;
    } else this.#finish(invocation, errorReply(48, invocation.request, CANCELED, "call canceled"));
    return undefined;
  }

  /** Ends the calls of a session that is gone: first those it served, then those it made. */
  removeSession(session: Session): void {
    for (const invocation of this.invocations.all(session.serving)) {
      const { request } = invocation;
      const text = "callee disconnected from in-flight request";
      this.#finish(invocation, errorReply(48, request, CANCELED, text));
    }
    for (const invocation of this.invocations.all(session.calls.values())) {
      this.invocations.remove(invocation);
      if (invocation.callee.canBeInterrupted && !invocation.killing) {
        this.#interrupt(invocation, "killnowait", CANCELED);
      }
    }
  }

  #invoke(
    caller: Session,
    message: Call,
    chosen: { registration: Registration; callee: Session; decision: Decision },
  ): void {
    const { options, procedure, request, payload } = message;
    const { registration, callee, decision } = chosen;
    const id = this.#parts.ids.invocation();
    const timeoutMs = this.#timeoutMs(options);
    const invocation: Invocation = {
      id,
      caller,
      request,
      callee,
      registration,
      progressive: options.receive_progress === true && callee.canProgress,
      killing: false,
      stopTimer: undefined,
    };
    this.invocations.add(invocation);
    if (timeoutMs > 0) {
      invocation.stopTimer = this.#parts.clock.setTimer(timeoutMs, () => this.#expire(invocation));
    }
    const disclose = decision.discloseCaller ?? options.disclose_me === true;
    const isPattern = registration.match !== "exact";
    const forwards = timeoutMs > 0 && registration.forwardTimeout;
    const plain = !disclose && !isPattern && !forwards && !invocation.progressive;
    callee.send({
      type: 68,
      request: id,
      registration: registration.id,
      details: plain ? NO_DETAILS : {
        ...(isPattern ? { procedure } : {}),
        ...(invocation.progressive ? { receive_progress: true } : {}),
        ...(forwards ? { timeout: timeoutMs } : {}),
        ...(disclose
          ? { caller: caller.id, caller_authid: caller.identity.authid, caller_authrole: caller.role.name }
          : {}),
      },
      payload,
    });
  }

  #timeoutMs(options: Dict): number {
    const { timeout } = options;
    if (typeof timeout !== "number") return 0;
    const ms = this.#parts.behaviour.callTimeoutUnit === "s" ? timeout * 1000 : timeout;
    return ms > LONGEST_TIMER_MS ? 0 : ms;
  }

  #expire(invocation: Invocation): void {
    invocation.stopTimer = undefined;
    if (invocation.callee.canBeInterrupted && !invocation.killing) {
      this.#interrupt(invocation, "killnowait", "wamp.error.timeout");
    }
    this.#finish(invocation, errorReply(48, invocation.request, "wamp.error.timeout", "call timeout"));
  }

  #interrupt(invocation: Invocation, mode: "kill" | "killnowait", reason: string): void {
    invocation.callee.send({ type: 69, request: invocation.id, options: { mode, reason } });
  }

  #finish(invocation: Invocation, reply: Result | ErrorMessage): void {
    this.invocations.remove(invocation);
    this.#parts.counters.replies++;
    if (reply.type === 8) this.#parts.counters.callErrors++;
    invocation.caller.send(reply);
  }

  #refuse(session: Session, request: number, error: string, text: string): undefined {
    this.#parts.counters.replies++;
    this.#parts.counters.callErrors++;
    session.send(errorReply(48, request, error, text));
    return undefined;
  }

  #late(): undefined {
    this.#parts.counters.lateAnswers++;
    return undefined;
  }
}
