/** `wamp.registration.*` (spec 6.1). @module */
import { idsByMatch, type MetaHandler, MetaRefusal, type MetaRequest } from "./meta_request.ts";
import { registrationDetails } from "./registrar.ts";
import type { Registration } from "./registrations.ts";

/** Handlers by procedure. */
export const REGISTRATION_PROCEDURES: Readonly<Record<string, MetaHandler>> = {
  "wamp.registration.list": ({ view }) => ({ value: idsByMatch(view.registrar.index.all()) }),
  "wamp.registration.lookup": (request) => ({
    value: request.view.registrar.index.get(request.text(0), request.match(1))?.id ?? null,
  }),
  "wamp.registration.match": (request) => ({
    value: request.view.registrar.index.best(request.text(0))?.id ?? null,
  }),
  "wamp.registration.get": (request) => ({ value: registrationDetails(wanted(request)) }),
  "wamp.registration.list_callees": (request) => ({ value: callees(request).map(({ id }) => id) }),
  "wamp.registration.count_callees": (request) => ({ value: callees(request).length }),
  "wamp.registration.remove_callee": (request) => {
    const registration = wanted(request);
    const callee = registration.sessions.find(({ id }) => id === request.id(1));
    if (callee === undefined) {
      throw new MetaRefusal(
        "wamp.error.no_such_session",
        `session ${request.id(1)} is not a callee of registration ${registration.id}`,
      );
    }
    const reason = request.reason("wamp.error.unregistered");
    return {
      value: null,
      then: () => request.view.registrar.revoke(callee, registration, reason, "announced"),
    };
  },
};

function wanted(request: MetaRequest): Registration {
  const id = request.id(0);
  const registration = request.view.registrar.index.byId(id);
  if (registration !== undefined) return registration;
  throw new MetaRefusal(
    "wamp.error.no_such_registration",
    `no registration with ID ${id} exists on this dealer`,
  );
}

function callees(request: MetaRequest): readonly { readonly id: number }[] {
  return wanted(request).sessions.filter(({ internal }) => !internal);
}
