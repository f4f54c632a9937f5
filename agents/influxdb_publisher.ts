/**
 * Writes all feeds that are meant for it into InfluxDB 1.x, and loses nothing while that is away.
 *
 *     deno run -A agents/influxdb_publisher.ts --instance-id influxagent --host influxdb --database ocs_feeds
 *
 * @module
 */
import { type Agent, runAgent } from "../framework/mod.ts";
import type { OptionValues } from "../site/option_specs.ts";
import { FeedPublisher } from "./influxdb_publisher/feed_publisher.ts";
import { INFLUXDB_PUBLISHER } from "./influxdb_publisher/options.ts";
import { connectV1 } from "./influxdb_publisher/v1_connection.ts";

/** Options of the publisher. */
export type InfluxDBAgentOptions = OptionValues<typeof INFLUXDB_PUBLISHER.options>;

/** The publisher to InfluxDB 1.x. */
export class InfluxDBAgent {
  /** Registers the process `record`, and listens to all feeds from the first join on. */
  constructor(agent: Agent, options: InfluxDBAgentOptions) {
    const { initialState, protocol, spoolDir, spoolMaxMb } = options;
    const connect = () => connectV1(options, (name) => Deno.env.get(name));
    new FeedPublisher(agent, { initialState, protocol, spoolDir, spoolMaxMb, connect });
  }
}

/** Runs the agent with the options of the command line and the site file; resolves with the exit code. */
export function main(args?: readonly string[]): Promise<number> {
  return runAgent(InfluxDBAgent, INFLUXDB_PUBLISHER, { args });
}

if (import.meta.main) Deno.exit(await main());
