import assert from "node:assert/strict";
import { deriveKey, wampcraSignature } from "../../../router/core/authentication.ts";
import { ocsRealm } from "../../../router/core/ocs_realm.ts";
import type { PermissionConfig, RouterCoreOptions } from "../../../router/core/options.ts";
import { Role, unstarred } from "../../../router/core/permissions.ts";
import type { Dict } from "../../../wamp/message.ts";
import { RouterCore } from "../../../router/core/router_core.ts";
import { ManualClock } from "../../../internal/manual_clock.ts";
import { ALL_ROLES, argsOf, makeCore, TestPeer } from "./harness.ts";

/** The vector of appendix B of the wire specification. */
const CHALLENGE =
  '{"authid":"peter","authrole":"lab","authmethod":"wampcra","authprovider":"static","nonce":"n0nce","timestamp":"2025-01-01T00:00:00.000Z","session":123456789}';

const PATHS: RouterCoreOptions["authentication"] = {
  "/ws": {
    ticket: { principals: { peter: { ticket: "t0p secret", role: "iocs_agent" } } },
    wampcra: {
      users: {
        plain: { secret: "secret1", role: "iocs_agent" },
        ghost: { secret: "x", role: "no_such_role" },
      },
    },
  },
  "/salted": {
    wampcra: {
      users: {
        salted: { secret: "secret1", role: "iocs_agent", salt: "salt123", iterations: 1000, keylen: 32 },
        derived: {
          secret: "64xfzBvZhGDT7PB0bQwDeI8/WR1M9x6Cw5dt0yP9koc=",
          derived: true,
          role: "iocs_agent",
          salt: "salt123",
        },
      },
    },
  },
  "/both": {
    anonymous: { role: "iocs_controller" },
    ticket: { principals: { peter: { ticket: "t0p secret", role: "iocs_agent" } } },
  },
};

function hello(a: TestPeer, details: Dict): void {
  a.send({ type: 1, realm: "test_realm", details: { roles: ALL_ROLES, ...details } });
}

Deno.test("R81: the right ticket joins with the principal's role", () => {
  const a = makeCore({ authentication: PATHS }).peer();
  hello(a, { authmethods: ["ticket"], authid: "peter" });
  const challenge = a.take(4);
  assert.deepEqual([challenge.method, { ...challenge.extra }], ["ticket", {}]);
  a.send({ type: 5, signature: "t0p secret", extra: {} });
  const { details } = a.take(2);
  assert.deepEqual(
    [details.authid, details.authrole, details.authmethod, details.authprovider],
    ["peter", "iocs_agent", "ticket", "static"],
  );
});

Deno.test("R81: a wrong ticket and an unknown authid get the same answers", () => {
  const answers = ["peter", "nobody", "constructor", "__proto__", ""].map((authid) => {
    const { peer, core, log } = makeCore({ authentication: PATHS });
    const a = peer();
    hello(a, { authmethods: ["ticket"], authid });
    const challenge = a.take(4);
    a.send({ type: 5, signature: "guess", extra: {} });
    const abort = a.take(3);
    assert.equal(abort.reason, "wamp.error.authentication_failed");
    assert.equal(a.closeCode(), 1000);
    assert.equal(core.counters.authenticationFailures, 1);
    assert.match(log.lines.join(), /Authentication failed: tcp4:127.0.0.1:40000/);
    assert(!log.lines.join().includes("guess"), "a log never holds a secret");
    return { challenge, abort };
  });
  for (const answer of answers) assert.deepEqual(answer, answers[0]);
});

Deno.test("R82: deriveKey() and wampcraSignature() give the published vectors", () => {
  assert.equal(wampcraSignature("secret1", CHALLENGE), "RpcM+gH4Z0MS0xqdXimBtDXoTHxeuMEjzupQlfGhBDQ=");
  const key = deriveKey("secret1", { salt: "salt123", iterations: 1000, keylen: 32 });
  assert.equal(key, "64xfzBvZhGDT7PB0bQwDeI8/WR1M9x6Cw5dt0yP9koc=");
  assert.equal(wampcraSignature(key, CHALLENGE), "6uQSWsrzrRV5dfx976/uzN+bVtxptpHD3oDA2HydF68=");
});

