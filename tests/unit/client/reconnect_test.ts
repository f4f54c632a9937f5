import assert from "node:assert/strict";
import {
  type ConnectOptions,
  connectWamp,
  JoinError,
  type LeaveDetails,
  WampConnection,
} from "../../../client/mod.ts";
import { untilTrue } from "../../helpers/until.ts";
import { joinedPair } from "./joined_pair.ts";
import { ManualClock } from "../../../internal/manual_clock.ts";
import { RecordLogger } from "./record_logger.ts";
import { ScriptedRouter } from "./scripted_router.ts";

function connect(router: ScriptedRouter, options: Partial<ConnectOptions> = {}): WampConnection {
  return new WampConnection({
    url: "ws://router.test/ws",
    realm: "test_realm",
    openTransport: router.openTransport,
    random: () => 0.5,
    ...options,
  });
}

Deno.test("C19: procedures and subscriptions are renewed in the order of first use, before onJoin", async () => {
  const joins: (number | undefined)[] = [];
  const leaves: LeaveDetails[] = [];
  await using pair = await joinedPair({
    random: () => 0,
    onJoin: (session) => joins.push(session.id),
    onLeave: (leave) => leaves.push(leave),
  });
  const { client, peer, router } = pair;
  const uses = [
    client.register("a.ops", () => 1),
    client.subscribe("x", () => {}),
    client.register("a", () => 2, { match: "prefix", invoke: "roundrobin", forceReregister: true }),
    client.subscribe("y.", () => {}, { match: "prefix" }),
  ];
  for (let i = 1; i <= 4; i++) {
    const [type] = await peer.next();
    peer.send([type === 64 ? 65 : 33, i, 10 + i]);
  }
  await Promise.all(uses);
  peer.cut();
  const next = await router.accept();
  await next.welcome(4712);
  const renewed = [await next.next(), await next.next(), await next.next(), await next.next()];
  assert.deepEqual(renewed, [
    [64, 1, {}, "a.ops"],
    [32, 2, {}, "x"],
    [64, 3, { match: "prefix", invoke: "roundrobin", force_reregister: true }, "a"],
    [32, 4, { match: "prefix" }, "y."],
  ]);
  assert.deepEqual(joins, [4711]);
  for (const [type, request] of renewed) next.send([type === 64 ? 65 : 33, request, 50 + Number(request)]);
  await client.joined();
  assert.deepEqual(joins, [4711, 4712]);
  assert.deepEqual(leaves.map(({ reason }) => reason), ["wamp.close.transport_lost"]);
  next.send([68, 1, 51, {}]);
  assert.deepEqual(await next.expect(70), [70, 1, {}, [1]]);
  next.cut();
});

Deno.test("C19: joined() in the moment of a loss waits for the next session", async () => {
  await using pair = await joinedPair({ random: () => 0 });
  const { client, peer, router } = pair;
  let there = false;
  // A call learns of the loss before the connection's listeners do.
  const lost = client.call("observatory.none").catch(() => {
    assert.equal(client.state, "waiting");
    return { joined: client.joined().then(() => there = true) };
  });
  await peer.expect(48);
  peer.cut();
  const next = await router.accept();
  assert.equal(there, false);
  await next.welcome(4712);
  const told = await lost;
  assert(typeof told === "object" && told !== null && "joined" in told);
  await told.joined;
  assert.equal(client.id, 4712);
});

Deno.test("C19: what was unsubscribed or unregistered while away is not renewed", async () => {
  await using pair = await joinedPair({ random: () => 0 });
  const { client, peer, router } = pair;
  const registered = client.register("a", () => 1);
  await peer.expect(64);
  peer.send([65, 1, 11]);
  const subscribed = client.subscribe("x", () => {});
  await peer.expect(32);
  peer.send([33, 2, 12]);
  const [registration, subscription] = [await registered, await subscribed];
  peer.cut();
  await Promise.all([registration.unregister(), subscription.unsubscribe()]);
  const next = await router.accept();
  await next.welcome(4712);
  await client.joined();
  void client.publish("fence");
  await next.expect(16);
  next.cut();
});

