/** `wamp.session.*` (spec 6.1, 6.3). @module */
import { checkUri, isReservedUri } from "../../wamp/uri.ts";
import { refusalText } from "./errors_out.ts";
import { sessionDetails } from "./meta_details.ts";
import { invalid, type MetaHandler, MetaRefusal, type MetaReply, type MetaRequest } from "./meta_request.ts";
import { optionFault } from "./option_rules.ts";
import { dictOf, type Session } from "./session.ts";
import type { TestamentScope } from "./testaments.ts";

/** Handlers by procedure. */
export const SESSION_PROCEDURES: Readonly<Record<string, MetaHandler>> = {
  "wamp.session.count": (request) => ({ value: filtered(request).length }),
  "wamp.session.list": (request) => ({ value: filtered(request).map(({ id }) => id) }),
  "wamp.session.get": (request) => ({ value: sessionDetails(request.session(request.id(0))) }),
  "wamp.session.kill": (request) => {
    const target = request.session(request.id(0));
    if (target === request.caller) {
      throw new MetaRefusal("wamp.error.no_such_session", "the calling session cannot be killed");
    }
    return { value: null, then: kill(request, [target]).then };
  },
  "wamp.session.kill_by_authid": (request) => {
    const authid = request.text(0);
    return kill(request, others(request).filter(({ identity }) => identity.authid === authid));
  },
  "wamp.session.kill_by_authrole": (request) => {
    const authrole = request.text(0);
    return kill(request, others(request).filter(({ role }) => role.name === authrole));
  },
  "wamp.session.kill_all": (request) => kill(request, others(request)),
  "wamp.session.add_testament": addTestament,
  "wamp.session.flush_testaments": (request) => {
    const scope = scopeOf(request.args[0] ?? request.kwargs.scope);
    request.caller.testaments = request.caller.testaments.filter((testament) => testament.scope !== scope);
    return { value: null };
  },
};

function filtered(request: MetaRequest): Session[] {
  const roles = request.args[0] ?? request.kwargs.filter_authroles ?? undefined;
  if (roles === undefined) return request.sessions();
  if (!Array.isArray(roles)) throw invalid("argument 0 is not a list of roles");
  return request.sessions().filter(({ role }) => roles.includes(role.name));
}

function others(request: MetaRequest): Session[] {
  return request.sessions().filter((session) => session !== request.caller);
}

function kill(request: MetaRequest, targets: readonly Session[]): Required<MetaReply> {
  const reason = request.reason("wamp.close.killed");
  const message = request.textKeyword("message");
  return {
    value: targets.length,
    then: () => {
      for (const target of targets) target.kill(reason, message);
    },
  };
}

function addTestament(request: MetaRequest): MetaReply {
  const { caller, parts } = request;
  const topic = request.text(0);
  const fault = checkUri(topic) ?? (isReservedUri(topic) ? `topic "${topic}" is reserved` : undefined);
  if (fault !== undefined) throw new MetaRefusal("wamp.error.invalid_uri", fault);
  if (!caller.role.decide("publish", topic).allowed) {
    throw new MetaRefusal("wamp.error.not_authorized", refusalText(caller, "publish", topic));
  }
  const args = request.args[1] ?? [];
  const kwargs = dictOf(request.args[2] ?? {});
  const options = dictOf(request.kwargs.publish_options ?? {});
  if (!Array.isArray(args)) throw invalid("argument 1 is not a list");
  if (kwargs === undefined) throw invalid("argument 2 is not a dict");
  if (options === undefined) throw invalid("keyword argument publish_options is not a dict");
  const optionProblem = optionFault("PUBLISH", options);
  if (optionProblem !== undefined) throw invalid(optionProblem);
  const { testamentsPerSession } = parts.limits;
  if (caller.testaments.length >= testamentsPerSession) {
    throw new MetaRefusal(
      "wamp.error.unavailable",
      `the session has ${testamentsPerSession} testaments, which is the limit`,
    );
  }
  const sizeBytes = caller.testaments.reduce(
    (sum, testament) => sum + testament.sizeBytes,
    request.sizeBytes,
  );
  if (sizeBytes > parts.limits.testamentBytes) {
    throw new MetaRefusal(
      "wamp.error.unavailable",
      `the testaments of the session would have more than ${parts.limits.testamentBytes} bytes`,
    );
  }
  const payload = Object.keys(kwargs).length === 0
    ? { kind: "values" as const, args }
    : { kind: "values" as const, args, kwargs };
  caller.testaments.push({
    scope: scopeOf(request.kwargs.scope),
    topic,
    payload,
    options,
    sizeBytes: request.sizeBytes,
  });
  return { value: null };
}

function scopeOf(scope: unknown): TestamentScope {
  if (scope === undefined || scope === null) return "destroyed";
  if (scope === "destroyed" || scope === "detached") return scope;
  throw invalid("scope is neither destroyed nor detached");
}
