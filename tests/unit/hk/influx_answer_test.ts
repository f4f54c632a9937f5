import assert from "node:assert/strict";
import { judgeAnswer } from "../../../hk/influx_answer.ts";

const judge = (status: number, body = "", retryAfter?: string) =>
  judgeAnswer({ status, body, retryAfter }, 1000);
const error = (text: string) => JSON.stringify({ error: text });

Deno.test("judgeAnswer() knows the field of another kind, in the words of InfluxDB 1 and 2", () => {
  const text =
    'partial write: field type conflict: input field "a \\"b\\"" on measurement "m,1" is type float, ' +
    "already exists as type integer dropped=2";
  for (
    const [status, body] of [[400, error(text)], [
      422,
      JSON.stringify({ code: "x", message: `failure: ${text}` }),
    ]] as const
  ) {
    const verdict = judge(status, body);
    assert.equal(verdict.kind, "conflict");
    if (verdict.kind !== "conflict") return;
    assert.deepEqual([verdict.field, verdict.measurement, verdict.stored], ['a "b"', "m,1", "integer"]);
  }
  const invalid = judge(
    400,
    error('partial write: invalid field name: input field "time" on measurement "m" is invalid dropped=1'),
  );
  assert.deepEqual(invalid.kind === "conflict" && [invalid.field, invalid.stored], ["time", undefined]);
});

Deno.test("judgeAnswer() knows the lines that are no points, line breaks in them included", () => {
  const verdict = judge(
    400,
    error(
      "partial write: unable to parse 'm,feed=a x=nan 1': invalid number\nunable to parse 'm s=\"a\nb\" y': bad timestamp dropped=0",
    ),
  );
  assert.deepEqual(verdict.kind === "unreadable" && [...verdict.lines], ["m,feed=a x=nan 1", 'm s="a\nb" y']);
});

Deno.test("judgeAnswer() knows points that were dropped without saying which", () => {
  assert.deepEqual(judge(400, error("partial write: points beyond retention policy dropped=3")), {
    kind: "partly",
    dropped: 3,
    why: "points beyond retention policy",
  });
});

Deno.test("judgeAnswer() tells the database's troubles apart", () => {
  assert.deepEqual([judge(204).kind, judge(200).kind], ["written", "written"]);
  assert.deepEqual(judge(200, "<html>\nback soon</html>"), {
    kind: "away",
    trouble: "client",
    why: "200: <html> back soon</html>, expected 204",
  });
  assert.equal(judge(400, "<html>no</html>").kind, "refused");
  assert.equal(judge(413).kind, "too large");
  const troubles = [401, 403, 404, 408, 429, 500, 503, 302].map((status) => {
    const verdict = judge(status);
    return verdict.kind === "away" ? verdict.trouble : verdict.kind;
  });
  assert.deepEqual(troubles, [
    "authentication",
    "authentication",
    "missing",
    "client",
    "client",
    "server",
    "server",
    "client",
  ]);
});

Deno.test("judgeAnswer() reads Retry-After in seconds and as a date, up to five minutes", () => {
  const seconds = (text: string) => {
    const verdict = judge(429, "", text);
    return verdict.kind === "away" ? verdict.retrySeconds : -1;
  };
  assert.deepEqual(
    ["7", "100000", "soon", "Thu, 01 Jan 1970 00:16:50 GMT", "Thu, 01 Jan 1970 00:00:00 GMT"].map(seconds),
    [
      7,
      300,
      undefined,
      10,
      0,
    ],
  );
});