Deno.test("C20: a procedure that is taken on rejoin is tried until it is free, each refusal told with the router's text", async () => {
  const refused: string[] = [];
  const clock = new ManualClock();
  const router = new ScriptedRouter();
  const client = connect(router, {
    clock,
    onRegistrationRefused: (procedure, error) => refused.push(`${procedure}: ${error.message}`),
  });
  const peer = await router.accept();
  await peer.welcome();
  await client.joined();
  const registered = client.register("a", () => 1);
  await peer.expect(64);
  peer.send([65, 1, 11]);
  await registered;
  peer.cut();
  await untilTrue(() => client.state === "waiting");
  clock.tick(500);
  const next = await router.accept();
  await next.welcome(4712);
  for (const pauseMs of [250, 1000, 1500]) {
    const [, request] = await next.expect(64);
    const text = "register for already registered procedure 'a'";
    next.send([8, 64, request, {}, "wamp.error.procedure_already_exists", [text]]);
    await untilTrue(() => clock.pendingMs.includes(pauseMs), { what: `a pause of ${pauseMs} ms` });
    // The session is usable all the same.
    assert.equal(client.state, "joined");
    clock.tick(pauseMs);
  }
  const [, request] = await next.expect(64);
  next.send([65, request, 99]);
  next.send([68, 1, 99, {}]);
  assert.deepEqual(await next.expect(70), [70, 1, {}, [1]]);
  assert.equal(refused.length, 3);
  assert.match(refused[0] ?? "", /a: .*register for already registered procedure 'a'/);
  next.cut();
  await client.close();
});

Deno.test("C20: a procedure that is refused at first is refused to the caller, and not renewed", async () => {
  await using pair = await joinedPair({ random: () => 0 });
  const { client, peer, router } = pair;
  const registered = client.register("a", () => 1);
  await peer.expect(64);
  peer.send([8, 64, 1, {}, "wamp.error.procedure_already_exists", ["taken"]]);
  await assert.rejects(registered, /procedure_already_exists: taken/);
  peer.cut();
  const next = await router.accept();
  await next.welcome(4712);
  await client.joined();
  const again = client.register("a", () => 1);
  await next.expect(64);
  next.send([65, 1, 5]);
  await again;
  await assert.rejects(client.register("a", () => 1), /this connection has it already/);
  next.cut();
});

Deno.test("C5: the pauses between attempts grow, and begin again after 10 s of a session", async () => {
  const clock = new ManualClock();
  const router = new ScriptedRouter();
  const logger = new RecordLogger();
  router.refusal = new Error("Cannot connect: nobody is listening");
  const client = connect(router, { clock, logger });
  const pauses: number[] = [];
  for (let i = 0; i < 6; i++) {
    await untilTrue(() => clock.pending === 1 && router.attempts === i + 1);
    pauses.push(Math.round(clock.pendingMs[0] ?? NaN));
    if (i === 5) router.refusal = undefined;
    clock.tick(clock.pendingMs[0] ?? 0);
  }
  assert.deepEqual(pauses, [250, 1000, 1500, 2250, 3375, 5063]);
  for (const sessionMs of [9_000, 10_000]) {
    const peer = await router.accept();
    await peer.welcome();
    await client.joined();
    clock.tick(sessionMs);
    peer.cut();
    await untilTrue(() => client.state === "waiting" && clock.pending === 1);
    // Too short a session goes on with the row, a good one begins it anew.
    assert.equal(Math.round(clock.pendingMs[0] ?? NaN), sessionMs === 9_000 ? 7594 : 250);
    clock.tick(clock.pendingMs[0] ?? 0);
  }
  assert.equal(logger.matching(/warn: Cannot connect: nobody/).length, 1);
  await client.close();
});

