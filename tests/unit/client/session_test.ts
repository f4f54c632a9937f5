import assert from "node:assert/strict";
import { CallTimeoutError, Float, MultiResult, NotConnectedError, WampError } from "../../../client/mod.ts";
import { joinedPair } from "./joined_pair.ts";

/** A rejection as the WampError it has to be. */
async function wampError(promise: Promise<unknown>): Promise<WampError> {
  const error = await promise.then(() => undefined, (reason: unknown) => reason);
  assert.ok(error instanceof WampError, `expected a WampError, got ${error}`);
  return error;
}

Deno.test("C4: HELLO announces every feature that the client has, call_canceling of callees included", async () => {
  await using pair = await joinedPair();
  assert.equal(pair.hello[1], "test_realm");
  assert.deepEqual(pair.hello[2], {
    roles: {
      publisher: {
        features: {
          publisher_identification: true,
          subscriber_blackwhite_listing: true,
          publisher_exclusion: true,
        },
      },
      subscriber: {
        features: {
          publisher_identification: true,
          pattern_based_subscription: true,
          event_retention: true,
          subscription_revocation: true,
        },
      },
      caller: {
        features: {
          caller_identification: true,
          call_timeout: true,
          call_canceling: true,
          progressive_call_results: true,
        },
      },
      callee: {
        features: {
          caller_identification: true,
          pattern_based_registration: true,
          shared_registration: true,
          call_canceling: true,
          progressive_call_results: true,
          registration_revocation: true,
        },
      },
    },
  });
});

Deno.test("C4: WELCOME may lack roles, have unknown ones, null values and extra keys", async () => {
  for (
    const welcome of [{}, { roles: null }, {
      roles: { wizard: {}, broker: { features: null } },
      authid: null,
      x: 1,
    }]
  ) {
    await using pair = await joinedPair({ welcome });
    assert.equal(pair.client.id, 4711);
    assert.equal(pair.client.state, "joined");
  }
});

Deno.test("C7: request ids are 1, 2, 3 and begin again with the next session", async () => {
  await using pair = await joinedPair({ random: () => 0 });
  const { client, peer, router } = pair;
  void client.publish("a.b", [1]);
  const call = client.call("c.d");
  void client.publish("a.b", [2]);
  assert.equal((await peer.expect(16))[1], 1);
  assert.equal((await peer.expect(48))[1], 2);
  assert.equal((await peer.expect(16))[1], 3);
  peer.cut();
  await wampError(call);
  const next = await router.accept();
  await next.welcome(4712);
  await client.joined();
  void client.publish("a.b", [1]);
  assert.equal((await next.expect(16))[1], 1);
  next.cut();
});

Deno.test("C8: a handler gets args, kwargs, topic and publication, also by pattern", async () => {
  await using pair = await joinedPair();
  const { client, peer } = pair;
  const events: unknown[] = [];
  const subscribed = client.subscribe("observatory..feeds.", (event) => events.push(event), {
    match: "wildcard",
  });
  const subscribe = await peer.expect(32);
  assert.deepEqual(subscribe, [32, 1, { match: "wildcard" }, "observatory..feeds."]);
  peer.send([33, 1, 77]);
  await subscribed;
  peer.send([36, 77, 9001, { topic: "observatory.x.feeds.y", retained: true }, [1, "two"], { three: 3 }]);
  peer.send([36, 77, 9002, { topic: null, publisher: null }]);
  const done = client.call("fence");
  await peer.expect(48);
  peer.send([50, 2, {}]);
  await done;
  assert.deepEqual(events, [
    {
      args: [1, "two"],
      kwargs: { three: 3 },
      topic: "observatory.x.feeds.y",
      publication: 9001,
      retained: true,
    },
    { args: [], kwargs: {}, topic: "observatory..feeds.", publication: 9002, retained: false },
  ]);
});

Deno.test("C9: handlers of one topic share one SUBSCRIBE, and UNSUBSCRIBE follows the last", async () => {
  await using pair = await joinedPair();
  const { client, peer } = pair;
  const heard: string[] = [];
  const first = client.subscribe("t", () => heard.push("first"));
  const second = client.subscribe("t", () => heard.push("second"));
  assert.deepEqual(await peer.expect(32), [32, 1, {}, "t"]);
  peer.send([33, 1, 5]);
  const [one, two] = await Promise.all([first, second]);
  await one.unsubscribe();
  peer.send([36, 5, 1, {}]);
  const ended = two.unsubscribe();
  // The event was on its way before the second handler left: nothing but UNSUBSCRIBE may follow.
  assert.deepEqual(await peer.expect(34), [34, 2, 5]);
  peer.send([35, 2]);
  await ended;
  assert.ok(!heard.includes("first"));
});

