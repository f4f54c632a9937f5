import assert from "node:assert/strict";
import { OCSClient } from "../../../client/mod.ts";
import { startOpenRouter } from "../../helpers/open_router.ts";
import { startOurAgent } from "../../helpers/our_agent.ts";
import { writeSite } from "../../helpers/site_file.ts";
import { untilTrue, within } from "../../helpers/until.ts";
import { isAlive, pythonTests } from "./controller_bed.ts";
import { readJournal, standInVariables } from "./functions_bed.ts";

const test = await pythonTests();

/** The controller as a program of its own, with a stream that is open. Dispose of it. */
async function startStreaming(python: string, closeSeconds = 0.5) {
  const router = await startOpenRouter();
  const site = await writeSite(router, [{
    agentClass: "PysmurfController",
    instanceId: "pysmurf-controller",
    arguments: ["--python", python, "--slot", 2, "--poll-interval", 0.2],
  }]);
  const { folder } = site;
  const variables = { ...standInVariables(folder), STANDIN_CLOSE_SECONDS: String(closeSeconds) };
  for (const [name, value] of Object.entries(variables)) Deno.env.set(name, value);
  const which = { agentClass: "PysmurfController", instanceId: "pysmurf-controller" };
  const program = await startOurAgent(site, which);
  for (const name of Object.keys(variables)) Deno.env.delete(name);
  const client = await OCSClient.connect(which.instanceId, { siteFile: site.file, siteHost: "localhost" });
  const { ok, message } = await client.request("start", "stream");
  assert.equal(ok, true, message);
  await untilTrue(async () => (await client.request("status", "stream")).session.data?.["stream_on"], {
    what: "an open stream",
  });
  // Those of stream and of check_state.
  const helpers = await untilTrue(async () => {
    const pids = (await readJournal(folder, "get_smurf_control")).map(({ pid }) => pid);
    return pids.length === 2 ? pids : undefined;
  }, { what: "two helpers" });
  return {
    program,
    /** Waits until the stand-in's stream is closed and the helpers of stream and check_state have gone. */
    async untilClosed(): Promise<void> {
      await untilTrue(async () => await Deno.readTextFile(`${folder}/open_g3stream`) === "0", {
        what: "a closed stream",
      });
      for (const pid of helpers) {
        await untilTrue(async () => !await isAlive(pid), { what: `the end of ${pid}` });
      }
      assert.equal((await readJournal(folder, "stream_g3_off")).length, 1);
    },
    async [Symbol.asyncDispose]() {
      await client[Symbol.asyncDispose]();
      await program.stop();
      await site[Symbol.asyncDispose]();
      await router[Symbol.asyncDispose]();
    },
  };
}

test("SIGTERM lets stream close before the agent ends, within 10 s", async (python) => {
  await using bed = await startStreaming(python);
  bed.program.signal("SIGTERM");
  const { code } = await within(bed.program.ended, 10_000, "the end of the agent");
  assert.equal(code, 0);
  assert.doesNotMatch(bed.program.log, /did not end in time/);
  await bed.untilClosed();
});

test("a stream that takes longer to close than its agent may wait is closed behind its back", async (python) => {
  await using bed = await startStreaming(python, 12);
  bed.program.signal("SIGTERM");
  const { code } = await within(bed.program.ended, 10_000, "the end of the agent");
  assert.equal(code, 0);
  assert.match(bed.program.log, /A helper still tidies up; it is killed after 30 s/);
  await bed.untilClosed();
});

test("a stream is closed also when its agent is killed, though nobody reads what its helper prints", async (python) => {
  await using bed = await startStreaming(python);
  await bed.program.kill();
  await bed.untilClosed();
});
