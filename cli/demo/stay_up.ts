/** The demo after its tour. @module */
import { untilAborted } from "../interrupt.ts";
import { type Console, styled } from "../output.ts";
import type { DemoHub } from "./demo_site_file.ts";

/** What stays up, and how it is told. */
export interface StayUpOptions {
  readonly hub: DemoHub;
  /** For `OCS_CONFIG_DIR`. */
  readonly folder: string;
  /** The stand-in tune script. */
  readonly script: string | undefined;
  readonly console: Console;
  /** One JSON object instead of text, and no prompt. */
  readonly json: boolean;
  /** Ends it. */
  readonly signal: AbortSignal;
}

/**
 * Keeps the demo up: on a terminal at its prompt, until that is left; otherwise until Ctrl-C.
 *
 * Says how other terminals find it.
 */
export async function stayUp(options: StayUpOptions): Promise<void> {
  const { hub, folder, console: { out, err }, json, signal } = options;
  if (json) {
    const { url, httpUrl } = hub;
    await out.print(JSON.stringify({ event: "up", url, httpUrl, siteFolder: folder }));
    await untilAborted(signal);
    return;
  }
  await out.print(`\nIt stays up. In another terminal, also for Python's OCS tools:

  export OCS_CONFIG_DIR=${folder}
  deno task ocs agents
  deno task ocs start faker1.delay_task delay=3.0 --wait
  deno task ocs listen faker1.false_temperatures`);
  if (!out.look.isTerminal || !Deno.stdin.isTerminal()) {
    await out.print("\nCtrl-C ends it.");
    await untilAborted(signal);
  } else {
    await out.print(promptHint(options));
    const { runRepl } = await import("../../repl/run_repl.ts");
    // By the hub, not by the file: what is typed is kept for the next demo.
    const site = {
      site: "none",
      siteHub: hub.url,
      siteHttp: hub.httpUrl,
      siteRealm: hub.realm,
      addressRoot: hub.addressRoot,
    };
    await runRepl({ site, out, err });
    if (!signal.aborted) await out.print("\nThe demo ends with its prompt.");
  }
  await out.print("\nStopping the agents, then the router ...");
}

function promptHint({ script, console: { out } }: StayUpOptions): string {
  const lines = [
    "agents",
    "watch faker1.false_temperatures",
    ...(script === undefined ? [] : [`start pysmurf-controller.run script=${script}`]),
    "hk last faker1",
    "await faker1.acq.status()",
    "help",
  ];
  return [
    "\nAnd here is its prompt, for verbs and TypeScript; leaving it ends the demo. Try",
    "",
    ...lines.map((line) => `  ${styled(out.look, "cyan", line)}`),
    "\n",
  ].join("\n");
}
