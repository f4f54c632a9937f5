import assert from "node:assert/strict";
import { SYSTEM_CLOCK } from "../../../internal/clock.ts";
import { ManualClock } from "../../../internal/manual_clock.ts";

for (const [name, clock] of [["SYSTEM_CLOCK", SYSTEM_CLOCK], ["ManualClock", new ManualClock()]] as const) {
  Deno.test(`${name} refuses a timer that is no number, and takes any other`, () => {
    assert.throws(() => clock.setTimer(NaN, () => {}), /^RangeError: Cannot set a timer of "NaN" ms/);
    for (const delayMs of [-Infinity, -1, 0, 2 ** 31, Number.MAX_VALUE, Infinity]) {
      const cancel = clock.setTimer(delayMs, () => assert.fail("it was canceled"));
      cancel();
      cancel();
    }
  });
}

Deno.test("SYSTEM_CLOCK never fires in the same turn, and a timer beyond 2^31 ms not at once", async () => {
  let long = false;
  const cancel = SYSTEM_CLOCK.setTimer(2 ** 31 + 5, () => long = true);
  let turn = "first";
  const seen = new Promise<string>((resolve) => SYSTEM_CLOCK.setTimer(0, () => resolve(turn)));
  turn = "later";
  assert.equal(await seen, "later");
  // Behind a timer of setTimeout's that was due at once.
  await new Promise<void>((resolve) => SYSTEM_CLOCK.setTimer(5, resolve));
  assert.equal(long, false);
  cancel();
});

Deno.test("ManualClock fires in the order due, whatever is set on the way included", async () => {
  for (
    const move of [(clock: ManualClock) => clock.advance(10), (clock: ManualClock) => clock.tick(10_000)]
  ) {
    const clock = new ManualClock(1000);
    const fired: string[] = [];
    const note = (name: string) => fired.push(`${name} at ${clock.now()}`);
    clock.setTimer(10_000, () => note("end"));
    clock.setTimer(10_001, () => note("too late"));
    clock.setTimer(2000, () => {
      note("second");
      clock.setTimer(1000, () => note("third"));
    });
    clock.setTimer(1000, () => note("first"));
    clock.setTimer(1500, () => note("canceled"))();
    await move(clock);
    assert.deepEqual(fired, ["first at 1001", "second at 1002", "third at 1003", "end at 1010"]);
    assert.deepEqual(clock.pendingMs, [1]);
    assert.equal(clock.monotonicMs(), 10_000);
  }
});

Deno.test("ManualClock tells of waits so short that time stands still", () => {
  const clock = new ManualClock();
  const again = (): void => void clock.setTimer(1e-9, again);
  again();
  assert.throws(() => clock.tick(1), /^Error: Cannot advance the clock: 1000 timers in a row were due/);
});
