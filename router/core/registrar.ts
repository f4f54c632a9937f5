/** REGISTER and UNREGISTER, and who wins when a procedure is wanted twice (spec 4.1). @module */
import type { Dict, Register, Unregister } from "../../wamp/message.ts";
import { isReservedUri } from "../../wamp/uri.ts";
import { matchOf } from "./broker.ts";
import { errorReply, refusalText } from "./errors_out.ts";
import type { MetaSink } from "./meta_sink.ts";
import { optionFault } from "./option_rules.ts";
import { isoTime, type RealmParts } from "./realm_parts.ts";
import { RegistrationIndex } from "./registration_index.ts";
import type { InvokePolicy, Registration } from "./registrations.ts";
import type { Session } from "./session.ts";
import { patternFault } from "./uri_rules.ts";

/** The registrations of one realm. Every method answers through the session's link; a returned text is a violation. */
export class Registrar {
  readonly #parts: RealmParts;
  readonly #meta: MetaSink;
  readonly #probes = new Map<Session, Promise<boolean>>();
  /** REGISTERs of a session that wait for a probe. */
  readonly #waiting = new Map<Session, number>();
  /** Every registration. */
  readonly index: RegistrationIndex;

  /** Makes a registrar without registrations. */
  constructor(parts: RealmParts, meta: MetaSink) {
    this.#parts = parts;
    this.#meta = meta;
    this.index = new RegistrationIndex(parts);
  }

  /** Handles REGISTER. */
  register(session: Session, message: Register): string | undefined {
    const { options, procedure, request } = message;
    const violation = optionFault("REGISTER", options);
    if (violation !== undefined) return violation;
    const match = matchOf(options);
    const refuse = (error: string, text: string) => {
      session.send(errorReply(64, request, error, text));
      return undefined;
    };
    const fault = patternFault(procedure, match, this.#parts.limits);
    if (fault !== undefined) {
      return refuse(
        "wamp.error.invalid_uri",
        `register for invalid procedure URI: ${fault}`,
      );
    }
    if (isReservedUri(procedure)) {
      return refuse("wamp.error.invalid_uri", `register for restricted procedure URI '${procedure}'`);
    }
    if (!session.role.decide("register", procedure).allowed) {
      return refuse("wamp.error.not_authorized", refusalText(session, "register", procedure));
    }
    const limit = this.#parts.limits.registrationsPerSession;
    if (session.registrations.size >= limit) {
      return refuse(
        "wamp.error.unavailable",
        `register for procedure '${procedure}' refused: the session has ${limit} registrations, which is the limit`,
      );
    }
    const present = this.index.get(procedure, match);
    if (present === undefined) {
      this.#grant(session, message, undefined);
      return undefined;
    }
    if (options.force_reregister === true) {
      if (!session.role.takeover) {
        return refuse(
          "wamp.error.not_authorized",
          `${session} is not authorized to take over procedure "${procedure}" on realm "${session.realm}"`,
        );
      }
      for (const holder of present.sessions) {
        this.revoke(holder, present, "wamp.error.unregistered", "always");
      }
      this.#grant(session, message, undefined);
      return undefined;
    }
    const conflict = conflictOf(session, present, policyOf(options));
    if (conflict === undefined) this.#grant(session, message, present);
    else if (this.#isStale(present, session)) this.#probe(session, message, present);
    else refuse(conflict, this.#conflictText(conflict, present, policyOf(options)));
    return undefined;
  }

  /** Handles UNREGISTER. */
  unregister(session: Session, message: Unregister): string | undefined {
    const registration = this.index.byId(message.registration);
    if (registration === undefined || !session.registrations.has(registration.id)) {
      session.send(
        errorReply(
          66,
          message.request,
          "wamp.error.no_such_registration",
          `unregister for registration ${message.registration} that this session does not hold`,
        ),
      );
      return undefined;
    }
    this.#leave(session, registration, () => session.send({ type: 67, request: message.request }));
    return undefined;
  }

  /** Takes a registration from a session that did not ask for it; tells it if it understands, or in any case. */
  revoke(session: Session, registration: Registration, reason: string, tell: "announced" | "always"): void {
    this.#leave(session, registration, () => {
      if (tell === "announced" && !session.revocable.registrations) return;
      session.send({ type: 67, request: 0, details: { registration: registration.id, reason } });
    });
  }

  /** Removes a session that is gone from all its registrations. */
  removeSession(session: Session): void {
    for (const id of [...session.registrations]) {
      const registration = this.index.byId(id);
      if (registration !== undefined) this.#leave(session, registration, () => {});
    }
  }

  #grant(session: Session, message: Register, present: Registration | undefined): void {
    const { options, procedure, request } = message;
    const registration = present ?? this.index.create({
      uri: procedure,
      match: matchOf(options),
      policy: policyOf(options),
      forwardTimeout: options.forward_timeout === true,
    });
    const concurrency = typeof options.concurrency === "number" ? options.concurrency : Infinity;
    registration.add(session, concurrency);
    session.registrations.add(registration.id);
    session.send({ type: 65, request, registration: registration.id });
    if (present === undefined) {
      this.#meta("wamp.registration.on_create", () => [session.id, registrationDetails(registration)]);
    }
    this.#meta("wamp.registration.on_register", () => [session.id, registration.id]);
  }