Deno.test("C9: a handler that comes while the last one leaves is not left deaf", async () => {
  await using pair = await joinedPair();
  const { client, peer } = pair;
  const heard: number[] = [];
  const first = client.subscribe("t", () => {});
  await peer.expect(32);
  void first.then((subscription) => subscription.unsubscribe());
  peer.send([33, 1, 5]);
  const ending = await peer.expect(34);
  const second = client.subscribe("t", ({ args }) => heard.push(Number(args[0])));
  assert.equal((await peer.next())[0], 32);
  peer.send([35, ending[1]]);
  peer.send([33, 3, 5]);
  await second;
  peer.send([36, 5, 1, {}, [42]]);
  const done = client.call("fence");
  await peer.expect(48);
  peer.send([50, 4, {}]);
  await done;
  assert.deepEqual(heard, [42]);
});

Deno.test("C10: events of unknown or just ended subscriptions are dropped and the session stays", async () => {
  await using pair = await joinedPair();
  const { client, peer, logger } = pair;
  let heard = 0;
  const subscribed = client.subscribe("t", () => heard++);
  await peer.expect(32);
  peer.send([33, 1, 5]);
  const subscription = await subscribed;
  const ended = subscription.unsubscribe();
  await peer.expect(34);
  peer.send([36, 5, 1, {}, ["between UNSUBSCRIBE and UNSUBSCRIBED"]]);
  peer.send([35, 2]);
  peer.send([36, 5, 2, {}, ["after"]]);
  peer.send([36, 999, 3, {}, ["never known"]]);
  await ended;
  const call = client.call("still.there");
  await peer.expect(48);
  peer.send([50, 3, {}, ["yes"]]);
  assert.equal(await call, "yes");
  assert.equal(heard, 0);
  assert.equal(logger.matching(/unknown subscription 999/).length, 1);
});

Deno.test("C11: publish() with acknowledge resolves on PUBLISHED and rejects on ERROR", async () => {
  await using pair = await joinedPair();
  const { client, peer } = pair;
  const good = client.publish("t", [1], {
    kwargs: { a: 1 },
    acknowledge: true,
    excludeMe: false,
    retain: true,
  });
  assert.deepEqual(await peer.expect(16), [
    16,
    1,
    { acknowledge: true, exclude_me: false, retain: true },
    "t",
    [1],
    { a: 1 },
  ]);
  peer.send([17, 1, 99]);
  await good;
  const bad = client.publish("t", [], { acknowledge: true });
  await peer.expect(16);
  peer.send([8, 16, 2, {}, "wamp.error.not_authorized", ["no"]]);
  assert.equal((await wampError(bad)).uri, "wamp.error.not_authorized");
});

Deno.test("C11: publish() without acknowledge sends no options and is done at once", async () => {
  await using pair = await joinedPair();
  await pair.client.publish("t", [1]);
  assert.deepEqual(await pair.peer.expect(16), [16, 1, {}, "t", [1]]);
});

Deno.test("C12: a procedure answers with a value, nothing, a list, several values, keywords or an error", async () => {
  await using pair = await joinedPair();
  const { client, peer } = pair;
  const outcomes: (() => unknown)[] = [
    () => 7,
    () => undefined,
    () => [1, 2],
    () => new MultiResult([1, 2], { k: 3 }),
    () => Promise.resolve(new Float(3)),
    () => {
      throw new WampError("my.error", ["a", 1], { k: true });
    },
    () => {
      throw new TypeError("it broke");
    },
    () => Promise.reject(new Error("it broke later")),
  ];
  const registered = client.register("p", ({ args }) => outcomes[Number(args[0])]?.());
  await peer.expect(64);
  peer.send([65, 1, 31]);
  await registered;
  const answers: unknown[] = [];
  for (let i = 0; i < outcomes.length; i++) {
    peer.send([68, 100 + i, 31, {}, [i]]);
    answers.push(await peer.next());
  }
  assert.deepEqual(answers, [
    [70, 100, {}, [7]],
    [70, 101, {}, [null]],
    [70, 102, {}, [[1, 2]]],
    [70, 103, {}, [1, 2], { k: 3 }],
    [70, 104, {}, [new Float(3)]],
    [8, 68, 105, {}, "my.error", ["a", 1], { k: true }],
    [8, 68, 106, {}, "wamp.error.runtime_error", ["it broke"]],
    [8, 68, 107, {}, "wamp.error.runtime_error", ["it broke later"]],
  ]);
});

