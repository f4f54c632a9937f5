/**
 * Writes all feeds that are meant for it into a bucket of InfluxDB 2, and loses nothing while that is away.
 *
 *     INFLUXDB_V2_URL=http://influxdb:8086 INFLUXDB_V2_ORG=ocs INFLUXDB_V2_BUCKET=ocs_feeds INFLUXDB_V2_TOKEN=… \
 *       deno run -A agents/influxdb_publisher_v2.ts --instance-id influxagent-v2
 *
 * @module
 */
import { type Agent, runAgent } from "../framework/mod.ts";
import { isSwitchedOn } from "../internal/switched_on.ts";
import type { OptionValues } from "../site/option_specs.ts";
import { FeedPublisher } from "./influxdb_publisher/feed_publisher.ts";
import { INFLUXDB_PUBLISHER_V2 } from "./influxdb_publisher/options.ts";
import { connectV2 } from "./influxdb_publisher/v2_connection.ts";

/** Options of the publisher. */
export type InfluxDBAgentv2Options = OptionValues<typeof INFLUXDB_PUBLISHER_V2.options>;

/** The publisher to InfluxDB 2. */
export class InfluxDBAgentv2 {
  /** Registers the process `record`, and listens to all feeds from the first join on. */
  constructor(agent: Agent, options: InfluxDBAgentv2Options) {
    const { initialState, protocol, spoolDir, spoolMaxMb, gzip } = options;
    const connect = () => connectV2(isSwitchedOn(gzip), (name) => Deno.env.get(name));
    new FeedPublisher(agent, { initialState, protocol, spoolDir, spoolMaxMb, connect });
  }
}

/** Runs the agent with the options of the command line and the site file; resolves with the exit code. */
export function main(args?: readonly string[]): Promise<number> {
  return runAgent(InfluxDBAgentv2, INFLUXDB_PUBLISHER_V2, { args });
}

if (import.meta.main) Deno.exit(await main());
