/** Uses every WAMP feature that matters to OCS through a JavaScript library, and tells what it saw. @module */
import { untilTrue, within } from "../../helpers/until.ts";
import {
  AnswerError,
  type FeatureSession,
  type Join,
  RequestFailed,
  type SeenEvent,
  type Values,
  type WireOptions,
} from "./session.ts";

/** What was seen, by feature. Ids and times never appear in it. */
export type Seen = Record<string, unknown>;

const WAIT_MS = 3_000;
const ACKNOWLEDGE = { acknowledge: true };

// deno-fmt-ignore
const VALUES: readonly unknown[] = [
  0, 1, -1, 0.5, -0, 1.5, 1e16, 1e300, 2 ** 31, 2 ** 32, 2 ** 53 - 1, NaN, Infinity, -Infinity,
  null, true, false, "", "text", "é€🔭", "\0", "\0AAE=", new Uint8Array(), new Uint8Array([0, 1, 255]), [], {},
  [1, 1.5, [2, 2.5]], { a: { b: [null] } }, { "": 0 }, 2n ** 53n + 1n,
];

/** Kind and value as text, so that JSON on standard output cannot hide a difference. */
export function described(value: unknown): string {
  if (value instanceof ArrayBuffer) return described(new Uint8Array(value));
  if (value instanceof Uint8Array) return `bytes ${new Uint8Array(value).toHex()}`;
  if (Array.isArray(value)) return `[${value.map(described).join(", ")}]`;
  if (value instanceof Map) return described(Object.fromEntries(value));
  if (typeof value === "object" && value !== null) {
    const entries = Object.entries(value).sort(([a], [b]) => a < b ? -1 : 1);
    return `{${entries.map(([key, entry]) => `${JSON.stringify(key)}: ${described(entry)}`).join(", ")}}`;
  }
  if (typeof value === "string") return `string ${JSON.stringify(value)}`;
  if (Object.is(value, -0)) return "number -0";
  return value === null || value === undefined ? String(value) : `${typeof value} ${value}`;
}

const values = (...args: unknown[]): Values => ({ args, kwargs: {} });

/** One part of the script, with two sessions of its own and the prefix of all its URIs. */
interface Part {
  readonly a: FeatureSession;
  readonly b: FeatureSession;
  readonly out: Seen;
  readonly name: (rest: string) => string;
  readonly relative: (uri: unknown) => unknown;
  readonly joinMore: () => Promise<FeatureSession>;
}

/** How a request failed; the text of the router is not compared, nor that of the library. */
async function failureOf(request: Promise<unknown>): Promise<unknown> {
  try {
    return { result: described(await within(request, WAIT_MS)) };
  } catch (error) {
    if (!(error instanceof RequestFailed)) {
      return { error: error instanceof Error ? error.name : String(error) };
    }
    if (error.uri === "") return { error: "refused by the library itself" };
    return {
      error: error.uri,
      values: error.uri.startsWith("wamp.") ? "text" : [error.values.args, error.values.kwargs],
    };
  }
}

async function errorOf(request: Promise<unknown>): Promise<unknown> {
  const failure = await failureOf(request);
  return typeof failure === "object" && failure !== null && "error" in failure ? failure.error : failure;
}

async function listen({ relative }: Part, session: FeatureSession, topic: string, options: WireOptions = {}) {
  const seen: unknown[] = [];
  const raw: SeenEvent[] = [];
  const subscription = await session.subscribe(topic, (event) => {
    raw.push(event);
    seen.push({
      args: described(event.args),
      kwargs: described(event.kwargs),
      // For an exact subscription a router need not tell the topic.
      ...(options["match"] === undefined ? {} : { topic: relative(event.topic) }),
      retained: event.retained,
    });
  }, options);
  const count = async (wanted: number) => {
    await untilTrue(() => seen.length >= wanted, { timeoutMs: WAIT_MS }).catch(() =>
      seen.push("only these came")
    );
    return [...seen];
  };
  return { ...subscription, raw, seen, count };
}

async function publications(part: Part) {
  const { a, b, out, name } = part;
  const exact = await listen(part, b, name("p.exact"));
  const prefix = await listen(part, b, name("p"), { match: "prefix" });
  const wildcard = await listen(part, b, name(".exact"), { match: "wildcard" });
  // As recorders and web clients subscribe to all feeds; some libraries refuse it themselves.
  const end = await listen(part, b, name("p."), { match: "wildcard" }).catch(() => undefined);
  const id = await a.publish(name("p.exact"), { args: [1, "two"], kwargs: { key: [3] } }, ACKNOWLEDGE);
  out["publish acknowledged"] = Number(id) > 0;
  await a.publish(name("p.other"), values(4));
  out["event exact"] = await exact.count(1);
  out["event prefix"] = await prefix.count(2);
  out["event wildcard"] = await wildcard.count(1);
  out["event wildcard at the end"] = end === undefined ? "refused by the library itself" : await end.count(2);
  await a.publish(name("p.exact"), { args: [], kwargs: { key: 5 } });
  await a.publish(name("p.exact"), values());
  out["publish kwargs only, publish nothing"] = (await exact.count(3)).slice(1);
  out["unsubscribe"] = await errorOf(prefix.unsubscribe());
  await a.publish(name("p.exact"), values("after"));
  await exact.count(4);
  out["no event after unsubscribe"] =
    prefix.seen.filter((event) => JSON.stringify(event).includes("after")).length;
  out["publish wamp."] = await errorOf(a.publish("wamp.x", values(), ACKNOWLEDGE));
  out["publish bad uri"] = await errorOf(a.publish(name("p..x y#"), values(), ACKNOWLEDGE));
}

