/** The prompt's objects for a REPL that is not ours. @module */
import { openContext } from "./open_context.ts";
import { PromptSession } from "./prompt_session.ts";
import { PromptTerminal } from "./prompt_terminal.ts";
import type { TextOutput } from "./text_output.ts";

/** How often new agents get their variables, in milliseconds. */
const UPDATE_MS = 500;

/** Standard output, in the order of the lines: the REPL has the terminal. */
const OUTPUT: TextOutput = {
  look: {
    isTerminal: Deno.stdout.isTerminal(),
    columns: 100,
    colors: !Deno.noColor && Deno.stdout.isTerminal(),
  },
  broken: new AbortController().signal,
  write: (text) => {
    Deno.stdout.writeSync(new TextEncoder().encode(text));
    return Promise.resolve();
  },
  flush: () => Promise.resolve(),
};
/** Makes agents, helpers and the function `ocs` global, and keeps them until the program ends. */
export async function openPrelude(): Promise<void> {
  const say = (text: string): void => void OUTPUT.write(`${text}\n`);
  const terminal = new PromptTerminal({ out: OUTPUT, err: OUTPUT, line: undefined, plain: true });
  const context = await openContext({ site: undefined, terminal, log: { info: say, warn: say, error: say } });
  const { fleet, link, variables } = context;
  const session = new PromptSession(context);
  await link.connection.joined();
  await fleet.settled;
  await Promise.all([...fleet.agents.keys()].map((instance) => fleet.refreshApi(instance)));
  await variables.update();
  Deno.unrefTimer(setInterval(() => void variables.update(), UPDATE_MS));
  const ocs = (line: string): Promise<void> => session.take(line);
  Object.defineProperty(globalThis, "ocs", { value: ocs, configurable: true });
  const names = [...variables.names.keys()].join(", ") || "none heard yet";
  say(`Agents: ${names}; await ocs("help") lists the verbs`);
}