  #leave(session: Session, registration: Registration, reply: () => void): void {
    session.registrations.delete(registration.id);
    registration.remove(session);
    const deleted = registration.size === 0;
    if (deleted) this.index.delete(registration);
    reply();
    this.#meta("wamp.registration.on_unregister", () => [session.id, registration.id]);
    if (deleted) this.#meta("wamp.registration.on_delete", () => [session.id, registration.id]);
  }

  #isStale(present: Registration, asker: Session): boolean {
    const [holder] = present.sessions;
    if (holder === undefined || present.size > 1 || holder === asker) return false;
    if ((this.#waiting.get(asker) ?? 0) >= this.#parts.limits.waitingRegisters) return false;
    return this.#parts.clock.monotonicMs() - holder.link.lastReceivedMs >= this.#parts.limits.staleMs;
  }

  // A machine that lost power leaves its registration behind until a ping fails. Whoever wants its place makes
  // the router look at once, and waits for the answer: OCS agents leave on procedure_already_exists.
  #probe(session: Session, message: Register, present: Registration): void {
    const [holder] = present.sessions;
    if (holder === undefined) return;
    let probe = this.#probes.get(holder);
    if (probe === undefined) {
      probe = holder.link.probe(this.#parts.limits.probeMs).catch(() => false).then((alive) => {
        this.#probes.delete(holder);
        if (!alive && !holder.gone) {
          this.#parts.counters.staleHolders++;
          this.#parts.logger.warn(
            `Session ${holder.id} (${holder.link.info.address}) did not answer a ping while session ${session.id} ` +
              `wanted its procedure ${present.uri}: removed`,
          );
          holder.drop("did not answer a ping");
        }
        return alive;
      });
      this.#probes.set(holder, probe);
    }
    this.#waiting.set(session, (this.#waiting.get(session) ?? 0) + 1);
    void probe.then(() => {
      const waiting = (this.#waiting.get(session) ?? 1) - 1;
      if (waiting === 0) this.#waiting.delete(session);
      else this.#waiting.set(session, waiting);
      if (session.gone) return;
      const now = this.index.get(present.uri, present.match);
      const policy = policyOf(message.options);
      const conflict = now === undefined ? undefined : conflictOf(session, now, policy);
      if (now === undefined || conflict === undefined) this.#grant(session, message, now);
      else {
        const text = this.#conflictText(conflict, now, policy);
        session.send(errorReply(64, message.request, conflict, text));
      }
    });
  }

  #conflictText(conflict: string, present: Registration, wanted: InvokePolicy): string {
    const taken = `register for already registered procedure '${present.uri}'`;
    if (conflict !== PROCEDURE_TAKEN) {
      return `${taken} with conflicting invocation policy (has ${present.policy} and ${wanted} was requested)`;
    }
    const [holder] = present.sessions;
    if (holder === undefined) return taken;
    const since = isoTime(holder.joinedSeconds);
    return `${taken}: held by session ${holder.id} (authid "${holder.identity.authid}", address ` +
      `${holder.link.info.address}, connected since ${since})`;
  }
}

const PROCEDURE_TAKEN = "wamp.error.procedure_already_exists";

/** The error a further callee gets; undefined when it may join. */
function conflictOf(session: Session, present: Registration, wanted: InvokePolicy): string | undefined {
  if (present.policy === "single") return PROCEDURE_TAKEN;
  // Crossbar has an URI of its own for this; the protocol text would say procedure_already_exists.
  if (present.policy !== wanted) return "wamp.error.procedure_exists_with_different_invocation_policy";
  // Crossbar answers REGISTERED with the same id, which autobahn-python takes for a violation.
  return session.registrations.has(present.id) ? PROCEDURE_TAKEN : undefined;
}

function policyOf(options: Dict): InvokePolicy {
  switch (options.invoke) {
    case "first":
    case "last":
    case "roundrobin":
    case "random":
      return options.invoke;
    default:
      return "single";
  }
}

/** What the meta API tells of a registration. */
export function registrationDetails(registration: Registration): Dict {
  const { id, createdSeconds, uri, match, policy } = registration;
  return { id, created: isoTime(createdSeconds), uri, match, invoke: policy };
}