/** Who gets a publication; the last one of each round is for all, so nothing has to be waited out. */
async function receivers(part: Part) {
  const { a, b, out, name, joinMore } = part;
  const mine = await listen(part, a, name("r"));
  const theirs = await listen(part, b, name("r"));
  const rounds: Record<string, WireOptions> = {
    "default": {},
    "exclude_me false": { exclude_me: false },
    "eligible b": { eligible: [b.id] },
    "eligible a, exclude_me false": { eligible: [a.id], exclude_me: false },
    "eligible nobody": { eligible: [] },
    "exclude b, exclude_me false": { exclude: [b.id], exclude_me: false },
    "eligible_authrole": { eligible_authrole: ["iocs_agent"], exclude_me: false },
    "exclude_authrole": { exclude_authrole: ["iocs_agent"], exclude_me: false },
    "eligible_authid b": { eligible_authid: [b.authid], exclude_me: false },
  };
  const refused: Record<string, unknown> = {};
  for (const [title, options] of Object.entries(rounds)) {
    try {
      await a.publish(name("r"), values(title), { ...ACKNOWLEDGE, ...options });
    } catch (error) {
      refused[title] = await errorOf(Promise.reject(error));
    }
  }
  // From a third session: not every library can send exclude_me=false.
  const c = await joinMore();
  await c.publish(name("r"), values("end"), ACKNOWLEDGE);
  await c.leave();
  const has = (events: readonly SeenEvent[], title: string) => events.some(({ args }) => args[0] === title);
  await untilTrue(() => has(mine.raw, "end") && has(theirs.raw, "end"), { timeoutMs: WAIT_MS });
  for (const title of Object.keys(rounds)) {
    const got = [...has(mine.raw, title) ? ["a"] : [], ...has(theirs.raw, title) ? ["b"] : []];
    out[`receivers: ${title}`] = refused[title] ?? got;
  }
}

async function calls(part: Part) {
  const { a, b, out, name, relative } = part;
  const call = (procedure: string, ...args: unknown[]) => a.call(procedure, values(...args)).result;
  const echo = await b.register(name("echo"), ({ args, kwargs }) => ({ args, kwargs }));
  await b.register(name("fail"), () => {
    throw new AnswerError("observatory.features.failed", { args: [1, "two"], kwargs: { key: 3 } });
  });
  await b.register(name("progress"), ({ args, progress }) => {
    for (let n = 0; n < Number(args[0]); n++) progress?.(n);
    return values("done");
  });
  out["call one value"] = described(await call(name("echo"), 1));
  out["call several values"] = described(
    await a.call(name("echo"), { args: [1, "two"], kwargs: { key: 3 } }).result,
  );
  out["call nothing"] = described(await call(name("echo")));
  out["call oneself"] = described(await b.call(name("echo"), values("me")).result);
  out["call error"] = await failureOf(call(name("fail")));
  out["call unknown"] = await failureOf(call(name("unknown")));
  out["register twice"] = await errorOf(a.register(name("echo"), () => values()));
  out["register wamp."] = await errorOf(a.register("wamp.x", () => values()));
  const steps: string[] = [];
  const onProgress = (result: Values) => void steps.push(described(result.args));
  const final = await within(a.call(name("progress"), values(3), { onProgress }).result, WAIT_MS);
  out["call progress"] = [steps, described(final.args)];
  await a.register(name("shared"), () => values("a"), { invoke: "roundrobin" });
  await b.register(name("shared"), () => values("b"), { invoke: "roundrobin" });
  out["register roundrobin"] = [
    described((await call(name("shared"))).args),
    described((await call(name("shared"))).args),
  ].sort();
  const tell = ({ procedure }: { procedure: unknown }) => values(relative(procedure));
  await b.register(name(".wild"), tell, { match: "wildcard" });
  await b.register(name("pre"), tell, { match: "prefix" });
  out["register wildcard"] = described(await call(name("any.wild")));
  out["register prefix"] = described(await call(name("prefix.any")));
  await echo.unregister();
  out["call unregistered"] = await errorOf(call(name("echo")));
  out["call bad uri"] = await errorOf(call(name("x y#")));
}