Deno.test("R82: wampcra joins with the right signature: unsalted, salted, and with a stored derived key", () => {
  const derived = "64xfzBvZhGDT7PB0bQwDeI8/WR1M9x6Cw5dt0yP9koc=";
  for (
    const [path, authid, key] of [["/ws", "plain", "secret1"], ["/salted", "salted", derived], [
      "/salted",
      "derived",
      derived,
    ]] as const
  ) {
    const a = makeCore({ authentication: PATHS }).peer({ path });
    hello(a, { authmethods: ["wampcra"], authid });
    const { method, extra } = a.take(4);
    assert.equal(method, "wampcra");
    if (path === "/salted") {
      assert.deepEqual([extra.salt, extra.iterations, extra.keylen], ["salt123", 1000, 32]);
    } else assert.deepEqual(Object.keys(extra), ["challenge"]);
    const challenge = String(extra.challenge);
    const told: Record<string, unknown> = JSON.parse(challenge);
    assert.deepEqual([told.authid, told.authmethod, told.authrole], [authid, "wampcra", "iocs_agent"]);
    a.send({ type: 5, signature: wampcraSignature(key, challenge), extra: {} });
    const welcome = a.take(2);
    assert.equal(welcome.session, told.session);
    assert.equal(welcome.details.authmethod, "wampcra");
  }
});

Deno.test("R82: wampcra refuses a wrong signature; an unknown name gets a challenge of the same shape each time", () => {
  for (const path of ["/ws", "/salted"]) {
    const core = makeCore({ authentication: PATHS });
    const shape = (authid: string) => {
      const a = core.peer({ path });
      hello(a, { authmethods: ["wampcra"], authid });
      const { extra } = a.take(4);
      a.send({ type: 5, signature: wampcraSignature("wrong", String(extra.challenge)), extra: {} });
      assert.equal(a.take(3).reason, "wamp.error.authentication_failed");
      const { nonce, session, authid: told, ...rest } = JSON.parse(String(extra.challenge));
      assert.equal(told, authid);
      assert(nonce.length === 32 && session > 0);
      return { rest, keys: Object.keys(extra), salt: extra.salt };
    };
    const known = shape(path === "/ws" ? "plain" : "salted");
    const unknown = shape("nobody");
    assert.deepEqual(unknown.rest, known.rest);
    assert.deepEqual(unknown.keys, known.keys);
    assert.equal(String(unknown.salt).length, String(known.salt).length);
    assert.deepEqual(shape("nobody"), unknown, "a salt that changes would give the name away");
  }
});

Deno.test("R82: AUTHENTICATE after 10 s is too late; other messages meanwhile are violations", () => {
  const { peer, clock } = makeCore({ authentication: PATHS });
  const a = peer();
  hello(a, { authmethods: ["ticket"], authid: "peter" });
  a.take(4);
  clock.tick(10_000);
  assert.equal(a.take(3).reason, "wamp.error.authentication_failed");
  assert.equal(a.closeCode(), 1000);
  a.send({ type: 5, signature: "t0p secret", extra: {} });
  a.expectNothing();

  const b = peer();
  hello(b, { authmethods: ["ticket"], authid: "peter" });
  b.take(4);
  b.publish("observatory.t");
  b.expectViolation(/PUBLISH is not allowed between CHALLENGE and AUTHENTICATE/);

  const c = peer();
  hello(c, { authmethods: ["ticket"], authid: "peter" });
  c.take(4);
  c.send({ type: 6, details: {}, reason: "wamp.close.normal" });
  c.expectNothing();
  assert.equal(c.closeCode(), 1000);
});

Deno.test("R81: after 10 failures in a minute from one host each further one is told 1 s later", () => {
  const { peer, clock } = makeCore({ authentication: PATHS });
  const attempt = (port: number, host = "10.0.0.9") => {
    const a = peer({ address: `tcp4:${host}:${port}` });
    hello(a, { authmethods: ["ticket"], authid: "peter" });
    a.take(4);
    a.send({ type: 5, signature: "guess", extra: {} });
    return a;
  };
  for (let i = 0; i < 10; i++) attempt(1000 + i).take(3);
  const slowed = attempt(2000);
  slowed.send({ type: 5, signature: "t0p secret", extra: {} });
  slowed.expectNothing();
  clock.tick(999);
  slowed.expectNothing();
  clock.tick(1);
  slowed.take(3);
  attempt(1, "10.0.0.10").take(3);
  clock.tick(60_000);
  attempt(3000).take(3);
  assert.equal(clock.pending, 0);
});

