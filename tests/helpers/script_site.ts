/** A router with agents that scripts drive, all in this process. @module */
import { FakeDataAgent } from "../../agents/fake_data.ts";
import { FAKE_DATA } from "../../agents/fake_data/options.ts";
import { PysmurfController } from "../../agents/pysmurf_controller.ts";
import { PYSMURF_CONTROLLER } from "../../agents/pysmurf_controller/options.ts";
import { RegistryAgent } from "../../agents/registry.ts";
import { REGISTRY } from "../../agents/registry/options.ts";
import { type ClientSite, connectWamp } from "../../client/mod.ts";
import {
  type Agent,
  anything,
  flag,
  float,
  type RunningAgent,
  startAgent,
  text,
} from "../../framework/mod.ts";
import { Router } from "../../router/mod.ts";
import { parseAgentApi } from "../../ocs/mod.ts";
import { parseOptions } from "../../site/parse_options.ts";

/** How a crate behaves. */
export interface CrateOptions {
  /** Seconds that `stream` is starting, and its `stream_on` is false after that. */
  readonly slowSeconds: number;
  /** Whether `stream` tells `stream_on`. */
  readonly tells: boolean;
  /** Whether operations fail. */
  readonly broken: boolean;
}

/** A readout crate in a few lines: tasks that take a while, and a stream. */
export class CrateAgent {
  /** Starts of operations, in order: `uxm_setup`, `stream {"tag":…}`. */
  readonly starts: string[] = [];

  /** Registers `uxm_setup`, `run`, `stubborn` and `stream`. */
  constructor(agent: Agent, { slowSeconds, tells, broken }: CrateOptions) {
    agent.registerTask(
      "uxm_setup",
      { abortable: true, params: { seconds: float({ default: 0.05 }) } },
      async (
        session,
        { seconds },
      ) => {
        this.starts.push("uxm_setup");
        await session.sleep(seconds);
        session.data = { bands: 8 };
        if (session.signal.aborted) return [false, "Aborted"];
        return [!broken, broken ? "no light in band 3" : "set up"];
      },
    );
    agent.registerTask("run", {
      abortable: true,
      params: { script: text(), args: anything({ default: [] }) },
    }, async (session, { script, args }) => {
      this.starts.push(`run ${script}`);
      for (let n = 1; n <= 3 && !session.signal.aborted; n++) {
        session.addMessage(`line ${n} of ${script}`);
        session.data = { lines: n, args };
        await session.sleep(0.05);
      }
      return [!broken, "ended"];
    });
    agent.registerTask(
      "stubborn",
      { params: { seconds: float({ default: 0.5 }) } },
      async (_, { seconds }) => {
        await new Promise((resolve) => setTimeout(resolve, seconds * 1000));
        return "ended by itself";
      },
    );
    agent.registerProcess("stream", {
      params: {
        subtype: text({ default: "" }),
        tag: text({ default: "" }),
        kwargs: anything({ default: {} }),
        fail: flag({ default: false }),
      },
    }, async (session, { fail, ...params }) => {
      this.starts.push(`stream ${JSON.stringify(params)}`);
      if (tells) session.data = { stream_on: false };
      await session.sleep(slowSeconds);
      if (fail || broken) return [false, "no frames come"];
      if (tells) session.data = { stream_on: true };
      while (!session.signal.aborted) await session.sleep(1);
      return "Stream ended.";
    });
  }
}

/** A router and its agents. Dispose of it. */
export interface ScriptSite extends AsyncDisposable {
  readonly router: Router;
  readonly site: ClientSite;
  /** The crates by instance id. */
  readonly crates: ReadonlyMap<string, RunningAgent<CrateAgent>>;
  /** Takes an agent away. */
  takeAway(instanceId: string): Promise<void>;
  /** Operations of these agents that run, as `AGENT.OPERATION`. */
  on(): Promise<string[]>;
}

/** Which agents there are. */
export interface ScriptSiteOptions {
  /** Instance ids of fake-data agents. */
  readonly fakers?: readonly string[];
  /** Instance ids of pysmurf controllers with simulated crates. */
  readonly smurfs?: readonly string[];
  /** Crates by instance id. */
  readonly crates?: Readonly<Record<string, Partial<CrateOptions>>>;
  /** Whether there is a registry. */
  readonly registry?: boolean;
}

/** Starts a router and agents, all in this process. */
export async function startScriptSite(
  { fakers = [], smurfs = [], crates = {}, registry = false }: ScriptSiteOptions,
): Promise<ScriptSite> {
  const router = await Router.start({});
  const running = new Map<string, RunningAgent>();
  const crateAgents = new Map<string, RunningAgent<CrateAgent>>();
  const connection = {
    url: router.url,
    realm: "test_realm",
    openTransport: () => Promise.resolve(router.connectInProcess()),
  };
  if (registry) {
    const options = parseOptions(REGISTRY.options, []);
    running.set("registry", await startAgent(RegistryAgent, { instanceId: "registry", connection, options }));
  }
  for (const instanceId of fakers) {
    const options = parseOptions(FAKE_DATA.options, []);
    running.set(instanceId, await startAgent(FakeDataAgent, { instanceId, connection, options }));
  }
  for (const instanceId of smurfs) {
    const options = { ...parseOptions(PYSMURF_CONTROLLER.options, []), simulate: true };
    running.set(
      instanceId,
      await startAgent<typeof PYSMURF_CONTROLLER.options, PysmurfController>(PysmurfController, {
        instanceId,
        connection,
        options,
      }),
    );
  }
  for (const [instanceId, own] of Object.entries(crates)) {
    const options = { slowSeconds: 0, tells: true, broken: false, ...own };
    const crate = await startAgent<Record<never, never>, CrateAgent>(
      // The class takes options of its own here, which are no options of a command line.
      class extends CrateAgent {
        constructor(agent: Agent) {
          super(agent, options);
        }
      },
      { agentClass: "CrateAgent", instanceId, connection, options: {} },
    );
    running.set(instanceId, crate);
    crateAgents.set(instanceId, crate);
  }
  const looker = await connectWamp(connection);
  const stop = async (instanceId: string) => {
    await running.get(instanceId)?.stop();
    running.delete(instanceId);
  };
  return {
    router,
    crates: crateAgents,
    site: {
      wampServer: router.url,
      wampHttp: router.httpUrl,
      realm: "test_realm",
      addressRoot: "observatory",
    },
    takeAway: stop,
    async on() {
      const on: string[] = [];
      for (const instanceId of running.keys()) {
        if (instanceId === "registry") continue;
        const api = parseAgentApi(await looker.call(`observatory.${instanceId}`, ["get_api"]));
        for (const [name, session] of [...api.tasks, ...api.processes]) {
          if (session.status !== "no_history" && session.status !== "done") on.push(`${instanceId}.${name}`);
        }
      }
      return on;
    },
    async [Symbol.asyncDispose]() {
      await looker.close();
      await Promise.all([...running.keys()].map(stop));
      await router.stop();
    },
  };
}
