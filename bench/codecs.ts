// deno-lint-ignore-file no-console -- a program that prints
/**
 * Prints what the hot paths of the codecs cost: `deno run bench/codecs.ts`.
 *
 * @module
 */
import { CBOR_SERIALIZER, type Encoding, JSON_SERIALIZER, type Message, serializerFor } from "../wamp/mod.ts";
import { scanCbor } from "../wamp/cbor_scan.ts";

/** Runs something for about half a second, best of three, and prints nanoseconds per run. */
function measure(name: string, run: () => unknown): void {
  let kept: unknown;
  const time = (count: number): number => {
    const start = performance.now();
    for (let i = 0; i < count; i++) kept = run();
    return (performance.now() - start) * 1e6 / count;
  };
  time(20_000);
  const count = Math.max(1000, Math.round(1.5e8 / time(2_000)));
  const best = Math.min(time(count), time(count), time(count));
  console.log(`${name.padEnd(58)}${best.toFixed(0).padStart(8)} ns${kept === undefined ? "!" : ""}`);
}

const topic = "observatory.faker1.feeds.temperatures";
const floats = Array.from({ length: 100 }, (_, i) => 20.125 + Math.sin(i));
const block = {
  timestamps: new Float64Array(floats),
  data: { channel_00: floats, channel_01: floats },
  block_name: "temps",
};
const feed = {
  kind: "values",
  args: [[{ temps: block }, { agent_address: "observatory.faker1", feed_name: "temperatures" }]],
} as const;
const tiny = { kind: "values", args: [1, "x"] } as const;

for (const encoding of ["cbor", "msgpack", "json"] as const satisfies readonly Encoding[]) {
  const serializer = serializerFor(encoding);
  for (const [name, payload] of [["tiny", tiny], ["feed", feed]] as const) {
    const publish: Message = { type: 16, request: 77, options: {}, topic, payload };
    const frame = serializer.encodeMessage(publish);
    const call = serializer.encodeMessage({ type: 48, request: 77, options: {}, procedure: topic, payload });
    const yielded = serializer.encodeMessage({ type: 70, request: 2 ** 50, options: {}, payload });
    const received = serializer.decodeMessage(frame);
    if (received.type !== 16) throw new TypeError("Cannot measure: a PUBLISH was expected");
    const label = `${encoding} ${name} (${frame.length} bytes)`;
    const raw = received.payload;
    const event: Message = {
      type: 36,
      subscription: 2 ** 52 + 1,
      publication: 2 ** 51 + 7,
      details: {},
      payload: raw,
    };
    const pattern: Message = { ...event, details: { topic } };
    const invocation: Message = {
      type: 68,
      request: 2 ** 50,
      registration: 2 ** 52 + 1,
      details: {},
      payload: raw,
    };
    const result: Message = { type: 50, request: 77, details: {}, payload: raw };
    measure(`${label}: decode PUBLISH`, () => serializer.decodeMessage(frame));
    measure(`${label}: decode CALL`, () => serializer.decodeMessage(call));
    measure(`${label}: decode YIELD`, () => serializer.decodeMessage(yielded));
    measure(`${label}: encode EVENT`, () => serializer.encodeMessage(event));
    measure(`${label}: encode EVENT with topic`, () => serializer.encodeMessage(pattern));
    measure(`${label}: encode INVOCATION`, () => serializer.encodeMessage(invocation));
    measure(`${label}: encode RESULT`, () => serializer.encodeMessage(result));
    measure(`${label}: decode payload`, () => serializer.decodePayload(raw));
    measure(`${label}: encode values`, () => serializer.encodeMessage(publish));
  }
}

const frame = CBOR_SERIALIZER.encodeMessage({ type: 16, request: 77, options: {}, topic, payload: feed });
const received = CBOR_SERIALIZER.decodeMessage(frame);
if (received.type === 16 && received.payload.kind === "raw") {
  const { payload } = received;
  measure("scan cbor feed", () => scanCbor(payload.tail, 0, 0));
  for (const serializer of [JSON_SERIALIZER, serializerFor("msgpack")]) {
    // A payload of its own each time, or the cache would answer.
    measure(
      `transcode cbor feed to ${serializer.encoding}`,
      () => serializer.encodeMessage({ type: 50, request: 1, details: {}, payload: { ...payload } }),
    );
    measure(
      `transcoded cbor feed to ${serializer.encoding} once more`,
      () => serializer.encodeMessage({ type: 50, request: 1, details: {}, payload }),
    );
  }
}
