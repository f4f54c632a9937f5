/** A call of one of the router's own procedures, as its handlers see it (spec 6). @module */
import { Float } from "../../internal/float.ts";
import { checkUri, type MatchPolicy } from "../../wamp/uri.ts";
import type { Broker } from "./broker.ts";
import type { RealmParts } from "./realm_parts.ts";
import type { Registrar } from "./registrar.ts";
import { dictOf, type Session } from "./session.ts";

/** What the meta API sees of its realm. */
export interface MetaView {
  /** Joined sessions by id, internal ones included. */
  readonly sessions: ReadonlyMap<number, Session>;
  /** Subscriptions. */
  readonly broker: Broker;
  /** Registrations. */
  readonly registrar: Registrar;
}

/** What a handler answers. */
export interface MetaReply {
  /** The one result. */
  readonly value: unknown;
  /** What happens once the reply is queued. */
  readonly then?: () => void;
}

/** Answers one procedure. Throws a `MetaRefusal` to answer with an ERROR. */
export type MetaHandler = (request: MetaRequest) => MetaReply;

/** Becomes an ERROR to the caller. */
export class MetaRefusal extends Error {
  /** Error URI. */
  readonly uri: string;
  /** Keyword values of the ERROR. */
  readonly kwargs: Readonly<Record<string, unknown>> | undefined;

  /** Makes a refusal. */
  constructor(uri: string, text: string, kwargs?: Readonly<Record<string, unknown>>) {
    super(text);
    this.name = "MetaRefusal";
    this.uri = uri;
    this.kwargs = kwargs;
  }
}

/** Arguments of a call, read with checks. */
export class MetaRequest {
  /** Who calls. */
  readonly caller: Session;
  /** The realm. */
  readonly view: MetaView;
  /** Clock, limits and so on. */
  readonly parts: RealmParts;
  /** Positional arguments. */
  readonly args: readonly unknown[];
  /** Keyword arguments. */
  readonly kwargs: Readonly<Record<string, unknown>>;

  /** What the arguments are reckoned at. */
  readonly sizeBytes: number;

  /** Made by `MetaApi`. */
  constructor(
    realm: { view: MetaView; parts: RealmParts },
    call: {
      caller: Session;
      args: readonly unknown[];
      kwargs: Readonly<Record<string, unknown>>;
      sizeBytes: number;
    },
  ) {
    this.sizeBytes = call.sizeBytes;
    this.view = realm.view;
    this.parts = realm.parts;
    this.caller = call.caller;
    this.args = call.args;
    this.kwargs = call.kwargs;
  }

  /** An argument that must be an id. */
  id(at: number): number {
    const given = this.args[at];
    // JavaScript codecs write large ids as floats.
    const value = given instanceof Float ? given.value : given;
    if (typeof value !== "number" || !Number.isInteger(value) || value < 0) {
      throw invalid(`argument ${at} is not an id`);
    }
    return value;
  }

  /** An argument that must be a string. */
  text(at: number): string {
    const value = this.args[at];
    if (typeof value !== "string") throw invalid(`argument ${at} is not a string`);
    return value;
  }

  /** A keyword argument that must be a string when it is there. */
  textKeyword(key: string): string | undefined {
    const value = this.kwargs[key];
    if (value === undefined || value === null) return undefined;
    if (typeof value !== "string") throw invalid(`keyword argument ${key} is not a string`);
    return value;
  }

  /** The keyword argument `reason`, which must be a URI. */
  reason(fallback: string): string {
    const reason = this.textKeyword("reason") ?? fallback;
    const fault = checkUri(reason);
    if (fault !== undefined) throw new MetaRefusal("wamp.error.invalid_uri", fault);
    return reason;
  }

  /** The match in the options dict of a lookup. */
  match(at: number): MatchPolicy {
    const options = this.args[at];
    if (options === undefined || options === null) return "exact";
    const match = dictOf(options)?.match ?? (dictOf(options) === undefined ? 0 : "exact");
    if (match === "exact" || match === "prefix" || match === "wildcard") return match;
    throw invalid(`argument ${at} is not an options dict with match exact, prefix or wildcard`);
  }

  /** The sessions that can be seen: not those of the router itself. */
  sessions(): Session[] {
    return [...this.view.sessions.values()].filter((session) => !session.internal);
  }

  /** A session that can be seen. */
  session(id: number): Session {
    const session = this.view.sessions.get(id);
    if (session === undefined || session.internal) {
      throw new MetaRefusal("wamp.error.no_such_session", `no session with ID ${id} exists on this router`);
    }
    return session;
  }
}

/** Makes the refusal of an argument. */
export function invalid(text: string): MetaRefusal {
  return new MetaRefusal("wamp.error.invalid_argument", text);
}

/** Sorts ids by match, as the `list` procedures answer. */
export function idsByMatch(
  entries: Iterable<{ readonly id: number; readonly match: MatchPolicy }>,
): Readonly<Record<MatchPolicy, readonly number[]>> {
  const lists: Record<MatchPolicy, number[]> = { exact: [], prefix: [], wildcard: [] };
  for (const { id, match } of entries) lists[match].push(id);
  return lists;
}
