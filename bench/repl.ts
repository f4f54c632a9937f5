// deno-lint-ignore-file no-console -- a program that prints
/**
 * Prints what the operators' prompt costs, as JSON lines: `deno run -A --unstable-net bench/repl.ts [AGENTS]`.
 *
 * Start to the prompt in a terminal (tmux), the first listing with and without a registry, completions, a `status` beside the bare
 * call. The router and the registry are programs of their own; the agents (500) are simulated in a Worker.
 *
 * @module
 */
import { openContext } from "../repl/open_context.ts";
import { Completer } from "../repl/completer.ts";
import { LiveCache } from "../repl/live_cache.ts";
import { PromptSession } from "../repl/prompt_session.ts";
import { PromptTerminal } from "../repl/prompt_terminal.ts";
import type { TextOutput } from "../repl/text_output.ts";
import { startOurAgent } from "../tests/helpers/our_agent.ts";
import { OurRouter } from "../tests/helpers/our_router.ts";
import { type SiteFolder, writeSite } from "../tests/helpers/site_file.ts";
import { findTmux, Terminal } from "../tests/helpers/tmux.ts";
import { untilTrue } from "../tests/helpers/until.ts";

const AGENTS = Number(Deno.args[0] ?? "500");
const STARTS = 10;
const REQUESTS = 200;
const MAIN = new URL("../cli/main.ts", import.meta.url).pathname;

/** Simulates the agents in a thread of its own: their work must not count as the prompt's. */
const WORKER = (url: string, count: number) => `
import { PlainAgents } from "${new URL("../tests/system/verbs/plain_agents.ts", import.meta.url).href}";
const instances = Array.from({ length: ${count} }, (_, n) => "agent-" + String(n).padStart(3, "0"));
const agents = await PlainAgents.start({ url: "${url}", instances, operations: ["acq", "init", "count", "relock"] });
let turn = 0;
// As many a second as there are agents, spread over it.
setInterval(() => {
  const names = instances.filter((_, n) => n % 10 === turn % 10);
  turn++;
  agents.beat(...names);
}, 100);
postMessage("ready");
`;

function print(figure: string, values: readonly number[]): void {
  const sorted = [...values].sort((a, b) => a - b);
  const at = (part: number) =>
    Number((sorted[Math.min(sorted.length - 1, Math.floor(part * sorted.length))] ?? 0).toFixed(2));
  console.log(
    JSON.stringify({
      figure,
      agents: AGENTS,
      runs: values.length,
      median: at(0.5),
      p95: at(0.95),
      max: at(1),
    }),
  );
}

const silent: TextOutput = {
  look: { isTerminal: false, columns: 200, colors: false },
  broken: new AbortController().signal,
  write: () => Promise.resolve(),
  flush: () => Promise.resolve(),
};

async function open(site: SiteFolder) {
  const terminal = new PromptTerminal({ out: silent, err: silent, line: undefined, plain: true });
  const log = { info() {}, warn() {}, error() {} };
  return await openContext({ site: { siteFile: site.file, siteHost: "localhost" }, terminal, log });
}

/** From nothing to the first listing, as the prompt does it. */
async function listings(site: SiteFolder, name: string): Promise<void> {
  const times: number[] = [];
  for (let run = 0; run < STARTS; run++) {
    const startMs = performance.now();
    await using context = await open(site);
    await context.fleet.settled;
    times.push(performance.now() - startMs);
    if (context.fleet.agents.size < AGENTS) {
      throw new Error(`Only ${context.fleet.agents.size} agents were listed`);
    }
  }
  print(`first listing, ${name}, ms`, times);
}

async function completions(site: SiteFolder): Promise<void> {
  await using context = await open(site);
  await context.fleet.settled;
  await untilTrue(() => [...context.fleet.agents.values()].every(({ api }) => api !== undefined), {
    what: "descriptions of all agents",
    timeoutMs: 60_000,
  });
  const startMs = performance.now();
  await context.variables.update();
  print("variables of all agents, ms", [performance.now() - startMs]);
  await using cache = new LiveCache(context);
  const session = new PromptSession(context);
  const completer = new Completer({ ...context, cache, isVerb: (line) => session.isVerb(line) });
  const lines = [
    "",
    "sta",
    "start ",
    "start agent-2",
    "start agent-250.",
    "start agent-250.acq ",
    "stop */a",
    "show agent-49",
    "watch agent-250.",
    "data agent-250.acq ",
    "agents --",
    "await agent_2",
    "await agent_250.acq.st",
    "agent_250.acq.start({ ",
    "const x = glob",
  ];
  for (const line of lines) await completer.complete(line);
  const times: number[] = [];
  for (let run = 0; run < 20; run++) {
    for (const line of lines) {
      const begunMs = performance.now();
      await completer.complete(line);
      times.push(performance.now() - begunMs);
    }
  }
  print("completion, ms", times);
}