Deno.test("C13: procedures run at the same time and answer out of order", async () => {
  await using pair = await joinedPair();
  const { client, peer } = pair;
  const waiting: (() => void)[] = [];
  const registered = client.register(
    "p",
    ({ args }) => new Promise((resolve) => waiting.push(() => resolve(args[0]))),
  );
  await peer.expect(64);
  peer.send([65, 1, 31]);
  await registered;
  peer.send([68, 1, 31, {}, ["a"]]);
  peer.send([68, 2, 31, {}, ["b"]]);
  const fence = client.call("fence");
  await peer.expect(48);
  peer.send([50, 2, {}]);
  await fence;
  assert.equal(waiting.length, 2);
  waiting[1]?.();
  assert.deepEqual(await peer.expect(70), [70, 2, {}, ["b"]]);
  waiting[0]?.();
  assert.deepEqual(await peer.expect(70), [70, 1, {}, ["a"]]);
});

Deno.test("C14: intermediate results go out before the last one, and none after", async () => {
  await using pair = await joinedPair();
  const { client, peer } = pair;
  let late: (() => void) | undefined;
  const registered = client.register("p", ({ progress }) => {
    progress?.(1);
    progress?.(2, "two");
    late = () => progress?.("late");
    return "done";
  });
  await peer.expect(64);
  peer.send([65, 1, 31]);
  await registered;
  peer.send([68, 1, 31, { receive_progress: true }]);
  assert.deepEqual(await peer.expect(70), [70, 1, { progress: true }, [1]]);
  assert.deepEqual(await peer.expect(70), [70, 1, { progress: true }, [2, "two"]]);
  assert.deepEqual(await peer.expect(70), [70, 1, {}, ["done"]]);
  late?.();
  await client.publish("fence");
  await peer.expect(16);
});

