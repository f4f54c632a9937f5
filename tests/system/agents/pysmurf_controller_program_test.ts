import assert from "node:assert/strict";
import { OCSClient } from "../../../client/mod.ts";
import { startOpenRouter } from "../../helpers/open_router.ts";
import { startOurAgent } from "../../helpers/our_agent.ts";
import { writeSite } from "../../helpers/site_file.ts";
import { startSmallMonitor } from "../../helpers/small_monitor.ts";
import { untilTrue, within } from "../../helpers/until.ts";
import { isAlive, pidIn } from "./controller_bed.ts";

/** The controller as a program of its own, whose scripts are for the shell. Dispose of it. */
async function startProgram() {
  const router = await startOpenRouter();
  const monitor = await startSmallMonitor(router);
  const site = await writeSite(router, [{
    agentClass: "PysmurfController",
    instanceId: "pysmurf-controller",
    arguments: ["--python", "sh", "--monitor-id", "pysmurf-monitor"],
  }]);
  const program = await startOurAgent(site, {
    agentClass: "PysmurfController",
    instanceId: "pysmurf-controller",
    env: monitor.publisherEnv("crate1slot2"),
  });
  const client = await OCSClient.connect("pysmurf-controller", {
    siteFile: site.file,
    siteHost: "localhost",
  });
  const left: number[] = [];
  return {
    program,
    monitor,
    client,
    /** Runs a script and waits until it has written its process ids, one a file. */
    async run(
      text: string,
      names: readonly string[],
      params: Readonly<Record<string, unknown>> = {},
    ): Promise<number[]> {
      const script = `${site.folder}/script.sh`;
      await Deno.writeTextFile(script, text);
      const { ok, message } = await client.request("start", "run", {
        params: { script, args: [site.folder], ...params },
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
      await monitor[Symbol.asyncDispose]();
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

/** Resident memory of a process in megabytes. */
async function residentMegabytes(pid: number): Promise<number> {
  const { stdout } = await new Deno.Command("ps", { args: ["-o", "rss=", "-p", String(pid)] }).output();
  return Number(new TextDecoder().decode(stdout)) / 1024;
}

for (const log of [true, false]) {
  Deno.test(`a script that writes at full speed with log ${log} neither fills the memory nor keeps relayed data away`, async () => {
    await using bed = await startProgram();
    // Both pipes, good lines and bad UTF-8, until it is killed.
    const flood =
      `echo $$ >$1/script; (while :; do printf '\\377{}\\200 no end '; done >&2) & yes "$(printf %1000s x)"`;
    await bed.run(flood, ["script"], { log });
    const before = await residentMegabytes(bed.program.pid);
    let most = before;
    for (let number = 0; number < 50; number++) {
      await bed.monitor.relay({
        id: "crate1slot2",
        type: "session_data",
        payload: { [`n${number}`]: number },
      });
      // Not to wait for something: the flood is to go on for a while.
      await new Promise((resolve) => setTimeout(resolve, 50));
      most = Math.max(most, await residentMegabytes(bed.program.pid));
    }
    await untilTrue(
      async () => Object.keys((await bed.client.request("status", "run")).session.data ?? {}).length === 50,
      { what: "all 50 messages" },
    );
    assert.ok(most < before + 300, `${before} MB before, ${most} MB at most`);
    await bed.client.request("start", "abort");
    const { session } = await bed.client.operation("run").wait({ timeoutSeconds: 30 });
    assert.equal(session.messages?.at(-2)?.[1], "Script has finished with exit code None");
  });
}
