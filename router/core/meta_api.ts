/** The router's own procedures (spec 6.1). @module */
import type { Call } from "../../wamp/message.ts";
import type { Payload } from "../../wamp/payload.ts";
import { serializerFor } from "../../wamp/serializers.ts";
import { errorReply, NO_DETAILS } from "./errors_out.ts";
import { REGISTRATION_PROCEDURES } from "./meta_registrations.ts";
import { invalid, type MetaHandler, MetaRefusal, MetaRequest, type MetaView } from "./meta_request.ts";
import { SESSION_PROCEDURES } from "./meta_sessions.ts";
import { SUBSCRIPTION_PROCEDURES } from "./meta_subscriptions.ts";
import type { RealmParts } from "./realm_parts.ts";
import type { Session } from "./session.ts";

const PROCEDURES: ReadonlyMap<string, MetaHandler> = new Map(
  Object.entries({ ...SESSION_PROCEDURES, ...REGISTRATION_PROCEDURES, ...SUBSCRIPTION_PROCEDURES }),
);

/** Answers calls of `wamp.*` procedures: the only place where the router looks into a payload. */
export class MetaApi {
  readonly #view: MetaView;
  readonly #parts: RealmParts;

  /** Makes the meta API of a realm. */
  constructor(view: MetaView, parts: RealmParts) {
    this.#view = view;
    this.#parts = parts;
  }

  /** Answers a call; false when there is no such procedure. Permission has been checked. */
  answer(caller: Session, call: Call): boolean {
    const handler = PROCEDURES.get(call.procedure);
    if (handler === undefined) return false;
    const { request } = call;
    try {
      const { args, kwargs } = valuesOf(call.payload);
      const { value, then } = handler(
        new MetaRequest({ view: this.#view, parts: this.#parts }, {
          caller,
          args,
          kwargs,
          sizeBytes: call.payload.kind === "raw" ? call.payload.tail.length : 1024,
        }),
      );
      caller.send({ type: 50, request, details: NO_DETAILS, payload: { kind: "values", args: [value] } });
      then?.();
    } catch (error) {
      if (!(error instanceof MetaRefusal)) throw error;
      const reply = errorReply(48, request, error.uri, error.message);
      const { kwargs } = error;
      caller.send(
        kwargs === undefined
          ? reply
          : { ...reply, payload: { kind: "values", args: [error.message], kwargs } },
      );
    }
    return true;
  }
}

function valuesOf(payload: Payload): {
  readonly args: readonly unknown[];
  readonly kwargs: Readonly<Record<string, unknown>>;
} {
  if (payload.kind === "values") return { args: payload.args ?? [], kwargs: payload.kwargs ?? {} };
  try {
    // Kinds are kept, because the arguments of a testament are published later.
    return serializerFor(payload.encoding).decodePayload(payload, { floats: "keep" });
  } catch (error) {
    if (error instanceof SyntaxError) throw invalid("the arguments cannot be decoded");
    throw error;
  }
}
