// deno-lint-ignore-file no-console -- a program that prints
/**
 * Waits until a field of a feed is below or above a value, such as until the stage is cold.
 *
 *     ocs run scripts/examples/wait_for_temperature.ts --below 0.1 --hours 24 lakeshore1.temperatures Channel_01
 *
 * Values below zero: `--below=-3`. @module
 */
import { parseArgs } from "node:util";
import { runScript, type Script, until } from "../../mod.ts";

/** What is waited for. */
export interface TemperatureChoice {
  readonly agent: string;
  readonly feed: string;
  readonly field: string;
  readonly isGood: (value: number) => boolean;
  readonly timeoutSeconds: number;
}

/** Waits, and tells what was seen and when. */
export async function waitForTemperature(
  script: Script,
  { agent, feed: name, field, isGood, timeoutSeconds }: TemperatureChoice,
): Promise<string> {
  const client = await script.connect(agent);
  const feed = client.feeds[name];
  if (feed === undefined) throw new RangeError(`"${agent}" has the feeds ${Object.keys(client.feeds)}`);
  let isNew = true;
  const { block, timestampSeconds } = await until(feed, ({ block, blockName }) => {
    // Another block may have it; a mistyped name must not wait for a whole night unseen.
    if (isNew && !(field in block)) {
      script.say(`No ${field} in ${blockName}: ${Object.keys(block).join(", ")}`);
    }
    isNew = false;
    return typeof block[field] === "number" && isGood(block[field]);
  }, { timeoutSeconds, what: `the right ${field}` });
  return `${new Date(timestampSeconds * 1000).toISOString()} ${agent} ${field} = ${block[field]}`;
}

if (import.meta.main) {
  const { values, positionals: [topic = "", field = ""] } = parseArgs({
    allowPositionals: true,
    options: {
      below: { type: "string", default: "Infinity" },
      above: { type: "string", default: "-Infinity" },
      hours: { type: "string", default: "1" },
    },
  });
  const [agent = "", feed = ""] = topic.split(".");
  const [below = NaN, above = NaN, hours = NaN] = [values.below, values.above, values.hours].map(Number);
  if (feed === "" || field === "" || [below, above, hours].some(Number.isNaN)) {
    console.error("Usage: wait_for_temperature.ts [--below N] [--above N] [--hours N] AGENT.FEED FIELD");
    Deno.exit(2);
  }
  const isGood = (value: number) => value < below && value > above;
  const choice = { agent, feed, field, isGood, timeoutSeconds: hours * 3600 };
  Deno.exit(await runScript(async (script) => console.log(await waitForTemperature(script, choice))));
}
