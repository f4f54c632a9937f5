/** Every agent at work with the permissions that it documents, and no others. @module */
import assert from "node:assert/strict";
import { AGENT_TABLE } from "../../../agents/table.ts";
import { permissionsOf } from "../../../scripts/programs.ts";
import { bridgeCall } from "../../helpers/bridge.ts";
import { freePort } from "../../helpers/free_port.ts";
import { OurRouter } from "../../helpers/our_router.ts";
import { Program } from "../../helpers/process.ts";
import { writeSite } from "../../helpers/site_file.ts";
import { untilTrue } from "../../helpers/until.ts";

/** What an agent is started with, and how one sees that it works. */
interface Scene {
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** An operation that runs, or that is started and succeeds. */
  readonly operation: string;
  readonly params?: Readonly<Record<string, unknown>>;
  /** The one refusal that it says and goes on after. */
  readonly gotOver?: RegExp;
  /** Something that has to be in the folder then. */
  readonly leaves?: RegExp;
}

function scenes(folder: string): Readonly<Record<string, Scene>> {
  const stream = String(freePort());
  const closed = String(freePort());
  const recorder = ["--auto-start", "True", "--port", stream, "--address", "127.0.0.1"];
  return {
    RegistryAgent: { args: [], operation: "main" },
    FakeDataAgent: { args: ["--mode", "acq", "--frame-length", "1"], operation: "acq" },
    BarebonesAgent: { args: ["--mode", "count"], operation: "count" },
    AccessDirector: { args: ["--config-file", `${folder}/access.yaml`], operation: "manager" },
    AggregatorAgent: {
      args: ["--initial-state", "record", "--data-dir", `${folder}/hk`],
      operation: "record",
      leaves: /\/hk\/\d{5}\/\d+\.g3$/,
    },
    HostManager: {
      args: ["--state-dir", `${folder}/manager`, "--quiet"],
      operation: "manager",
      leaves: /\/manager\//,
    },
    InfluxDBAgent: {
      args: ["--initial-state", "record", "--host", "127.0.0.1", "--port", closed],
      // What waits goes below the home of the user.
      env: { HOME: folder, XDG_STATE_HOME: "", DENO_DIR: denoFolder() },
      operation: "record",
      leaves: /\/\.local\/state\/ocs\//,
    },
    InfluxDBAgentv2: {
      args: ["--initial-state", "record", "--spool-dir", `${folder}/spool2`],
      env: { INFLUXDB_V2_URL: `http://127.0.0.1:${closed}`, INFLUXDB_V2_BUCKET: "feeds" },
      operation: "record",
      leaves: /\/spool2\//,
    },
    PysmurfMonitor: {
      args: ["--udp-port", "0", "--db-path", `${folder}/suprsync.db`],
      operation: "run",
      // Only --allow-all opens that file; see docs/agents/pysmurf_monitor.md.
      gotOver: /UDP receive buffer stays .*"\/proc\/net\/udp".*/,
      leaves: /\/suprsync\.db$/,
    },
    PysmurfController: { args: ["--slot", "2"], operation: "run", params: { script: `${folder}/script.ts` } },
    SmurfStreamSimulator: {
      args: ["--auto-start", "True", "--port", stream, "--num-chans", "4"],
      operation: "stream",
    },
    TimestreamAggregator: {
      args: [...recorder, "--data-dir", `${folder}/ts`, "--time-per-file", "2"],
      operation: "stream",
      leaves: /\/ts\/.*\.g3$/,
    },
    SmurfRecorder: {
      args: [...recorder, "--data-dir", `${folder}/smurf`, "--time-per-file", "2"],
      operation: "record",
      leaves: /\/smurf\/.*\.g3$/,
    },
    SmurfFileEmulator: {
      args: ["--stream-id", "s1", "--base-dir", folder],
      operation: "uxm_setup",
      params: { sleep: false },
      leaves: /\/s1\//,
    },
  };
}

