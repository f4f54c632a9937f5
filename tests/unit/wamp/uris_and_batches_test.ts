import assert from "node:assert/strict";
import {
  checkUri,
  isReservedUri,
  joinBatch,
  matchesPattern,
  type MatchPolicy,
  nextId,
  parseSubprotocol,
  ProtocolViolation,
  randomId,
  splitBatch,
  SUBPROTOCOLS,
} from "../../../wamp/mod.ts";
import { parsed } from "./_wire.ts";

const BATCHES = {
  json: "5b312c2272222c7b7d5d18",
  msgpack: "0000000593 01a17280",
  cbor: "0000000583016172a0",
} as const;

Deno.test("joinBatch() and splitBatch() frame HELLO as autobahn does", () => {
  for (const encoding of ["json", "msgpack", "cbor"] as const) {
    const frame = parsed(BATCHES[encoding], "cbor");
    const messages = splitBatch(frame, encoding);
    assert.equal(messages.length, 1);
    assert.deepEqual(joinBatch(messages, encoding), frame);
    assert.deepEqual(
      splitBatch(joinBatch([...messages, ...messages, ...messages], encoding), encoding).length,
      3,
    );
  }
});

Deno.test("R5, R6: JSON batches may use 0x18 or 0x1e, and must end in one", () => {
  const one = parsed("5b315d", "cbor");
  assert.deepEqual(splitBatch(parsed("5b315d1e5b315d185b315d1e", "cbor"), "json"), [one, one, one]);
  assert.deepEqual(joinBatch([one], "json", 0x1e), parsed("5b315d1e", "cbor"));
  for (const frame of ["", "5b315d", "5b315d185b315d", "18", "5b315d1818", "1e5b315d18"]) {
    assert.throws(() => splitBatch(parsed(frame, "cbor"), "json"), ProtocolViolation);
  }
});

Deno.test("R7: binary batches with zero length, overrun, trailing bytes or nothing are refused", () => {
  for (
    const frame of [
      "",
      "00",
      "000000",
      "00000000",
      "0000000201",
      "000000010100000000",
      "0000000101000000",
      "ffffffff01",
    ]
  ) {
    for (const encoding of ["msgpack", "cbor"] as const) {
      assert.throws(() => splitBatch(parsed(frame, "cbor"), encoding), ProtocolViolation, frame);
    }
  }
});

Deno.test("parseSubprotocol() knows the six names, case and all", () => {
  assert.equal(SUBPROTOCOLS.length, 6);
  assert.deepEqual(parseSubprotocol("wamp.2.cbor.batched"), {
    name: "wamp.2.cbor.batched",
    encoding: "cbor",
    batched: true,
  });
  assert.deepEqual(parseSubprotocol("wamp.2.json"), {
    name: "wamp.2.json",
    encoding: "json",
    batched: false,
  });
  for (const name of ["WAMP.2.JSON", "wamp.2.ubjson", "", "wamp.2.json ", "wamp.2.flatbuffers"]) {
    assert.equal(parseSubprotocol(name), undefined);
  }
});

const ROWS: readonly [pattern: string, uri: string, kind: MatchPolicy, matches: boolean][] = [
  ["observatory..feeds.", "observatory.tel1.feeds.heartbeat", "wildcard", true],
  ["observatory..feeds.", "observatory.tel1.feeds", "wildcard", false],
  ["observatory..feeds.", "observatory.tel1.feeds.a.b", "wildcard", false],
  ["observatory..feeds.", "observatory.tel1.ops.heartbeat", "wildcard", false],
  ["observatory..feeds.heartbeat", "observatory.tel1.feeds.heartbeat", "wildcard", true],
  [".", "a.b", "wildcard", true],
  ["", "a", "wildcard", true],
  ["", "a.b", "wildcard", false],
  ["...", "a.b.c.d", "wildcard", true],
  ["a..", "a.b.c", "wildcard", true],
  ["a.b", "a.b", "prefix", true],
  ["a.b", "a.bc", "prefix", true],
  ["a.b", "a.b.c", "prefix", true],
  ["a.b.", "a.b", "prefix", false],
  ["", "wamp.x", "prefix", true],
  ["a.b", "a.b", "exact", true],
  ["a.b", "a.b.c", "exact", false],
];

Deno.test("R41, R42: matchesPattern() follows the table of the specification", () => {
  for (const [pattern, uri, kind, expected] of ROWS) {
    assert.equal(matchesPattern(uri, pattern, kind), expected, `${kind} ${pattern} ${uri}`);
  }
});

Deno.test("R49: checkUri() holds URIs and patterns to the loose rule", () => {
  const good: [string, MatchPolicy][] = [
    ["a", "exact"],
    ["observatory.SAT-1.ops", "exact"],
    ["é.ü", "exact"],
    ["a.b.", "prefix"],
    ["", "prefix"],
    ["a.b", "prefix"],
    ["", "wildcard"],
    ["a..feeds.", "wildcard"],
    [".", "wildcard"],
    ["x".repeat(1024), "exact"],
  ];
  const bad: [string, MatchPolicy][] = [
    ["", "exact"],
    [".", "exact"],
    ["a..b", "exact"],
    ["a.", "exact"],
    [".a", "exact"],
    ["a b", "exact"],
    ["a#b", "exact"],
    ["a\tb", "exact"],
    ["a\u00a0b", "exact"],
    ["a..b", "prefix"],
    [".a", "prefix"],
    ["a b", "prefix"],
    ["a#", "wildcard"],
    [" ", "wildcard"],
    ["x".repeat(1025), "exact"],
    [".", "prefix"],
  ];
  for (const [uri, kind] of good) assert.equal(checkUri(uri, kind), undefined, `${kind} ${uri}`);
  for (const [uri, kind] of bad) assert.match(checkUri(uri, kind) ?? "", /^Cannot use/, `${kind} ${uri}`);
});

Deno.test("isReservedUri() knows what belongs to the router", () => {
  for (const uri of ["wamp.x", "wamp", "crossbar.y"]) assert.equal(isReservedUri(uri), true);
  for (const uri of ["wampum.x", "a.wamp.b", "crossbars"]) assert.equal(isReservedUri(uri), false);
});

Deno.test("randomId() and nextId() stay within their limits", () => {
  const ids = new Set<number>();
  for (let i = 0; i < 1000; i++) ids.add(randomId());
  assert.equal(ids.size, 1000);
  for (const id of ids) assert(Number.isSafeInteger(id) && id >= 1);
  assert.equal(nextId(1), 2);
  assert.equal(nextId(2 ** 53), 1);
});