Deno.test("C5: a missing realm is tried again and told once a minute", async () => {
  const clock = new ManualClock();
  const router = new ScriptedRouter();
  const logger = new RecordLogger();
  const failures: Error[] = [];
  const client = connect(router, { clock, logger, onAttemptFailed: (error) => failures.push(error) });
  for (let waited = 0; waited < 140_000;) {
    const peer = await router.accept();
    await peer.expect(1);
    peer.send([3, { message: 'no realm "test_realm" exists on this router' }, "wamp.error.no_such_realm"]);
    await untilTrue(() => client.state === "waiting" && clock.pending === 1);
    waited += clock.pendingMs[0] ?? 0;
    clock.tick(clock.pendingMs[0] ?? 0);
  }
  const told = logger.matching(/warn: .*no_such_realm \(no realm "test_realm" exists/);
  assert.equal(told.length, 3);
  assert.ok(failures.length > 8);
  assert.ok(failures[0] instanceof JoinError);
  assert.equal(failures[0].reason, "wamp.error.no_such_realm");
  await client.close();
});

Deno.test("C5: a refused authentication is tried again after a minute only", async () => {
  for (const reason of ["wamp.error.no_auth_method", "wamp.error.authentication_failed"]) {
    const clock = new ManualClock();
    const router = new ScriptedRouter();
    const client = connect(router, { clock });
    const peer = await router.accept();
    await peer.expect(1);
    peer.send([3, {}, reason]);
    await untilTrue(() => client.state === "waiting" && clock.pending === 1);
    assert.deepEqual(clock.pendingMs, [60_000]);
    await client.close();
  }
});

Deno.test("C22: GOODBYE is answered whatever its reason, told, and followed by a new session", async () => {
  for (
    const reason of [
      "wamp.close.system_shutdown",
      "wamp.close.killed",
      "wamp.error.close_realm",
      "anything.else",
    ]
  ) {
    const leaves: LeaveDetails[] = [];
    await using pair = await joinedPair({ random: () => 0, onLeave: (leave) => leaves.push(leave) });
    const call = assert.rejects(pair.client.call("p"), /transport_lost/);
    await pair.peer.expect(48);
    pair.peer.send([6, { message: "bye" }, reason]);
    pair.peer.send([36, 1, 1, {}]);
    assert.deepEqual(await pair.peer.expect(6), [6, {}, "wamp.close.goodbye_and_out"]);
    assert.equal((await pair.peer.closed).code, 1000);
    await call;
    const next = await pair.router.accept();
    await next.welcome(4712);
    await pair.client.joined();
    assert.deepEqual(leaves, [{ reason, message: "bye" }]);
    next.cut();
  }
});

Deno.test("C22: `reconnect` decides whether there is a new session", async () => {
  const asked: LeaveDetails[] = [];
  await using pair = await joinedPair({
    reconnect: (leave) => {
      asked.push(leave);
      return false;
    },
  });
  pair.peer.send([6, {}, "wamp.close.killed"]);
  await pair.peer.closed;
  await untilTrue(() => pair.client.state === "closed");
  assert.deepEqual(asked.map(({ reason }) => reason), ["wamp.close.killed"]);
  assert.equal(pair.router.attempts, 1);
  await assert.rejects(pair.client.joined(), /the connection is closed/);
});

Deno.test("C22: ABORT within a session ends it, and the client comes back", async () => {
  await using pair = await joinedPair({ random: () => 0 });
  pair.peer.send([3, { message: "too bad" }, "wamp.error.protocol_violation"]);
  await pair.peer.closed;
  const next = await pair.router.accept();
  await next.welcome(4712);
  await pair.client.joined();
  assert.equal(
    pair.logger.matching(/error: The router aborted the session: .*protocol_violation too bad/).length,
    1,
  );
  next.cut();
});

Deno.test("C23: close() says GOODBYE, waits for the answer and closes with 1000", async () => {
  const pair = await joinedPair();
  const closed = pair.client.close();
  assert.deepEqual(await pair.peer.expect(6), [6, {}, "wamp.close.normal"]);
  pair.peer.send([6, {}, "wamp.close.goodbye_and_out"]);
  assert.equal((await pair.peer.closed).code, 1000);
  await closed;
  assert.equal(pair.client.state, "closed");
});

Deno.test("C23: close() is done when the router only closes", async () => {
  const pair = await joinedPair();
  const closed = pair.client.close();
  await pair.peer.expect(6);
  pair.peer.close(1000, "");
  await closed;
});

Deno.test("C23: close() ends by force after a second without an answer", async () => {
  const clock = new ManualClock();
  const pair = await joinedPair({ clock });
  const closed = pair.client.close();
  await pair.peer.expect(6);
  clock.tick(999);
  assert.notEqual(pair.client.state, "closed");
  clock.tick(1);
  await closed;
  assert.equal((await pair.peer.closed).code, 1006);
});

Deno.test("C32: close() during the handshake, before WELCOME and while waiting leaves nothing behind", async () => {
  {
    const router = new ScriptedRouter();
    const client = connect(router, {
      openTransport: ({ signal }) =>
        new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason))),
    });
    await client.close();
  }
  {
    const router = new ScriptedRouter();
    const client = connect(router);
    const peer = await router.accept();
    await peer.expect(1);
    await client.close();
    await peer.closed;
  }
  {
    const router = new ScriptedRouter();
    const client = connect(router, { authentication: { method: "ticket", authId: "tim", ticket: "t" } });
    const peer = await router.accept();
    await peer.expect(1);
    peer.send([4, "ticket", {}]);
    await peer.expect(5);
    await client.close();
    await peer.closed;
  }
  {
    const clock = new ManualClock();
    const router = new ScriptedRouter();
    router.refusal = new Error("no");
    const client = connect(router, { clock });
    await untilTrue(() => clock.pending === 1);
    await client.close();
    assert.deepEqual(clock.pendingMs, []);
    assert.equal(router.attempts, 1);
  }
});

