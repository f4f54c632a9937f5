import assert from "node:assert/strict";
import { OCSClient } from "../../../client/mod.ts";
import { startOpenRouter } from "../../helpers/open_router.ts";
import { startOurAgent } from "../../helpers/our_agent.ts";
import { writeSite } from "../../helpers/site_file.ts";
import { untilTrue, within } from "../../helpers/until.ts";
import { isAlive, pidIn } from "./controller_bed.ts";

/** The controller as a program of its own, whose scripts are for the shell. Dispose of it. */
async function startProgram() {
  const router = await startOpenRouter();
  const site = await writeSite(router, [{
    agentClass: "PysmurfController",
    instanceId: "pysmurf-controller",
    arguments: ["--python", "sh"],
  }]);
  const program = await startOurAgent(site, {
    agentClass: "PysmurfController",
    instanceId: "pysmurf-controller",
  });
  const client = await OCSClient.connect("pysmurf-controller", {
    siteFile: site.file,
    siteHost: "localhost",
  });
  return {
    program,
    /** Runs a script and waits until it has written its process ids, one a file. */
    async run(text: string, names: readonly string[]): Promise<number[]> {
      const script = `${site.folder}/script.sh`;
      await Deno.writeTextFile(script, text);
      const { ok, message } = await client.request("start", "run", {
        params: { script, args: [site.folder] },
      });
      assert.equal(ok, true, message);
      const pids = await Promise.all(names.map((name) => pidIn(`${site.folder}/${name}`)));
      left.push(...pids);
      return pids;
    },
    async [Symbol.asyncDispose]() {
      await client[Symbol.asyncDispose]();
      await program.stop();
      // Should the test fail, what it has started must not stay behind.
      for (const pid of left) if (await isAlive(pid)) Deno.kill(pid, "SIGKILL");
      await site[Symbol.asyncDispose]();
      await router[Symbol.asyncDispose]();
    },
  };
}

const STUBBORN = 'trap "" TERM INT HUP; sleep 60 & echo $! >$1/child; echo $$ >$1/script; wait; sleep 60';

Deno.test("smurf B25: SIGTERM ends a script that ignores it, then the agent, within 10 s", async () => {
  await using bed = await startProgram();
  const pids = await bed.run(STUBBORN, ["script", "child"]);
  bed.program.signal("SIGTERM");
  const { code } = await within(bed.program.ended, 10_000, "the end of the agent");
  assert.equal(code, 0);
  for (const pid of pids) assert.equal(await isAlive(pid), false);
  assert.match(bed.program.log, /Script has finished with exit code None/);
  assert.doesNotMatch(bed.program.log, /did not end in time/);
});

Deno.test("smurf B25: SIGINT lets a script tidy up before the agent ends", async () => {
  await using bed = await startProgram();
  await bed.run('trap "echo tidied; exit 0" INT; echo $$ >$1/script; while :; do sleep 0.02; done', [
    "script",
  ]);
  bed.program.signal("SIGINT");
  const { code } = await within(bed.program.ended, 10_000, "the end of the agent");
  assert.equal(code, 0);
  assert.match(bed.program.log, /script\.sh: tidied[^]*Script has finished with exit code 0/);
});

Deno.test("a script with all its children ends with an agent that is killed", async () => {
  await using bed = await startProgram();
  const pids = await bed.run(STUBBORN, ["script", "child"]);
  await bed.program.kill();
  for (const pid of pids) await untilTrue(async () => !await isAlive(pid), { what: `the end of ${pid}` });
});