Deno.test("C14: call() hands intermediate results to onProgress and resolves with the last", async () => {
  await using pair = await joinedPair();
  const { client, peer, logger } = pair;
  const seen: unknown[] = [];
  const call = client.call("p", [], {
    onProgress: (result) => {
      seen.push(result);
      throw new Error("a listener's fault");
    },
  });
  assert.deepEqual(await peer.expect(48), [48, 1, { receive_progress: true }, "p", []]);
  peer.send([50, 1, { progress: true }, [1]]);
  peer.send([50, 1, { progress: true }, [1, 2], { k: 3 }]);
  peer.send([50, 1, {}, ["end"]]);
  assert.equal(await call, "end");
  assert.deepEqual(seen, [{ args: [1], kwargs: {} }, { args: [1, 2], kwargs: { k: 3 } }]);
  assert.equal(logger.matching(/progress handler failed: a listener's fault/).length, 2);
});

Deno.test("C15: INTERRUPT aborts the signal of the one call, and there is exactly one answer", async () => {
  await using pair = await joinedPair();
  const { client, peer } = pair;
  const registered = client.register("p", ({ signal, args }) =>
    new Promise((resolve, reject) => {
      if (args[0] === "finish") return resolve("finished");
      signal.addEventListener("abort", () => reject(new Error("stopped early")));
    }));
  await peer.expect(64);
  peer.send([65, 1, 31]);
  await registered;
  peer.send([69, 555, {}]);
  peer.send([68, 1, 31, {}, ["wait"]]);
  peer.send([68, 2, 31, {}, ["finish"]]);
  assert.deepEqual(await peer.expect(70), [70, 2, {}, ["finished"]]);
  peer.send([69, 1, { mode: "killnowait" }]);
  assert.deepEqual(await peer.expect(8), [8, 68, 1, {}, "wamp.error.canceled", ["stopped early"]]);
  peer.send([69, 1, {}]);
  await client.publish("fence");
  await peer.expect(16);
  assert.equal(client.state, "joined");
});

Deno.test("C15: a signal that is looked at only after INTERRUPT is aborted already", async () => {
  await using pair = await joinedPair();
  const { client, peer } = pair;
  let look: (() => void) | undefined;
  const registered = client.register("p", async (invocation) => {
    await new Promise<void>((resolve) => look = resolve);
    return invocation.signal.aborted;
  });
  await peer.expect(64);
  peer.send([65, 1, 31]);
  await registered;
  peer.send([68, 1, 31, {}]);
  peer.send([69, 1, {}]);
  const fence = client.call("fence");
  await peer.expect(48);
  peer.send([50, 2, {}]);
  await fence;
  look?.();
  assert.deepEqual(await peer.expect(70), [70, 1, {}, [true]]);
});

Deno.test("C16: a call past its deadline rejects, sends CANCEL, and its late answer is swallowed", async () => {
  await using pair = await joinedPair();
  const { client, peer, logger } = pair;
  for (const late of [[50, 1, {}, ["late"]], [8, 48, 2, {}, "wamp.error.canceled"]]) {
    const call = client.call("slow", [], { timeoutMs: 5 });
    const request = await peer.expect(48);
    await assert.rejects(call, (error) => {
      assert.ok(error instanceof CallTimeoutError);
      assert.equal(error.message, 'Cannot call "slow": no answer within 0.005 s');
      assert.equal(error.procedure, "slow");
      assert.equal(error.timeoutMs, 5);
      return true;
    });
    assert.deepEqual(await peer.expect(49), [49, request[1], { mode: "killnowait" }]);
    peer.send(late);
  }
  const call = client.call("alive");
  await peer.expect(48);
  peer.send([50, 3, {}, [1]]);
  assert.equal(await call, 1);
  assert.equal(logger.matching(/late reply to request [12]/).length, 2);
});

Deno.test("C16: call() refuses a deadline that is none", async () => {
  await using pair = await joinedPair();
  for (const timeoutMs of [-1, NaN]) {
    await assert.rejects(pair.client.call("p", [], { timeoutMs }), RangeError);
  }
  // Beyond 2^31 ms a JavaScript timer fires at once; here it means no deadline.
  const call = pair.client.call("p", [], { timeoutMs: 2 ** 40 });
  const request = await pair.peer.expect(48);
  pair.peer.send([50, request[1], {}, ["in time"]]);
  assert.equal(await call, "in time");
});

Deno.test("C17: an aborted signal cancels the call, and nothing is left of it", async () => {
  await using pair = await joinedPair();
  const { client, peer } = pair;
  const controller = new AbortController();
  const call = client.call("slow", [], { signal: controller.signal });
  await peer.expect(48);
  controller.abort(new Error("the operator left"));
  await assert.rejects(call, /the operator left/);
  assert.deepEqual(await peer.expect(49), [49, 1, { mode: "killnowait" }]);
  await assert.rejects(client.call("slow", [], { signal: controller.signal }), /the operator left/);
  await client.publish("fence");
  await peer.expect(16);
});

Deno.test("C18: everything that waits is rejected with transport_lost when the connection breaks", async () => {
  await using pair = await joinedPair();
  const { client, peer } = pair;
  const waiting = [
    client.call("p", [], { timeoutMs: Infinity }),
    client.publish("t", [], { acknowledge: true }),
    client.subscribe("t", () => {}),
    client.register("q", () => {}),
  ];
  for (const type of [48, 16, 32, 64]) await peer.expect(type);
  peer.cut();
  for (const promise of waiting) assert.equal((await wampError(promise)).uri, "wamp.close.transport_lost");
});

Deno.test("C18: handlers' signals are aborted when the connection breaks", async () => {
  await using pair = await joinedPair();
  const { client, peer } = pair;
  const aborted = Promise.withResolvers<unknown>();
  const registered = client.register("p", ({ signal }) =>
    new Promise(() => {
      signal.addEventListener("abort", () => aborted.resolve(signal.reason));
    }));
  await peer.expect(64);
  peer.send([65, 1, 31]);
  await registered;
  peer.send([68, 1, 31, {}]);
  const fence = client.call("fence");
  await peer.expect(48);
  peer.send([50, 2, {}]);
  await fence;
  peer.cut();
  assert.match(String(await aborted.promise), /transport_lost/);
});

Deno.test("C24: values keep their kind on the way out, in every serializer", async () => {
  for (const subprotocol of ["wamp.2.cbor", "wamp.2.msgpack", "wamp.2.json"]) {
    await using pair = await joinedPair({ subprotocol });
    const values = [1, new Float(1), 0.5, 2n ** 60n, new Uint8Array([0, 255]), NaN, "\u00e9", null, [], {}];
    await pair.client.publish("t", values);
    const message = await pair.peer.expect(16);
    assert.deepEqual(message[4], values, subprotocol);
  }
});

Deno.test("C24: integral floats arrive as Float for handlers that keep them and as numbers for others", async () => {
  await using pair = await joinedPair();
  const { client, peer } = pair;
  const got: unknown[] = [];
  const plain = client.subscribe("t", ({ args }) => got.push(args[0]));
  await peer.expect(32);
  peer.send([33, 1, 5]);
  await plain;
  const keep = await client.subscribe("t", ({ args }) => got.push(args[0]), { floats: "keep" });
  peer.send([36, 5, 1, {}, [new Float(3)]]);
  const kept = client.call("p", [], { floats: "keep" });
  await peer.expect(48);
  peer.send([50, 2, {}, [{ x: new Float(1) }]]);
  assert.deepEqual(await kept, { x: new Float(1) });
  assert.deepEqual(got, [3, new Float(3)]);
  await keep.unsubscribe();
  const usual = client.call("p");
  await peer.expect(48);
  peer.send([50, 3, {}, [{ x: new Float(1) }]]);
  assert.deepEqual(await usual, { x: 1 });
});

Deno.test("C25: a result that is too large or no data becomes an ERROR for the caller, and the session stays", async () => {
  await using pair = await joinedPair({ maxMessageBytes: 1000 });
  const { client, peer } = pair;
  const results: unknown[] = ["x".repeat(2000), () => 1, Symbol("s"), "fits"];
  const registered = client.register("p", ({ args, progress }) => {
    if (args[0] === 4) progress?.("x".repeat(2000));
    if (args[0] === 5) throw new Error("y".repeat(3000));
    return results[Number(args[0])];
  });
  await peer.expect(64);
  peer.send([65, 1, 31]);
  await registered;
  const answer = async (i: number) => {
    peer.send([68, 10 + i, 31, { receive_progress: true }, [i]]);
    return await peer.next();
  };
  const large = await answer(0);
  assert.equal(large[4], "wamp.error.payload_size_exceeded");
  assert.match(String(large[5]), /2\d\d\d bytes, more than the 1000/);
  assert.equal((await answer(1))[4], "wamp.error.invalid_payload");
  assert.equal((await answer(2))[4], "wamp.error.invalid_payload");
  assert.deepEqual(await answer(3), [70, 13, {}, ["fits"]]);
  assert.equal((await answer(4))[4], "wamp.error.payload_size_exceeded");
  const error = await answer(5);
  assert.equal(error[4], "wamp.error.runtime_error");
  assert.match(String(error[5]), /3\d\d\d bytes/);
});

Deno.test("C25: what cannot be sent is refused here, and the session stays", async () => {
  await using pair = await joinedPair({ maxMessageBytes: 1000 });
  const { client, peer } = pair;
  const large = "x".repeat(2000);
  assert.equal((await wampError(client.call("p", [large]))).uri, "wamp.error.payload_size_exceeded");
  assert.equal((await wampError(client.call("p", [() => 1]))).uri, "wamp.error.invalid_payload");
  assert.equal((await wampError(client.publish("t", [large]))).uri, "wamp.error.payload_size_exceeded");
  assert.equal(
    (await wampError(client.publish("t", [large], { acknowledge: true }))).uri,
    "wamp.error.payload_size_exceeded",
  );
  const call = client.call("p", ["fits"]);
  const request = await peer.expect(48);
  peer.send([50, request[1], {}]);
  assert.equal(await call, null);
});

Deno.test("C26: UNSUBSCRIBED and UNREGISTERED of the router are taken, and both are asked for again", async () => {
  const refused: string[] = [];
  await using pair = await joinedPair({
    random: () => 0,
    onRegistrationRefused: (procedure, error) => refused.push(`${procedure}: ${error.message}`),
  });
  const { client, peer, logger } = pair;
  const subscribed = client.subscribe("t", () => {});
  await peer.expect(32);
  peer.send([33, 1, 5]);
  await subscribed;
  const registered = client.register("p", () => 1);
  await peer.expect(64);
  peer.send([65, 2, 31]);
  await registered;
  // Of things nobody here has: ignored.
  peer.send([35, 0, { subscription: 999, reason: "x" }]);
  peer.send([67, 0]);
  peer.send([35, 0, { subscription: 5, reason: "gone" }]);
  assert.deepEqual(await peer.expect(32), [32, 3, {}, "t"]);
  peer.send([67, 0, { registration: 31, reason: "taken" }]);
  assert.deepEqual(await peer.expect(64), [64, 4, {}, "p"]);
  assert.equal(refused.length, 1);
  assert.match(refused[0] ?? "", /p: .*taken/);
  assert.equal(logger.matching(/warn: The router ended the subscription to "t": gone/).length, 1);
});

Deno.test("C27: an ERROR without args, with kwargs only, or with an unknown URI becomes a WampError", async () => {
  await using pair = await joinedPair();
  const { client, peer } = pair;
  const replies: unknown[][] = [
    [8, 48, 1, {}, "some.strange.error"],
    [8, 48, 2, null, "x.y", null, { k: 1 }],
    [8, 48, 3, {}, "x.y", ["text", 2]],
  ];
  const errors: WampError[] = [];
  for (const reply of replies) {
    const call = client.call("p");
    await peer.expect(48);
    peer.send(reply);
    errors.push(await wampError(call));
  }
  assert.deepEqual(errors.map(({ uri, args, kwargs }) => [uri, args, kwargs]), [
    ["some.strange.error", [], {}],
    ["x.y", [], { k: 1 }],
    ["x.y", ["text", 2], {}],
  ]);
});

Deno.test("C27: results with keywords, with several values and with none are told apart", async () => {
  await using pair = await joinedPair();
  const { client, peer } = pair;
  const results: unknown[] = [];
  for (const tail of [[], [null, { k: 1 }], [[1, 2]], [[[1, 2]]]]) {
    const call = client.call("p");
    const request = await peer.expect(48);
    peer.send([50, request[1], {}, ...tail]);
    results.push(await call);
  }
  assert.deepEqual(results, [null, new MultiResult([], { k: 1 }), new MultiResult([1, 2]), [1, 2]]);
});

Deno.test("C29: nothing is queued while not connected: all requests fail at once, and distinctly", async () => {
  await using pair = await joinedPair({ random: () => 0.99 });
  const { client, peer, router } = pair;
  router.refusal = new Error("nobody is listening");
  const waiting = new Promise<void>((resolve) => {
    client.onStateChange((state) => {
      if (state === "waiting") resolve();
    });
  });
  peer.cut();
  await waiting;
  for (
    const promise of [
      client.publish("t", [1]),
      client.call("p"),
      client.subscribe("t", () => {}),
      client.register("p", () => {}),
    ]
  ) {
    await assert.rejects(promise, NotConnectedError);
  }
  // A publish whose promise nobody looks at must not end the program.
  void client.publish("t", [1]);
});

Deno.test("a call to a registration that the client does not have is refused, not a reason to close", async () => {
  await using pair = await joinedPair();
  pair.peer.send([68, 1, 999, {}, ["x"]]);
  const answer = await pair.peer.expect(8);
  assert.deepEqual(answer.slice(0, 5), [8, 68, 1, {}, "wamp.error.no_such_procedure"]);
  assert.equal(pair.client.state, "joined");
});

Deno.test("a handler that throws is told in the log and others still get the event", async () => {
  await using pair = await joinedPair();
  const { client, peer, logger } = pair;
  let heard = 0;
  const first = client.subscribe("t", () => {
    throw new Error("a bad handler");
  });
  await peer.expect(32);
  peer.send([33, 1, 5]);
  await first;
  await client.subscribe("t", () => heard++);
  peer.send([36, 5, 1, {}]);
  const fence = client.call("fence");
  await peer.expect(48);
  peer.send([50, 2, {}]);
  await fence;
  assert.equal(heard, 1);
  assert.equal(logger.matching(/handler of "t" failed: a bad handler/).length, 1);
});

Deno.test("C15: a procedure that fails after an intermediate result that could not be sent is answered once", async () => {
  await using pair = await joinedPair({ maxMessageBytes: 1000 });
  const { client, peer } = pair;
  const registered = client.register("p", ({ progress }) => {
    progress?.("x".repeat(2000));
    throw new Error("it broke as well");
  });
  await peer.expect(64);
  peer.send([65, 1, 31]);
  await registered;
  peer.send([68, 1, 31, { receive_progress: true }]);
  assert.equal((await peer.expect(8))[4], "wamp.error.payload_size_exceeded");
  // Were there a second answer, it would come before this.
  await new Promise((resolve) => setTimeout(resolve, 0));
  await client.publish("fence");
  await peer.expect(16);
});
