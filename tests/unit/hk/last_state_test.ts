import assert from "node:assert/strict";
import { judgeField, type LastField } from "../../../hk/mod.ts";

/** A field that came at 1000 and then every so many seconds. */
function field(over: Partial<LastField>): LastField {
  return {
    address: "observatory.faker1.feeds.temperatures",
    sessionId: "1",
    freshSeconds: 180,
    frameSeconds: 300,
    field: "a",
    kind: "float",
    value: 1,
    timeSeconds: 5,
    arrivedSeconds: 1000,
    gapSeconds: 1,
    waitsSinceSeconds: 1000,
    file: undefined,
    writtenSeconds: undefined,
    ...over,
  };
}

/** States at which many seconds of silence. */
function states(over: Partial<LastField>, silences: readonly number[]): string {
  return silences.map((silence) => judgeField(field(over), 1000 + silence).state).join(" ");
}

Deno.test("judgeField() goes by the usual gap first, then by the feed's fresh time, then forgets", () => {
  assert.equal(
    states({}, [-5, 0, 10, 11, 180, 181, 86_400, 86_401]),
    "landing landing landing late late stopped stopped old",
  );
  assert.equal(states({ gapSeconds: 20 }, [60, 61, 181]), "landing late stopped");
});

Deno.test("judgeField() lets come once an hour what comes once an hour", () => {
  const hourly = { gapSeconds: 3600, frameSeconds: 1e6 };
  assert.equal(states(hourly, [3600, 10_800, 10_801]), "landing landing stopped");
  assert.equal(states({ ...hourly, gapSeconds: 86_400 }, [250_000, 260_000]), "landing old");
});

Deno.test("judgeField() goes by the fresh time alone where only one sample came", () => {
  assert.equal(states({ gapSeconds: undefined }, [170, 181]), "landing stopped");
  assert.equal(states({ gapSeconds: undefined, freshSeconds: 5 }, [4, 6]), "landing stopped");
});

Deno.test("judgeField() tells what comes but is not written a minute after it should be", () => {
  const at = (waitsSinceSeconds: number | undefined) =>
    judgeField(field({ waitsSinceSeconds, writtenSeconds: 3 }), 1000).state;
  assert.deepEqual([at(undefined), at(990), at(640), at(639)], ["landing", "landing", "landing", "held"]);
  assert.equal(states({ waitsSinceSeconds: 600 }, [50, 181]), "held stopped");
});

Deno.test("judgeField() says how long it was silent and what it goes by", () => {
  assert.deepEqual(judgeField(field({}), 1020.5), { state: "late", silentSeconds: 20.5, limitSeconds: 10 });
  assert.deepEqual(judgeField(field({}), 1200), { state: "stopped", silentSeconds: 200, limitSeconds: 180 });
});
