/** A prompt in a terminal or behind a pipe, for tests. @module */
import { OurRouter } from "../../helpers/our_router.ts";
import { startOurAgent } from "../../helpers/our_agent.ts";
import { Program, type ProgramEnd } from "../../helpers/process.ts";
import { type SiteFolder, writeSite } from "../../helpers/site_file.ts";
import { Terminal, type Tmux } from "../../helpers/tmux.ts";
import { within } from "../../helpers/until.ts";

const MAIN = new URL("../../../cli/main.ts", import.meta.url).pathname;

/** A router and a site file of its own. */
export interface PromptBed extends AsyncDisposable {
  readonly router: OurRouter;
  readonly site: SiteFolder;
}

/**
 * Starts a router and, where asked, agents of the class FakeDataAgent; dispose of it.
 *
 * @param listed Agents that the site file names as well, for the test to start.
 */
export async function openBed(
  instances: readonly string[] = [],
  { listed = [] }: { readonly listed?: readonly string[] } = {},
): Promise<PromptBed> {
  await using stack = new AsyncDisposableStack();
  const router = stack.use(await OurRouter.start());
  const agents = instances.map((instanceId) => ({ agentClass: "FakeDataAgent", instanceId }));
  const others = listed.map((instanceId) => ({ agentClass: "FakeDataAgent", instanceId }));
  const site = stack.use(await writeSite(router, [...agents, ...others]));
  for (const program of await Promise.all(agents.map((agent) => startOurAgent(site, agent)))) {
    stack.use(program);
  }
  const owned = stack.move();
  return { router, site, [Symbol.asyncDispose]: () => owned.disposeAsync() };
}

function args({ file }: SiteFolder, more: readonly string[]): string[] {
  return ["run", "-A", "--quiet", MAIN, "repl", "--site-file", file, "--site-host", "localhost", ...more];
}

/** How a prompt is opened. */
export interface PromptOptions {
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly columns?: number;
  /** Program with its arguments that runs the prompt. */
  readonly wrapper?: readonly string[];
}

/** Opens a prompt in a terminal, without colours unless `env` says otherwise; dispose of it. */
export function openPrompt(tmux: Tmux, site: SiteFolder, options: PromptOptions = {}): Promise<Terminal> {
  const [command = "", ...rest] = [
    ...options.wrapper ?? [],
    Deno.execPath(),
    ...args(site, options.args ?? []),
  ];
  return Terminal.open(tmux, {
    command,
    args: rest,
    cwd: site.folder,
    env: options.env ?? { NO_COLOR: "1" },
    columns: options.columns ?? 100,
    rows: 30,
  });
}

/** Runs a prompt with lines from a pipe to its end. */
export async function pipePrompt(
  site: SiteFolder,
  lines: readonly string[],
  options: PromptOptions = {},
): Promise<ProgramEnd> {
  await using program = startPipe(site, `${lines.join("\n")}\n`, options);
  return await within(program.ended, 40_000, "the end of the prompt");
}

/** Starts a prompt with a text for its standard input; dispose of it. */
export function startPipe(site: SiteFolder, stdin: string, options: PromptOptions = {}): Program {
  return Program.start({
    name: "ocs repl",
    command: Deno.execPath(),
    args: args(site, options.args ?? []),
    cwd: site.folder,
    env: { XDG_STATE_HOME: `${site.folder}/state`, ...options.env },
    stdin,
  });
}