async function cancelling({ a, b, out, name }: Part) {
  const arrived = Promise.withResolvers<void>();
  const release = Promise.withResolvers<void>();
  await b.register(name("fast"), () => values("answered"));
  await b.register(name("hang"), async () => {
    arrived.resolve();
    await release.promise;
    return values("late");
  });
  const pending = a.call(name("hang"), values());
  const failure = failureOf(pending.result);
  await within(arrived.promise, WAIT_MS);
  pending.cancel();
  out["cancel"] = await failure;
  // Whatever the router had to say about it has come before this answer.
  out["caller after cancel"] = await failureOf(a.call(name("fast"), values()).result);
  release.resolve();
  out["caller and callee after the late answer"] = [
    await failureOf(a.call(name("fast"), values()).result),
    await failureOf(b.call(name("fast"), values()).result),
  ];
}

async function retained(part: Part) {
  const { a, b, out, name } = part;
  await a.publish(name("kept"), values("old"), { ...ACKNOWLEDGE, retain: true });
  await a.publish(name("kept"), values("new"), { ...ACKNOWLEDGE, retain: true });
  out["retained"] = await (await listen(part, b, name("kept"), { get_retained: true })).count(1);
}

async function meta(part: Part) {
  const { a, b, out, name, relative, joinMore } = part;
  const call = async (procedure: string, ...args: unknown[]) =>
    (await a.call(procedure, values(...args)).result).args[0];
  const ids = await call("wamp.session.list");
  out["meta count is the list's length"] = Array.isArray(ids) &&
    ids.length === await call("wamp.session.count");
  out["meta list holds both"] = Array.isArray(ids) && ids.includes(a.id) && ids.includes(b.id);
  out["meta get unknown"] = await errorOf(call("wamp.session.get", 1));
  const joins = await listen(part, a, "wamp.session.on_join");
  const leaves = await listen(part, a, "wamp.session.on_leave");
  const c = await joinMore();
  await joins.count(1);
  await c.leave();
  await leaves.count(1);
  out["meta on_join"] = new RegExp(`"session": \\w+ ${c.id}\\b`).test(described(joins.raw[0]?.args[0]));
  out["meta on_leave"] = String(leaves.raw[0]?.args[0]) === String(c.id);
  await b.register(name("here"), () => values());
  const known = await call("wamp.registration.lookup", name("here"));
  out["meta registration get"] = relative(
    /"uri": string "([^"]*)"/.exec(described(await call("wamp.registration.get", known)))?.[1],
  );
  out["meta registration match"] = known === await call("wamp.registration.match", name("here"));
  out["meta callees"] = described(await call("wamp.registration.list_callees", known)) === described([b.id]);
}

/** Every value through a call and back, and through an event; what each session saw. */
async function fidelity(part: Part) {
  const { a, b, out, name } = part;
  let asCallee = "";
  await b.register(name("fidelity"), ({ args }) => {
    asCallee = described(args[0]);
    return values(args);
  });
  const events = await listen(part, b, name("values"));
  const rows: unknown[] = [];
  for (const value of VALUES) {
    try {
      const { args } = await within(a.call(name("fidelity"), values(value)).result, WAIT_MS);
      rows.push([described(value), asCallee, described(args[0])]);
      const before = events.seen.length;
      await a.publish(name("values"), values(value), ACKNOWLEDGE);
      await events.count(before + 1);
    } catch (error) {
      rows.push([described(value), error instanceof Error ? error.name : String(error)]);
      if (!a.alive || !b.alive) {
        rows.push("session lost");
        break;
      }
    }
  }
  out["values: sent, as callee, as caller"] = rows;
  out["values: as subscriber"] = events.raw.map(({ args }) => described(args[0]));
}

/** Runs all parts, each with sessions of its own, so that one that kills a session hides nothing else. */
export async function seeFeatures(join: Join, url: string, realm: string, serializer: string): Promise<Seen> {
  const out: Seen = {};
  const parts = { publications, receivers, fidelity, calls, cancelling, retained, meta };
  for (const [title, run] of Object.entries(parts)) {
    const prefix = `observatory.features${Deno.pid}${title}`;
    const joinMore = () => within(join(url, realm, serializer), WAIT_MS, "joining");
    const a = await joinMore();
    const b = await joinMore();
    out["join"] = [a.authrole, a.subprotocol];
    const relative = (uri: unknown) => typeof uri === "string" ? uri.replace(prefix, "") : uri ?? null;
    try {
      const part = { a, b, out, name: (rest: string) => `${prefix}.${rest}`, relative, joinMore };
      // A library may simply never answer; that is a result, too.
      await within(run(part), 4 * WAIT_MS, "the end of the part");
    } catch (error) {
      out[`part ${title} broke off`] = String(error);
    }
    out[`part ${title} leaves alive`] = [...a.alive ? ["a"] : [], ...b.alive ? ["b"] : []];
    for (const session of [a, b]) await within(session.leave(), WAIT_MS).catch(() => {});
  }
  return out;
}
