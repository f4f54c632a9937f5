/**
 * Counts and prints: an agent to begin one's own from.
 *
 *     deno run -A agents/barebones.ts --instance-id barebones1
 *
 * @module
 */
import { Float } from "../internal/float.ts";
import { type Agent, runAgent, text, TimeoutLock } from "../framework/mod.ts";
import type { OptionValues } from "../site/option_specs.ts";
import { count } from "./barebones/count.ts";
import { COUNT_DOC, PRINT_DOC } from "./barebones/docs.ts";
import { BAREBONES } from "./barebones/options.ts";

/** Options of the barebones agent. */
export type BarebonesOptions = OptionValues<typeof BAREBONES.options>;

/** The barebones agent. */
export class BarebonesAgent {
  /** Registers the feed `feed_name`, the process `count` and the task `print`. */
  constructor(agent: Agent, { mode }: BarebonesOptions) {
    const { clock, log } = agent;
    // Stands for the one connection to a device: one operation at a time.
    const lock = new TimeoutLock({ defaultTimeoutSeconds: 5, clock });
    const feed = agent.registerFeed("feed_name", {
      record: true,
      aggParams: { frame_length: 600 },
      bufferTimeSeconds: 1,
      fields: { value: "int" },
    });

    agent.registerProcess("count", {
      doc: COUNT_DOC,
      startup: mode === "count",
      // Peer ocs (BarebonesAgent._stop_count): the status stays "running" until the loop has ended.
      stop: (session) => {
        if (session.signal.aborted) return [false, "count is not currently running"];
        session.abort();
        return [true, "requested to stop taking data."];
      },
    }, async (session) => {
      const result = await count(session.signal, {
        lock,
        now: () => clock.now(),
        sleep: (seconds) => session.sleep(seconds),
        report: (value, timestamp) => {
          session.data = { value, timestamp: new Float(timestamp) };
          feed.publish({ blockName: "count", timestamp, data: { value } });
        },
        log,
      });
      feed.flush();
      return result;
    });

    agent.registerTask("print", {
      doc: PRINT_DOC,
      params: { text: text({ default: "hello world" }) },
    }, async (session, params) => {
      using held = await lock.acquireTimeout({ timeoutSeconds: 3, job: "print", signal: session.signal });
      if (!held.acquired) {
        log.warn(`Lock could not be acquired because it is held by ${lock.job}`);
        return [false, "Could not acquire lock"];
      }
      log.info(params.text);
      session.data = { text: params.text, last_updated: new Float(clock.now()) };
      return "Printed text to logs";
    });
  }
}

/** Runs the agent with the options of the command line and the site file; resolves with the exit code. */
export function main(args?: readonly string[]): Promise<number> {
  return runAgent(BarebonesAgent, BAREBONES, { args });
}

if (import.meta.main) Deno.exit(await main());
