import assert from "node:assert/strict";
import type { Dict, Message } from "../../../wamp/message.ts";
import type { ManualClock } from "../../../internal/manual_clock.ts";
import { ALL_ROLES, makeCore, SeededRandom, type TestPeer, values } from "./harness.ts";

const NAMES = ["a", "b", "c", "", "wamp", "x y", "t1", "t2"];
const META = [
  "wamp.session.count",
  "wamp.registration.list",
  "wamp.subscription.list",
  "wamp.session.kill_all",
];
const BOOLS = [true, false, null, "yes"];

/** Everything that keeps the books of one peer: which calls are open and how often each was answered. */
class Books {
  readonly openCalls = new Map<number, true>();
  finals = 0;
  sent = 0;
}

interface Actor {
  readonly peer: TestPeer;
  readonly books: Books;
  readonly invocations: number[];
  readonly subscriptions: number[];
  readonly registrations: number[];
  joined: boolean;
}

function uri(random: SeededRandom): string {
  return Array.from({ length: 1 + random.below(4) }, () => random.pick(NAMES)).join(".");
}

function niceUri(random: SeededRandom): string {
  return Array.from({ length: 1 + random.below(2) }, () => random.pick(["a", "b", "c"])).join(".");
}

/** Options that are right most of the time; a wrong type now and then. */
function options(random: SeededRandom, keys: Readonly<Record<string, readonly unknown[]>>): Dict {
  const made: Record<string, unknown> = {};
  for (const [key, choices] of Object.entries(keys)) {
    if (random.fraction() < 0.3) made[key] = random.pick(choices);
  }
  return made;
}

const MATCHES = ["exact", "prefix", "wildcard", "prefix", "wildcard", ...Array(40).fill("exact"), 7];
const goodBools = [...Array(60).fill(true), ...Array(60).fill(false), ...BOOLS];

function randomMessage(random: SeededRandom, actor: Actor): Message {
  const anyUri = random.fraction() < 0.1 ? uri(random) : niceUri(random);
  const request = random.fraction() < 0.9 ? actor.peer.next() : random.below(50);
  const payload = values([random.below(10)]);
  const id = (known: readonly number[]) =>
    known.length > 0 && random.fraction() < 0.9 ? random.pick(known) : random.below(100);
  switch (random.below(random.fraction() < 0.005 ? 14 : 10)) {
    case 0:
      return {
        type: 16,
        request,
        options: options(random, {
          acknowledge: goodBools,
          exclude_me: goodBools,
          retain: goodBools,
          eligible: [[], [actor.peer.id], [1, 2]],
          exclude_authrole: [["trusted"], ["x"]],
        }),
        topic: anyUri,
        payload,
      };
    case 1:
      return {
        type: 32,
        request,
        options: options(random, { match: MATCHES, get_retained: goodBools }),
        topic: anyUri,
      };
    case 2:
      return { type: 34, request, subscription: id(actor.subscriptions) };
    case 3:
    case 4:
      return {
        type: 48,
        request,
        options: options(random, {
          timeout: [0, 5, 50, 500],
          receive_progress: goodBools,
          disclose_me: goodBools,
        }),
        procedure: random.fraction() < 0.1 ? META[random.below(random.below(META.length) + 1)] ?? "" : anyUri,
        payload,
      };
    case 5:
      return {
        type: 49,
        request: id([...actor.books.openCalls.keys()]),
        options: options(random, { mode: ["skip", "kill", "killnowait", "kill", "softly"] }),
      };
    case 6:
      return {
        type: 64,
        request,
        options: options(random, {
          match: MATCHES,
          invoke: ["single", "roundrobin", "roundrobin", "random", "first", "last"],
          concurrency: [1, 2],
          force_reregister: goodBools,
        }),
        procedure: anyUri,
      };
    case 7:
      return { type: 66, request, registration: id(actor.registrations) };
    case 8:
      return {
        type: 70,
        request: id(actor.invocations.slice(-4)),
        options: options(random, { progress: goodBools }),
        payload,
      };
    case 9:
      return {
        type: 8,
        requestType: 68,
        request: id(actor.invocations.slice(-4)),
        details: {},
        error: random.pick(["a.b", "my.error"]),
        payload,
      };
    case 10:
      return { type: 6, details: {}, reason: "wamp.close.normal" };
    case 11:
      return { type: 1, realm: "open", details: { roles: ALL_ROLES } };
    case 12:
      return { type: 36, subscription: 1, publication: 1, details: {}, payload };
    default:
      return { type: 0, code: 337 };
  }
}

