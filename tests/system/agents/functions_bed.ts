/** A pysmurf controller whose functions run in Python on the stand-in for sodetlib, with the machine's time. @module */
import { PysmurfController } from "../../../agents/pysmurf_controller.ts";
import {
  PYSMURF_CONTROLLER,
  type PysmurfControllerOptions,
} from "../../../agents/pysmurf_controller/options.ts";
import { connectWamp, OCSClient } from "../../../client/mod.ts";
import { createLog, type LogRecord, startAgent } from "../../../framework/mod.ts";
import { parseFeedAddress } from "../../../ocs/addresses.ts";
import { type EncodedBlock, parseBlocks } from "../../../ocs/block.ts";
import { parseFeedEvent } from "../../../ocs/encoded_feed.ts";
import { Router } from "../../../router/mod.ts";
import { parseOptions } from "../../../site/parse_options.ts";
import { startTestAgent } from "../../../testing/mod.ts";
import { startSmallMonitor } from "../../helpers/small_monitor.ts";
import { untilTrue } from "../../helpers/until.ts";

const TOOLS = new URL("../../tools", import.meta.url).pathname;

/** One call of the stand-in's journal. */
export interface JournalEntry {
  readonly name: string;
  readonly args: readonly unknown[];
  readonly kwargs: Readonly<Record<string, unknown>>;
  readonly slot: string | null;
  readonly pid: number;
}

/** What differs from a controller of slot 2. */
export interface FunctionsBedOptions {
  /** Options of the controller. */
  readonly options?: Partial<PysmurfControllerOptions>;
  /** Further variables of the agent. */
  readonly env?: Readonly<Record<string, string>>;
  /** Contents of the stand-in's memory, by key. */
  readonly memory?: Readonly<Record<string, unknown>>;
}

/** The variables that make Python find the stand-in, and the stand-in its folder. */
export function standInVariables(folder: string): Record<string, string> {
  return {
    PYTHONPATH: `${TOOLS}/sodetlib_standin:${TOOLS}`,
    PYTHONDONTWRITEBYTECODE: "1",
    STANDIN_FOLDER: folder,
  };
}

/** What the stand-in has noted, or what of it has a name. */
export async function readJournal(folder: string, name?: string): Promise<JournalEntry[]> {
  const text = await Deno.readTextFile(`${folder}/journal`).catch(() => "");
  const lines = text.split("\n").filter((line) => line !== "");
  const entries: JournalEntry[] = lines.map((line) => JSON.parse(line));
  return name === undefined ? entries : entries.filter((entry) => entry.name === name);
}

/** Waits until the stand-in remembers something. */
async function readMemory(folder: string, key: string): Promise<unknown> {
  const [value] = await untilTrue(
    async () => [JSON.parse(await Deno.readTextFile(`${folder}/${key}`))],
    { what: `"${key}"` },
  );
  return value;
}

/** Starts everything. Dispose of it. */
export async function startFunctions(
  python: string,
  { env = {}, memory = {}, options = {} }: FunctionsBedOptions = {},
) {
  const folder = await Deno.makeTempDir({ prefix: "standin_" });
  for (const [key, value] of Object.entries(memory)) {
    await Deno.writeTextFile(`${folder}/${key}`, JSON.stringify(value));
  }
  const router = await Router.start();
  const where = { url: router.url, realm: "test_realm", addressRoot: "observatory" };
  const monitor = await startSmallMonitor(where);
  const variables = { ...standInVariables(folder), ...monitor.publisherEnv("crate1slot2"), ...env };
  for (const [name, value] of Object.entries(variables)) Deno.env.set(name, value);
  const connection = await connectWamp(where);
  const blocks = new Map<string, EncodedBlock[]>();
  await connection.subscribe("observatory.pysmurf-controller.feeds.", ({ topic, args }) => {
    const { feed } = parseFeedAddress(topic);
    if (feed === "heartbeat") return;
    blocks.set(feed, [...blocks.get(feed) ?? [], ...parseBlocks(parseFeedEvent(args).message)]);
  }, { match: "prefix", floats: "keep" });
  const logs: LogRecord[] = [];
  const agent = await startAgent<typeof PYSMURF_CONTROLLER.options, PysmurfController>(PysmurfController, {
    agentClass: "PysmurfController",
    instanceId: "pysmurf-controller",
    addressRoot: "observatory",
    connection: where,
    options: {
      ...parseOptions(PYSMURF_CONTROLLER.options, []),
      monitorId: "pysmurf-monitor",
      slot: 2,
      python,
      ...options,
    },
    log: createLog({ level: "debug", sinks: [{ write: (record) => void logs.push(record) }] }),
  });
  const site = {
    wampServer: router.url,
    wampHttp: router.httpUrl,
    realm: "test_realm",
    addressRoot: "observatory",
  };
  const client = await OCSClient.connect("pysmurf-controller", { site });
  const wait = (name: string) => client.operation(name).wait({ timeoutSeconds: 30 });
  return {
    agent,
    client,
    /** The stand-in's. */
    folder,
    journal: (name?: string) => readJournal(folder, name),
    /** Texts of the log of one level. */
    texts: (level: LogRecord["level"]): string[] =>
      logs.filter((record) => record.level === level).map(({ text }) => text),
    start: (name: string, params: Record<string, unknown> = {}) => client.request("start", name, { params }),
    status: (name: string) => client.request("status", name),
    abort: (name: string) => client.request("abort", name),
    stop: (name: string) => client.request("stop", name),
    wait,
    /** Starts an operation and waits for its end. */
    async run(name: string, params: Record<string, unknown> = {}) {
      const started = await client.request("start", name, { params });
      if (!started.ok) throw new Error(`Cannot start ${name}: ${started.message}`);
      return await wait(name);
    },
    /** Blocks published on a feed until now, integral floats as `Float`. */
    async blocks(feed: string): Promise<readonly EncodedBlock[]> {
      // The answer comes behind what the agent has sent before.
      await connection.call("observatory.pysmurf-controller", ["get_agent_class"]);
      return blocks.get(feed) ?? [];
    },
    /** Waits until the stand-in remembers something. */
    memory: (key: string) => readMemory(folder, key),
    async [Symbol.asyncDispose]() {
      await client[Symbol.asyncDispose]();
      await agent.stop();
      await connection.close();
      await monitor[Symbol.asyncDispose]();
      await router.stop();
      for (const name of Object.keys(variables)) Deno.env.delete(name);
      await Deno.remove(folder, { recursive: true });
    },
  };
}

/** Starts the controller alone, with a clock that stands still but for `agent.advance`. Dispose of it. */
export async function startStill(python: string, memory: Readonly<Record<string, unknown>>) {
  const folder = await Deno.makeTempDir({ prefix: "standin_" });
  for (const [key, value] of Object.entries(memory)) {
    await Deno.writeTextFile(`${folder}/${key}`, JSON.stringify(value));
  }
  const variables = standInVariables(folder);
  for (const [name, value] of Object.entries(variables)) Deno.env.set(name, value);
  const agent = await startTestAgent(PysmurfController, PYSMURF_CONTROLLER, { options: { slot: 2, python } });
  return {
    agent,
    folder,
    memory: (key: string) => readMemory(folder, key),
    async [Symbol.asyncDispose]() {
      await agent[Symbol.asyncDispose]();
      for (const name of Object.keys(variables)) Deno.env.delete(name);
      await Deno.remove(folder, { recursive: true });
    },
  };
}