Deno.test("R84: the first offered method that is configured is taken, unknown names are skipped", () => {
  for (
    const [authmethods, method] of [
      [["scram", "ticket", "anonymous"], "ticket"],
      [["x", "anonymous", "ticket"], "anonymous"],
      [undefined, "anonymous"],
      [["wampcra", "ticket"], "ticket"],
    ] as const
  ) {
    const a = makeCore({ authentication: PATHS }).peer({ path: "/both" });
    hello(a, authmethods === undefined ? {} : { authmethods, authid: "peter" });
    if (method === "ticket") assert.equal(a.take(4).method, "ticket");
    else assert.equal(a.take(2).details.authrole, "iocs_controller");
  }
});

Deno.test("R84: when no offered method is configured the answer is no_auth_method", () => {
  for (const authmethods of [undefined, ["anonymous"], ["cookie", "tls"], []]) {
    const a = makeCore({ authentication: PATHS }).peer();
    hello(a, authmethods === undefined ? {} : { authmethods });
    assert.equal(a.take(3).reason, "wamp.error.no_auth_method");
    assert.equal(a.closeCode(), 1000);
  }
});

Deno.test("R84: a role that the realm does not have is refused with no_such_role", () => {
  const { peer } = makeCore({ authentication: { ...PATHS, "/none": {} } });
  const a = peer();
  hello(a, { authmethods: ["wampcra"], authid: "ghost" });
  a.send({ type: 5, signature: wampcraSignature("x", String(a.take(4).extra.challenge)), extra: {} });
  assert.deepEqual(a.take(3), {
    type: 3,
    details: { message: 'realm "test_realm" has no role "no_such_role"' },
    reason: "wamp.error.no_such_role",
  });
});

Deno.test("R85: OCS agents may do everything below the root and nothing outside; the bridge may not register", () => {
  const { peer } = makeCore({
    authentication: { ...PATHS, "/agent": { anonymous: { role: "iocs_agent" } } },
  });
  const agent = peer({ path: "/agent" }).join();
  const bridge = peer({ path: "/both" }).join();
  agent.register("observatory.p");
  agent.subscribe("observatory.t");
  for (const procedure of ["other.p", "observatory", "observatoryx.p"]) {
    agent.send({ type: 64, request: 1, options: {}, procedure });
    assert.equal(agent.takeError(64, 1), "wamp.error.not_authorized");
  }
  bridge.send({ type: 64, request: 2, options: {}, procedure: "observatory.q" });
  const refusal = bridge.take(8);
  assert.equal(refusal.error, "wamp.error.not_authorized");
  const text = String(argsOf(refusal.payload)[0]);
  assert(text.startsWith(`session (session_id=${bridge.id}, authid="`));
  assert(
    text.endsWith(
      'authrole="iocs_controller") is not authorized to register procedure "observatory.q" on realm "test_realm"',
    ),
  );
  bridge.call("observatory.p");
  agent.take(68);
});

Deno.test("R86: not_authorized comes before no_such_procedure, and an unacknowledged publish vanishes", () => {
  const { agent, core } = makeCore();
  const a = agent();
  a.call("elsewhere.missing");
  const error = a.take(8);
  assert.equal(error.error, "wamp.error.not_authorized");
  assert.match(
    String(argsOf(error.payload)[0]),
    /is not authorized to call procedure "elsewhere.missing" on realm "test_realm"$/,
  );
  a.call("observatory.missing");
  assert.equal(a.takeError(48), "wamp.error.no_such_procedure");
  a.publish("elsewhere.t");
  a.expectNothing();
  a.publish("elsewhere.t", [], { acknowledge: true });
  assert.equal(a.takeError(16), "wamp.error.not_authorized");
  assert.equal(core.counters.droppedPublications, 1);
});

