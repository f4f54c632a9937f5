/** Lines of the operators' guide, played on a terminal: what is typed, what is shown, what happens elsewhere. @module */
import type { Terminal } from "../../helpers/tmux.ts";
import { untilTrue } from "../../helpers/until.ts";

/** One line of a tour. */
export type TourLine =
  | { readonly kind: "type"; readonly text: string; readonly keys: readonly string[] }
  | { readonly kind: "keys"; readonly keys: readonly string[] }
  | { readonly kind: "event"; readonly text: string }
  | { readonly kind: "shown"; readonly text: string };

const BLOCK = /^```text (\S+)\n([^]*?)^```$/gm;
const KEYS: Readonly<Record<string, string>> = {
  "Ctrl-C": "C-c",
  "Ctrl-D": "C-d",
  "Enter": "Enter",
  "Tab": "Tab",
};

/** Reads the lines of all blocks of one tour, in their order. */
export function readTour(guide: string, name: string): TourLine[] {
  return [...guide.matchAll(BLOCK)]
    .filter(([, tour]) => tour === name)
    .flatMap(([, , text = ""]) => text.trimEnd().split("\n").map(readLine));
}

function readLine(line: string): TourLine {
  if (line.startsWith("# ")) return { kind: "event", text: line.slice(2) };
  const keys = /\[((?:Ctrl-C|Ctrl-D|Tab|Enter|[a-z])(?: Enter)?)\]$/.exec(line)?.[1]?.split(" ").map(keyName);
  if (line.startsWith("ocs> ")) {
    const typed = line.slice("ocs> ".length);
    return keys === undefined
      ? { kind: "type", text: typed, keys: ["Enter"] }
      : { kind: "type", text: typed.replace(/\[[^[\]]*\]$/, ""), keys };
  }
  return keys === undefined ? { kind: "shown", text: line } : { kind: "keys", keys };
}

function keyName(key: string): string {
  return KEYS[key] ?? key;
}

/**
 * What a line of the guide may look like on the screen: numbers and times differ, columns are as wide as they need, and `…`
 * stands for anything.
 */
export function shownPattern(text: string): RegExp {
  const source = text.split(/ *… */).map((part) =>
    part
      .replaceAll(/[\\^$.*+?()[\]{}|]/g, "\\$&")
      .replaceAll(/\d+(?:\\\.\d+)?/g, String.raw`\d+(?:\.\d+)?`)
      .replaceAll(/ +/g, " +")
  ).join(".*");
  return new RegExp(`^ *${source} *$`, "m");
}

/** How a tour is played. */
export interface PlayOptions {
  /** What happens elsewhere, by the text of its line. */
  readonly events?: Readonly<Record<string, () => Promise<void>>> | undefined;
  /** What is really typed for a line of the guide. */
  readonly typed?: ((text: string) => string) | undefined;
  /** How long anything may take to be shown, in milliseconds. */
  readonly timeoutMs: number;
}

/** Plays a tour: types each line at a prompt that is ready, and sees all that the guide shows before it goes on. */
export async function playTour(
  terminal: Terminal,
  tour: readonly TourLine[],
  { events = {}, typed = (text) => text, timeoutMs }: PlayOptions,
): Promise<void> {
  const player = new Player(terminal, timeoutMs);
  for (const [at, line] of tour.entries()) {
    try {
      if (line.kind === "type") await player.type(typed(line.text), line.keys);
      else if (line.kind === "keys") await player.press(line.keys);
      else if (line.kind === "shown") await player.see(line.text);
      else await happen(line.text, events);
    } catch (error) {
      const text = "text" in line ? line.text : line.keys.join(" ");
      throw new Error(`Cannot play line ${at + 1} of the tour, "${text}": ${String(error)}`, {
        cause: error,
      });
    }
  }
}

async function happen(text: string, events: Readonly<Record<string, () => Promise<void>>>): Promise<void> {
  const event = events[text];
  if (event === undefined) throw new Error(`expected one of ${Object.keys(events).join(", ")}`);
  await event();
}

class Player {
  readonly #terminal: Terminal;
  readonly #timeoutMs: number;
  /** Lines of the terminal that were there before the line was typed. */
  #before = 0;

  constructor(terminal: Terminal, timeoutMs: number) {
    this.#terminal = terminal;
    this.#timeoutMs = timeoutMs;
  }

  async type(text: string, keys: readonly string[]): Promise<void> {
    await this.#terminal.until(/(?:^|\n)[^\n]*> ?$/, { timeoutMs: this.#timeoutMs, what: "the prompt" });
    this.#before = (await this.#terminal.scrollback()).split("\n").length - 1;
    await this.#terminal.type(text);
    for (const key of keys) await this.#terminal.key(key);
  }

  async press(keys: readonly string[]): Promise<void> {
    for (const key of keys) await this.#terminal.key(key);
  }

  async see(text: string): Promise<void> {
    const pattern = shownPattern(text);
    let seen = "";
    await untilTrue(async () => {
      const { alternateScreen } = await this.#terminal.state();
      seen = alternateScreen ? await this.#terminal.screen() : await this.#since();
      return pattern.test(seen);
    }, { timeoutMs: this.#timeoutMs, pollMs: 40, what: String(pattern) }).catch((error) => {
      throw new Error(`${error.message}; the terminal shows:\n${seen}`, { cause: error });
    });
  }

  /** What has come since the line was typed, that line included. */
  async #since(): Promise<string> {
    return (await this.#terminal.scrollback()).split("\n").slice(this.#before).join("\n");
  }
}
