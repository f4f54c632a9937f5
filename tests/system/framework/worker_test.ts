import assert from "node:assert/strict";
import { type Agent, runInWorker } from "../../../framework/mod.ts";
import { Bed, until } from "./bed.ts";

const BUSY = new URL("./workers/busy.ts", import.meta.url);
const FAILING = new URL("./workers/failing.ts", import.meta.url);

class FittingAgent {
  constructor(agent: Agent) {
    agent.registerTask("fit", { abortable: true, blocking: false }, async (session, seconds) => {
      const rounds = await runInWorker<number>(BUSY, seconds, {
        signal: session.signal,
        onReport: (value) => session.addMessage(String(value)),
      });
      session.data = { rounds };
      return "fitted";
    });
  }
}

Deno.test("runInWorker() leaves heartbeats at 1 Hz during 3 s of work that holds the processor", async () => {
  await using bed = await Bed.start();
  await using _agent = await bed.agent(FittingAgent);
  const times: number[] = [];
  await bed.client.subscribe("observatory.tested.feeds.heartbeat", () => times.push(Date.now()));
  await bed.ops("start", "fit", 3);
  const began = Date.now();
  const [code, , session] = await bed.ops("wait", "fit", null, 20);
  const lasted = Date.now() - began;
  assert.equal(code, 0);
  assert.equal(session["success"], true);
  assert.ok(lasted >= 2900);
  // Beats are counted, not timed: each second of the work must have had its own.
  const during = times.filter((time) => time >= began && time <= began + lasted).length;
  assert.ok(during >= Math.floor(lasted / 1000) - 1, `${during} beats in ${lasted} ms`);
});

Deno.test("runInWorker() is ended by an abort of the operation", async () => {
  await using bed = await Bed.start();
  await using _agent = await bed.agent(FittingAgent);
  await bed.ops("start", "fit", 1000);
  await until(() => bed.logged("fit:0 begun"), "the work to begin");
  await bed.ops("abort", "fit");
  const [, , session] = await bed.ops("wait", "fit", null, 10);
  assert.equal(session["success"], false);
  assert.match(JSON.stringify(session["messages"]), /AbortError.*was aborted/);
});

Deno.test("runInWorker() gives back what the work throws", async () => {
  await assert.rejects(runInWorker(FAILING, "throw"), { name: "RangeError", message: "no fit" });
});

Deno.test("runInWorker() refuses results that cannot be copied", async () => {
  await assert.rejects(runInWorker(FAILING, "function"), /Cannot send the result/);
});

Deno.test("runInWorker() survives stray errors of the work and modules that are not there", async () => {
  await assert.rejects(runInWorker(FAILING, "late"), /Cannot work in .*failing\.ts.*stray/);
  await assert.rejects(
    runInWorker(new URL("./workers/none.ts", import.meta.url), 1),
    /Cannot work in .*none\.ts/,
  );
});

Deno.test("runInWorker() does not begin when it is aborted already", async () => {
  await assert.rejects(runInWorker(BUSY, 5, { signal: AbortSignal.abort() }), { name: "AbortError" });
});