Deno.test("R87: a pattern is judged by its text", () => {
  const a = makeCore().agent();
  for (const [topic, match] of [["observatory..feeds.", "wildcard"], ["observatory.", "prefix"]]) {
    a.subscribe(topic ?? "", { match });
  }
  for (
    const [topic, match] of [["..feeds.", "wildcard"], ["", "prefix"], ["obs", "prefix"], [".", "wildcard"]]
  ) {
    a.send({ type: 32, request: 1, options: { match }, topic: topic ?? "" });
    assert.equal(a.takeError(32, 1), "wamp.error.not_authorized");
  }
});

const call = { call: true };
const ENTRIES: readonly PermissionConfig[] = [
  { uri: "a.", match: "prefix", allow: call },
  { uri: "a.b.", match: "prefix", allow: {} },
  { uri: "a.b.c", match: "exact", allow: call },
  { uri: "w..z", match: "wildcard", allow: call },
  { uri: "w.", match: "prefix", allow: {} },
  { uri: "w.b.z", match: "wildcard", allow: {} },
  { uri: "s.t.*", allow: call },
  { uri: "s.*.v", allow: call },
  { uri: "s.x", allow: call },
  { uri: "none." },
  { uri: "none.*" },
];
for (
  const [uri, allowed] of [
    ["a.x", true],
    ["a.", true],
    ["a", false],
    ["a.b.x", false],
    ["a.b.c", true],
    ["a.b.cd", false],
    ["w.y.z", true],
    ["w.b.z", false],
    ["w.y.y", false],
    ["s.t.u", true],
    ["s.t", false],
    ["s.u.v", true],
    ["s.x", true],
    ["s.x.y", false],
    ["none.x", false],
    ["", false],
  ] as const
) {
  Deno.test(`R88: of exact, wildcard, prefix and starred entries, "${uri}" is ${allowed ? "" : "not "}allowed`, () => {
    const role = new Role({ name: "r", permissions: ENTRIES }, 3);
    for (let again = 0; again < 2; again++) {
      assert.equal(role.decide("call", uri).allowed, allowed);
      assert.equal(role.decide("register", uri).allowed, false);
    }
  });
}

Deno.test("R88: unstarred() reads crossbar's starred form", () => {
  assert.deepEqual(unstarred({ uri: "a.b.*" }), { uri: "a.b.", match: "prefix" });
  assert.deepEqual(unstarred({ uri: "a.*.c" }), { uri: "a..c", match: "wildcard" });
  assert.deepEqual(unstarred({ uri: "*" }), { uri: "", match: "prefix" });
  assert.deepEqual(unstarred({ uri: "a.b" }), { uri: "a.b", match: "exact" });
  assert.deepEqual(unstarred({ uri: "a*", match: "exact" }), { uri: "a*", match: "exact" });
});

Deno.test("R88: the role trusted may do everything, whatever its entries say", () => {
  const role = new Role({ name: "trusted", permissions: [{ uri: "*" }] }, 10);
  assert(role.decide("call", "wamp.session.count").allowed);
  assert(role.takeover);
});

Deno.test("ocsRealm() has the two roles of OCS's template", () => {
  const realm = ocsRealm({ realm: "r", addressRoot: "root" });
  assert.deepEqual(realm.roles.map(({ name }) => name), ["iocs_agent", "iocs_controller"]);
  const [agent, controller] = realm.roles.map((role) => new Role(role, 10));
  assert.equal(agent?.decide("register", "root.x").allowed, true);
  assert.equal(controller?.decide("register", "root.x").allowed, false);
  assert.equal(controller?.decide("call", "root.x").allowed, true);
  assert.equal(controller?.decide("call", "root.x").discloseCaller, false);
});

Deno.test("R84: a path without a section takes anyone as role anonymous, an empty section nobody", () => {
  const clock = new ManualClock();
  const roles = [{ name: "anonymous", permissions: [] }];
  const core = new RouterCore({
    clock,
    realms: [{ name: "test_realm", roles }, { name: "bare", roles: [] }],
    authentication: { "/empty": {} },
  });
  const join = (realm: string, path: string) => {
    const a = new TestPeer(core, clock, { path });
    a.send({ type: 1, realm, details: { roles: ALL_ROLES } });
    return a;
  };
  assert.equal(join("test_realm", "/ws").take(2).details.authrole, "anonymous");
  assert.equal(join("bare", "/ws").take(3).reason, "wamp.error.no_such_role");
  assert.equal(join("test_realm", "/empty").take(3).reason, "wamp.error.no_auth_method");
});
