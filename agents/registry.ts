/**
 * Keeps track of all agents by their heartbeats, and publishes the state of their operations.
 *
 *     deno run -A agents/registry.ts --instance-id registry
 *
 * @module
 */
import { type Agent, flag, runAgent, type Session } from "../framework/mod.ts";
import { heartbeatPattern } from "../ocs/addresses.ts";
import { parseFeedEvent } from "../ocs/encoded_feed.ts";
import type { OptionValues } from "../site/option_specs.ts";
import { AgentBook, type RegisteredAgent } from "./registry/agent_book.ts";
import { MAIN_DOC, REGISTER_AGENT_DOC } from "./registry/docs.ts";
import { OperationFields } from "./registry/field_names.ts";
import { REGISTRY } from "./registry/options.ts";

/** Options of the registry. */
export type RegistryOptions = OptionValues<typeof REGISTRY.options>;

/** The registry agent. */
export class RegistryAgent {
  /** Registers the feed `agent_operations` and two operations, and listens to all heartbeats from the first join on. */
  constructor(agent: Agent, { waitTime }: RegistryOptions) {
    const { clock, log } = agent;
    const book = new AgentBook();
    const fields = new OperationFields((text) => log.warn(text));
    const feed = agent.registerFeed("agent_operations", { record: true, aggParams: { frame_length: 60 } });

    const publish = (address: string): void => {
      for (const [opName, code] of Object.entries(book.opCodes(address))) {
        const field = fields.of(address, opName);
        if (field === undefined) continue;
        if (!Number.isSafeInteger(code)) {
          log.warn(`Op code of ${field} is not a whole number: ${JSON.stringify(code)}`);
          continue;
        }
        // Dashboards want integers; a bigint is what the feed takes for one.
        feed.publish({ blockName: field, data: { [field]: BigInt(Number(code)) } });
      }
    };

    // Heartbeats count whether or not `main` runs.
    agent.subscribe(heartbeatPattern(agent.addressRoot), ({ args }) => {
      const event = parseFeedEvent(args);
      if (book.heartbeat(event, clock.now())) publish(event.feed.agent_address);
    }, { match: "wildcard" });

    agent.registerProcess("main", {
      doc: MAIN_DOC,
      blocking: false,
      startup: true,
      params: { test_mode: flag({ default: false }) },
      stop: (session) => {
        session.setStatus("stopping");
        session.abort();
        return [true, "requested to stop main process"];
      },
    }, async (session: Session<Record<string, RegisteredAgent>>, { test_mode }) => {
      let lastPublish = clock.now();
      while (!session.signal.aborted) {
        await session.sleep(1);
        if (session.signal.aborted) break;
        const now = clock.now();
        book.expire(now);
        session.data = book.described();
        if (now - lastPublish >= waitTime) {
          lastPublish = now;
          for (const address of book.addresses()) publish(address);
        }
        if (test_mode) break;
      }
      return "Stopped registry main process";
    });

    agent.registerTask("register_agent", { doc: REGISTER_AGENT_DOC, blocking: false }, (_session, params) => {
      log.warn(
        `Warning!!! The register_agent task has been deprecated. Agent '${
          callerOf(params)
        }' is using an out of ` +
          "date version of ocs or socs!!",
      );
      return "'register_agent' is deprecated";
    });
  }
}

/** Peer ocs (Registry._register_agent): without an address the run ends as a crash. */
function callerOf(params: unknown): string {
  if (typeof params === "object" && params !== null && "agent_address" in params) {
    return String(params.agent_address);
  }
  throw new TypeError('Cannot register an agent: "agent_address" is missing from the params');
}

/** Runs the agent with the options of the command line and the site file; resolves with the exit code. */
export function main(args?: readonly string[]): Promise<number> {
  return runAgent(RegistryAgent, REGISTRY, { args });
}

if (import.meta.main) Deno.exit(await main());