/** Reads what came and checks what must hold for every peer. */
function readInbox(actor: Actor): void {
  const { peer, books } = actor;
  for (const message of peer.takeAll()) {
    switch (message.type) {
      case 33:
        actor.subscriptions.push(message.subscription);
        break;
      case 65:
        assert(
          !actor.registrations.includes(message.registration),
          "a registration id that is held came again",
        );
        actor.registrations.push(message.registration);
        break;
      case 67:
        if (message.request === 0) forget(actor.registrations, message.details?.registration);
        break;
      case 68:
        assert(!actor.invocations.includes(message.request), "an invocation id came twice");
        assert(message.request > (actor.invocations.at(-1) ?? 0), "invocation ids rise");
        actor.invocations.push(message.request);
        break;
      case 50:
      case 8: {
        if (message.type === 8 && message.requestType !== 48) break;
        if (message.type === 50 && message.details.progress === true) {
          assert(books.openCalls.has(message.request), "progress for a call that is not open");
          break;
        }
        assert(books.openCalls.delete(message.request), `a second final reply for call ${message.request}`);
        books.finals++;
        break;
      }
      case 3:
      case 6:
        // The session has ended and its calls with it; a GOODBYE of the router needs no answer to be final.
        books.openCalls.clear();
        actor.joined = false;
        break;
      default:
        break;
    }
  }
  if (peer.closed !== undefined) actor.joined = false;
}

function forget(ids: number[], id: unknown): void {
  const at = ids.findIndex((known) => known === id);
  if (at >= 0) ids.splice(at, 1);
}

function makeActor(peer: TestPeer): Actor {
  return {
    peer: peer.join({ agent: "random" }, "open"),
    books: new Books(),
    invocations: [],
    subscriptions: [],
    registrations: [],
    joined: true,
  };
}

function run(seed: number, steps: number): void {
  const { core, clock, peer } = makeCore({ seed });
  const random = new SeededRandom(seed + 1);
  let actors: Actor[] = Array.from({ length: 5 }, () => makeActor(peer({ path: "/open" })));
  for (let step = 0; step < steps; step++) {
    const actor = random.pick(actors);
    const chance = random.fraction();
    if (chance < 0.001) actor.peer.session.lost("gone");
    else if (chance < 0.01) actor.peer.writable = !actor.peer.writable;
    else if (chance < 0.02) clock.tick(random.below(100));
    else {
      const message = randomMessage(random, actor);
      if (message.type === 48 && actor.joined) {
        // A reused open id is a violation, after which nothing is owed any more.
        actor.books.openCalls.set(message.request, true);
        actor.books.sent++;
      }
      // A shared registration keeps its id for those who leave it and come back.
      if (message.type === 66) forget(actor.registrations, message.registration);
      actor.peer.send(message);
    }
    if (chance < 0.001) {
      actor.books.openCalls.clear();
      actor.joined = false;
    }
    for (const each of actors) readInbox(each);
    const open = actors.reduce((sum, { books }) => sum + books.openCalls.size, 0);
    assert.equal(core.gauges().calls, open, "the router knows exactly the calls that are not answered");
    actors = actors.map((each) => each.joined ? each : replaced(each));
  }
  endAll(actors, clock);
  const { calls, events, joined } = core.counters;
  assert(calls > 400 && events > 40 && joined > 10, "the run has done something");
  const { retained, ...rest } = core.gauges();
  assert.equal(core.gauges().subscriptions, retained, "only what is retained keeps a subscription");
  assert.deepEqual({ ...rest, subscriptions: 0 }, {
    connections: 0,
    sessions: 0,
    subscriptions: 0,
    registrations: 0,
    calls: 0,
  });
  assert.equal(clock.pending, 0);

  function replaced(old: Actor): Actor {
    old.peer.session.lost("replaced");
    old.peer.takeAll();
    return makeActor(peer({ path: "/open" }));
  }
}

/** Every open call is answered by its callee or by the callee's end; then everybody leaves. */
function endAll(actors: readonly Actor[], clock: ManualClock): void {
  for (const { peer, invocations } of actors) {
    for (const request of invocations) {
      if (peer.closed === undefined) peer.yield(request);
    }
  }
  clock.tick(1000);
  for (const actor of actors) {
    readInbox(actor);
    assert.deepEqual([...actor.books.openCalls.keys()], [], "a call was never answered");
  }
  for (const { peer } of actors) peer.session.lost("gone");
  for (const { peer } of actors) peer.takeAll();
}

for (const seed of [1, 2, 3, 4, 5, 6, 7, 8]) {
  Deno.test(`RouterCore: 3,000 random messages with seed ${seed} break nothing and leave nothing`, () => {
    run(seed, 3_000);
  });
}

Deno.test({
  name: "RouterCore: 200 long runs of random messages break nothing and leave nothing",
  ignore: Deno.env.get("OCS_SOAK") === undefined,
  fn() {
    for (let seed = 100; seed < 300; seed++) run(seed, 20_000);
  },
});