Deno.test("permissionsOf() is enough for each agent of the table, at work", async (context) => {
  await using router = await OurRouter.start();
  const folder = await Deno.realPath(await Deno.makeTempDir({ prefix: "permissions_" }));
  await using _folder = { [Symbol.asyncDispose]: () => Deno.remove(folder, { recursive: true }) };
  await Deno.writeTextFile(`${folder}/access.yaml`, "passwords: [{default: true, password_2: two}]\n");
  await Deno.writeTextFile(`${folder}/script.ts`, "console.log('ran');\n");
  const all = scenes(folder);
  assert.deepEqual(Object.keys(all).sort(), Object.keys(AGENT_TABLE).sort());
  const entries = Object.entries(all).map(([agentClass, scene], at) => ({
    agentClass,
    instanceId: `a${at}`,
    ...scene,
  }));
  await using site = await writeSite(
    router,
    entries.map(({ agentClass, instanceId, args }) => ({
      agentClass,
      instanceId,
      arguments: args,
      // The host manager among them leaves the others to this test.
      manage: "ignore",
    })),
  );
  await using started = new AsyncDisposableStack();
  const running = entries.map((entry) => ({
    ...entry,
    program: started.use(start(entry, site.file, folder)),
  }));
  for (const { agentClass, instanceId, program, operation, params, leaves, gotOver } of running) {
    await context.step(agentClass, async () => {
      const address = `observatory.${instanceId}`;
      await program.until(() => bridgeCall(router, address, ["get_agent_class"]), "an answer", 60_000);
      if (params !== undefined) await bridgeCall(router, `${address}.ops`, ["start", operation, params]);
      await program.until(
        async () => {
          const [reply] = await bridgeCall(router, `${address}.ops`, ["status", operation]);
          const session = sessionOf(reply);
          return params === undefined ? session.status === "running" : session.success === true;
        },
        `${operation} at work`,
        15_000,
      );
      if (leaves !== undefined) {
        await untilTrue(async () => (await filesBelow(folder)).some((path) => leaves.test(path)), {
          what: `a file ${leaves}`,
          timeoutMs: 15_000,
        });
      }
      // Neither refused by Deno nor got over in silence.
      const log = gotOver === undefined ? program.log : program.log.replace(gotOver, "");
      assert.doesNotMatch(log, /NotCapable|Requires \w+ access/);
    });
  }
});

function start(
  { agentClass, instanceId, env }: Scene & { readonly agentClass: string; readonly instanceId: string },
  siteFile: string,
  folder: string,
): Program {
  const file = new URL(`../../../agents/${AGENT_TABLE[agentClass]?.file}`, import.meta.url).pathname;
  const site = ["--instance-id", instanceId, "--site-file", siteFile, "--site-host", "localhost"];
  return Program.start({
    name: agentClass,
    command: Deno.execPath(),
    args: ["run", "--no-prompt", "--unstable-net", ...permissionsOf(agentClass), file, ...site],
    cwd: folder,
    ...(env === undefined ? {} : { env }),
  });
}

/** Where this Deno keeps the packages, for one that has another home. */
function denoFolder(): string {
  const cache = Deno.env.get("XDG_CACHE_HOME") ?? `${Deno.env.get("HOME")}/.cache`;
  return Deno.env.get("DENO_DIR") ?? `${cache}/deno`;
}

/** What a status reply says of its session. */
function sessionOf(reply: unknown): { readonly status?: unknown; readonly success?: unknown } {
  assert(Array.isArray(reply) && typeof reply[2] === "object" && reply[2] !== null, JSON.stringify(reply));
  return reply[2];
}

async function filesBelow(folder: string): Promise<string[]> {
  const found: string[] = [];
  for await (const { name, isDirectory } of Deno.readDir(folder)) {
    const path = `${folder}/${name}`;
    if (isDirectory) found.push(...await filesBelow(path));
    else found.push(path);
  }
  return found;
}
