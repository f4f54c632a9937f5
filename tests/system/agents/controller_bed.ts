/** A pysmurf controller on a router of its own, with a client of it and the machine's time. @module */
import { PysmurfController } from "../../../agents/pysmurf_controller.ts";
import {
  PYSMURF_CONTROLLER,
  type PysmurfControllerOptions,
} from "../../../agents/pysmurf_controller/options.ts";
import { OCSClient } from "../../../client/mod.ts";
import { createLog, type LogRecord, startAgent } from "../../../framework/mod.ts";
import type { OCSReply } from "../../../ocs/mod.ts";
import { Router } from "../../../router/mod.ts";
import { parseOptions } from "../../../site/parse_options.ts";
import { startSmallMonitor } from "../../helpers/small_monitor.ts";

/** Folder of the scripts. */
export const SCRIPTS: string = new URL("../../tools/fake_pysmurf_scripts", import.meta.url).pathname;

/** How the controller is started. */
export interface ControllerBedOptions {
  /** Options that differ from their defaults. */
  readonly options?: Partial<PysmurfControllerOptions>;
  /** Default `observatory`. */
  readonly addressRoot?: string;
  /** `SMURFPUB_ID` of the agent; null for none. Default `crate1slot2`. */
  readonly publisherId?: string | null;
}

/**
 * Starts everything. Dispose of it.
 *
 * While it runs, the variables of publishers are set in this process: children inherit them from the agent.
 */
export async function startController(
  { options = {}, addressRoot = "observatory", publisherId = "crate1slot2" }: ControllerBedOptions = {},
) {
  const router = await Router.start({ addressRoot });
  const monitor = await startSmallMonitor({ url: router.url, realm: "test_realm", addressRoot });
  const restore = setVariables({ ...monitor.publisherEnv(publisherId ?? ""), SMURFPUB_ID: publisherId });
  const logs: LogRecord[] = [];
  const agent = await startAgent<typeof PYSMURF_CONTROLLER.options, PysmurfController>(PysmurfController, {
    agentClass: "PysmurfController",
    instanceId: "pysmurf-controller",
    addressRoot,
    connection: { url: router.url, realm: "test_realm" },
    options: { ...parseOptions(PYSMURF_CONTROLLER.options, []), monitorId: "pysmurf-monitor", ...options },
    log: createLog({ level: "debug", sinks: [{ write: (record) => void logs.push(record) }] }),
  });
  const site = { wampServer: router.url, wampHttp: router.httpUrl, realm: "test_realm", addressRoot };
  const client = await OCSClient.connect("pysmurf-controller", { site });
  return {
    agent,
    client,
    logs,
    monitor,
    /** Texts of the log of one level. */
    texts: (level: LogRecord["level"]): string[] =>
      logs.filter((record) => record.level === level).map(({ text }) => text),
    start: (name: string, params: Record<string, unknown> = {}) => client.request("start", name, { params }),
    status: (name: string) => client.request("status", name),
    abort: (name: string) => client.request("abort", name),
    wait: (name: string, timeoutSeconds = 30) => client.operation(name).wait({ timeoutSeconds }),
    async [Symbol.asyncDispose]() {
      await client[Symbol.asyncDispose]();
      await agent.stop();
      await monitor[Symbol.asyncDispose]();
      await router.stop();
      restore();
    },
  };
}

/** What the operation said at its end. */
export function lastWords(reply: OCSReply): unknown {
  return reply.session.messages?.at(-2)?.[1];
}

/** Sets or removes variables of this process; gives what puts them back. */
function setVariables(variables: Readonly<Record<string, string | null>>): () => void {
  const before = Object.keys(variables).map((name) => [name, Deno.env.get(name) ?? null] as const);
  const apply = (entries: Iterable<readonly [string, string | null]>): void => {
    for (const [name, value] of entries) {
      if (value === null) Deno.env.delete(name);
      else Deno.env.set(name, value);
    }
  };
  apply(Object.entries(variables));
  return () => apply(before);
}