Deno.test("C32: there is never more than one timer for the next attempt", async () => {
  const clock = new ManualClock();
  const router = new ScriptedRouter();
  const client = connect(router, { clock });
  for (let i = 0; i < 5; i++) {
    const peer = await router.accept();
    await peer.expect(1);
    assert.equal(router.attempts, i + 1);
    peer.cut();
    await untilTrue(() => client.state === "waiting" && clock.pending === 1);
    clock.tick(clock.pendingMs[0] ?? 0);
  }
  await client.close();
  assert.deepEqual(clock.pendingMs, []);
});

Deno.test("connectWamp() gives up at its deadline and says what went wrong last", async () => {
  const router = new ScriptedRouter();
  router.refusal = new Error("nobody is listening");
  const attempt = connectWamp({
    url: "ws://router.test/ws",
    realm: "test_realm",
    timeoutMs: 20,
    openTransport: router.openTransport,
  });
  await assert.rejects(attempt, (error) => {
    assert.ok(error instanceof JoinError);
    assert.match(
      error.message,
      /^Cannot join realm "test_realm" at ws:\/\/router.test\/ws: no session within 0.02 s; last failure: nobody/,
    );
    assert.equal(error.reason, "wamp.close.transport_lost");
    return true;
  });
});

Deno.test("connectWamp() gives up when its signal is aborted", async () => {
  const router = new ScriptedRouter();
  router.refusal = new Error("nobody is listening");
  const controller = new AbortController();
  const attempt = connectWamp({
    url: "ws://router.test/ws",
    realm: "test_realm",
    timeoutMs: Infinity,
    openTransport: router.openTransport,
    signal: controller.signal,
  });
  controller.abort();
  await assert.rejects(attempt, /the connection was closed/);
});

Deno.test("rejoin() leaves with the reason given and comes back", async () => {
  await using pair = await joinedPair({ random: () => 0 });
  const left = pair.client.rejoin();
  assert.deepEqual(await pair.peer.expect(6), [6, {}, "wamp.close.normal"]);
  pair.peer.send([6, {}, "wamp.close.normal"]);
  await left;
  const next = await pair.router.accept();
  await next.welcome(4712);
  await pair.client.joined();
  next.cut();
});

Deno.test("a listener that throws neither ends the connection nor keeps others from hearing", async () => {
  const logger = new RecordLogger();
  const router = new ScriptedRouter();
  const client = connect(router, {
    logger,
    onJoin: () => {
      throw new Error("a bad listener");
    },
  });
  const states: string[] = [];
  client.onStateChange(() => {
    throw new Error("a bad listener");
  });
  client.onStateChange((state) => states.push(state));
  const peer = await router.accept();
  await peer.welcome();
  await client.joined();
  assert.deepEqual(states, ["joined"]);
  assert.equal(logger.matching(/listener failed: a bad listener/).length, 2);
  peer.cut();
  await client.close();
});

Deno.test("C9: a handler that replaces another while its topic is being renewed is not left deaf", async () => {
  await using pair = await joinedPair({ random: () => 0 });
  const { client, peer, router } = pair;
  const subscribed = client.subscribe("t", () => {});
  await peer.expect(32);
  peer.send([33, 1, 5]);
  const first = await subscribed;
  peer.cut();
  const next = await router.accept();
  await next.welcome(4712);
  await next.expect(32);
  const heard: unknown[] = [];
  const ended = first.unsubscribe();
  const second = client.subscribe("t", ({ args }) => heard.push(args[0]));
  next.send([33, 1, 6]);
  await Promise.all([ended, second]);
  await client.publish("fence");
  await next.expect(16);
  next.send([36, 6, 1, {}, ["heard"]]);
  await untilTrue(() => heard.length === 1);
  assert.deepEqual(heard, ["heard"]);
  next.cut();
});