async function requests(site: SiteFolder): Promise<void> {
  await using context = await open(site);
  await context.fleet.settled;
  const session = new PromptSession(context);
  const { connection } = context.link;
  await session.take("status agent-250.acq");
  const bare: number[] = [];
  const verb: number[] = [];
  const script: number[] = [];
  for (let run = 0; run < REQUESTS; run++) {
    for (
      const [times, request] of [
        [bare, () => connection.call("observatory.agent-250.ops", ["status", "acq", {}])],
        [verb, () => session.take("status agent-250.acq")],
        [script, () => session.take("await agent_250.acq.status()")],
      ] as const
    ) {
      const startMs = performance.now();
      await request();
      times.push(performance.now() - startMs);
    }
  }
  print("status, bare call, ms", bare);
  print("status, verb, ms", verb);
  print("status, TypeScript, ms", script);
}

/** From Enter in a shell to the prompt, and to the listing that the prompt shows; what tmux and the shell take is told. */
async function starts(site: SiteFolder, plain: boolean): Promise<void> {
  const tmux = await findTmux();
  const echoes: number[] = [];
  const prompts: number[] = [];
  const lists: number[] = [];
  for (let run = 0; run < STARTS; run++) {
    await using terminal = await Terminal.open(tmux, { command: "sh", columns: 100 });
    await terminal.until(/[#$] ?$/m);
    const shown = async (pattern: RegExp, startMs: number, what: string): Promise<number> => {
      await untilTrue(async () => pattern.test(`${await terminal.screen()} `), { pollMs: 2, what });
      return performance.now() - startMs;
    };
    let startMs = performance.now();
    await terminal.line("echo e''cho");
    echoes.push(await shown(/^echo$/m, startMs, "the echo"));
    const args = [
      "repl",
      ...(plain ? ["--plain"] : []),
      "--site-file",
      site.file,
      "--site-host",
      "localhost",
    ];
    startMs = performance.now();
    await terminal.line(`${Deno.execPath()} run -A ${MAIN} ${args.join(" ")}`);
    prompts.push(await shown(/^test_realm.*> $/m, startMs, "the prompt"));
    // A plain prompt is not drawn anew; the next one has the listing.
    if (plain) await terminal.line("");
    lists.push(await shown(new RegExp(`^test_realm ${AGENTS + 1} up`, "m"), startMs, "the listing"));
    await terminal.line("exit");
  }
  const mode = plain ? ", --plain" : "";
  print(`an echo of the shell in the same terminal${mode}, ms`, echoes);
  print(`start to the prompt${mode}, ms (the terminal's own time counts)`, prompts);
  print(`start to the listing in the prompt${mode}, ms (likewise)`, lists);
}

await using router = await OurRouter.start();
await using site = await writeSite(router, [{ agentClass: "RegistryAgent", instanceId: "registry" }]);
// The night log of whoever runs this stays as it is.
Deno.env.set("XDG_STATE_HOME", site.folder);
const source = new Blob([WORKER(router.url, AGENTS)], { type: "application/typescript" });
const agents = new Worker(URL.createObjectURL(source), { type: "module" });
await new Promise((resolve) => agents.onmessage = resolve);
await listings(site, "no registry");
{
  await using registry = await startOurAgent(site, { agentClass: "RegistryAgent", instanceId: "registry" });
  await untilTrue(async () => {
    await using context = await open(site);
    await context.fleet.settled;
    return context.fleet.agents.size > AGENTS;
  }, { timeoutMs: 60_000, what: "the registry's list" });
  await listings(site, "registry");
  await completions(site);
  await requests(site);
  await starts(site, false);
  await starts(site, true);
  await registry.stop();
}
agents.terminate();
