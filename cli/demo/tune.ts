// deno-lint-ignore-file no-console -- a program that prints
/**
 * A stand-in for a tune script: takes a few seconds, says what it does as a real one would, and touches no hardware.
 *
 *     deno run -A tune.ts --band 4 --band 5 --seconds 3
 *
 * The pysmurf controller of the demo runs it. What it publishes reaches `session.data` and the session's messages by the
 * demo's monitor; what it prints, the log of the controller.
 *
 * @module
 */
import { PysmurfPublisher } from "../../client/pysmurf_publisher.ts";
import { pause } from "../../internal/pause.ts";

const USAGE = "tune.ts [--band N]... [--seconds N]";
const STEPS = ["find_freq", "setup_notches", "tracking_setup"] as const;

interface TuneOptions {
  readonly bands: readonly number[];
  /** For all of it. */
  readonly seconds: number;
}

/** What is published of one band. */
interface BandResult {
  readonly resonators: number;
  readonly channels: number;
}

function parseArgs(args: readonly string[]): TuneOptions {
  const bands: number[] = [];
  let seconds = 3;
  for (let at = 0; at < args.length; at += 2) {
    const [option, text = ""] = args.slice(at, at + 2);
    const value = Number(text);
    if (option === "--band" && /^[0-7]$/.test(text)) bands.push(value);
    else if (option === "--seconds" && text !== "" && value >= 0 && value <= 3600) seconds = value;
    else throw new RangeError(`Cannot read "${option} ${text}": expected ${USAGE}, bands from 0 to 7`);
  }
  return { bands: bands.length === 0 ? [4] : bands, seconds };
}

/** Made up, but always the same for a band. */
function resultOf(band: number): BandResult {
  const resonators = 412 + 7 * band;
  return { resonators, channels: resonators - 11 - band };
}

async function tune({ bands, seconds }: TuneOptions, signal: AbortSignal): Promise<void> {
  await using publisher = await PysmurfPublisher.open({ script: "tune.ts" });
  const say = async (text: string) => {
    console.log(text);
    await publisher.sessionLog(text);
  };
  const stepMs = seconds * 1000 / (bands.length * STEPS.length);
  const results: Record<string, BandResult> = {};
  await publisher.sessionData({ stand_in: true, bands: results });
  for (const band of bands) {
    for (const step of STEPS) {
      await say(`band ${band}: ${step}`);
      await publisher.sessionData({ step: `${step}, band ${band}` });
      await pause(stepMs, { signal });
      signal.throwIfAborted();
    }
    const result = results[band] = resultOf(band);
    await publisher.sessionData({ bands: results });
    await say(`band ${band}: ${result.channels} of ${result.resonators} resonators track`);
  }
  const channels = Object.values(results).reduce((sum, result) => sum + result.channels, 0);
  await publisher.sessionData({ step: "done", num_active_channels: channels });
}

/** Runs the script with the arguments of this process; resolves with the exit code. */
export async function main(): Promise<number> {
  const stop = new AbortController();
  const interrupted = (): void => stop.abort(new Error("Interrupted"));
  Deno.addSignalListener("SIGINT", interrupted);
  try {
    await tune(parseArgs(Deno.args), stop.signal);
    return 0;
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    return 1;
  } finally {
    Deno.removeSignalListener("SIGINT", interrupted);
  }
}

if (import.meta.main) Deno.exit(await main());
