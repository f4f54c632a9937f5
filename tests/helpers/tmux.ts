/** A real terminal for tests: a program in a tmux of its own, with typed keys and captured screens. @module */
import { untilTrue } from "./until.ts";

/** A tmux that can be used. */
export interface Tmux {
  /** Path or name of the program. */
  readonly command: string;
  /** As it says it, such as `tmux 3.5a`. */
  readonly version: string;
}

/**
 * Finds tmux, for `testsWith("tmux", findTmux)`.
 *
 * @throws {Error} If there is none; the text says how to get it.
 */
export async function findTmux(): Promise<Tmux> {
  try {
    const { success, stdout } = await new Deno.Command("tmux", { args: ["-V"], stderr: "null" }).output();
    if (success) return { command: "tmux", version: new TextDecoder().decode(stdout).trim() };
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
  throw new Error("tmux is not on the PATH; on Debian: apt-get install tmux");
}

/** What runs in the terminal. */
export interface TerminalOptions {
  readonly command: string;
  readonly args?: readonly string[] | undefined;
  readonly cwd?: string | undefined;
  /**
   * Added to an environment that is otherwise empty but for PATH, LANG, DENO_DIR, the terminal's own variables and
   * `HOME`, `XDG_STATE_HOME`, `TMPDIR` in a folder of this terminal's.
   */
  readonly env?: Readonly<Record<string, string>> | undefined;
  /** Default 80. */
  readonly columns?: number | undefined;
  /** Default 24. */
  readonly rows?: number | undefined;
}

/** What a terminal shows besides its characters. */
export interface TerminalState {
  /** True while a program draws on the alternate screen. */
  readonly alternateScreen: boolean;
  readonly cursorVisible: boolean;
  /** From 0. */
  readonly cursorColumn: number;
  /** From 0. */
  readonly cursorRow: number;
}

const POLL_MS = 40;
/** How long a program may take to end in order when its terminal is closed; then it is killed. */
const GRACE_MS = 12_000;

/**
 * A terminal with one program in it. Whoever opens it disposes of it: that closes the terminal (SIGHUP to the program),
 * ends its tmux server, and removes its folder.
 *
 * @example Type a line and read the answer
 * ```ts ignore
 * const test = await testsWith("tmux", findTmux);
 *
 * test("sh answers", async (tmux) => {
 *   await using terminal = await Terminal.open(tmux, { command: "sh", args: ["-i"] });
 *   await terminal.line("echo $((6 * 7))");
 *   await terminal.until(/^42$/m);
 * });
 * ```
 */
export class Terminal implements AsyncDisposable {
  /** Folder of this terminal alone: `HOME`, with `state` as `XDG_STATE_HOME` and `tmp` as `TMPDIR` in it. */
  readonly folder: string;
  /** Process id of the program, which leads a process group. */
  readonly pid: number;
  /** Device of the terminal, for `stty -F`. */
  readonly tty: string;
  readonly #tmux: Tmux;
  readonly #socket: string;

  private constructor(
    tmux: Tmux,
    { folder, socket, pid, tty }: {
      readonly folder: string;
      readonly socket: string;
      readonly pid: number;
      readonly tty: string;
    },
  ) {
    this.#tmux = tmux;
    this.folder = folder;
    this.#socket = socket;
    this.pid = pid;
    this.tty = tty;
  }

  /** Opens a terminal and starts the program in it; it is not ready yet, see `until`. */
  static async open(tmux: Tmux, options: TerminalOptions): Promise<Terminal> {
    const { command, args = [], cwd, columns = 80, rows = 24 } = options;
    const folder = await Deno.makeTempDir({ prefix: "terminal_" });
    const socket = `${folder}/socket`;
    try {
      await Promise.all(["state", "tmp"].map((name) => Deno.mkdir(`${folder}/${name}`)));
      await Deno.writeTextFile(`${folder}/tmux.conf`, CONFIGURATION);
      const start = await new Deno.Command("sh", {
        args: [
          ...["-c", WITHOUT_DESCRIPTORS, "sh", tmux.command],
          ...["-u", "-f", `${folder}/tmux.conf`, "-S", socket],
          ...["new-session", "-d", "-P", "-F", "#{pane_tty}"],
          ...["-x", String(columns), "-y", String(rows), "-c", cwd ?? Deno.cwd()],
          ...["sh", "-c", SHELL, "sh", folder, String(Deno.pid), command, ...args].map(literal),
        ],
        clearEnv: true,
        env: { ...environment(folder), ...options.env },
        stdin: "null",
      }).output();
      const tty = new TextDecoder().decode(start.stdout).trim();
      if (!start.success) {
        throw new Error(`Cannot open a terminal for "${command}": ${new TextDecoder().decode(start.stderr)}`);
      }
      const pid = await untilTrue(() => numberIn(`${folder}/pid`), { what: `the start of "${command}"` });
      return new Terminal(tmux, { folder, socket, pid, tty });
    } catch (error) {
      await new Deno.Command(tmux.command, { args: ["-S", socket, "kill-server"], stderr: "null" }).output();
      await Deno.remove(folder, { recursive: true });
      throw error;
    }
  }

  /** Types a text as it is, without Enter; it may hold several lines. */
  async type(text: string): Promise<void> {
    for (const [at, line] of text.split("\n").entries()) {
      if (at > 0) await this.key("Enter");
      if (line !== "") await this.#run("send-keys", "-l", "--", literal(line));
    }
  }

  /** Types a text and Enter. */
  async line(text: string): Promise<void> {
    await this.type(`${text}\n`);
  }

  /** Presses keys by their names in tmux: `C-c`, `Tab`, `Up`, `Escape`, `F1`, `q`. */
  async key(...names: readonly string[]): Promise<void> {
    await this.#run("send-keys", ...names.map(literal));
  }

  /** Pastes a text, in brackets where the program has asked for them. */
  async paste(text: string): Promise<void> {
    await this.#run("set-buffer", "-b", "test", "--", literal(text));
    await this.#run("paste-buffer", "-p", "-d", "-b", "test");
  }

  /** What can be seen now, one line a row, without spaces at the ends of lines and empty rows at the end. */
  async screen(): Promise<string> {
    return trimmed(await this.#run("capture-pane", "-p"));
  }

  /** As `screen`, with the escape sequences of colours and weights. */
  async styledScreen(): Promise<string> {
    return trimmed(await this.#run("capture-pane", "-p", "-e"));
  }

  /** Everything that has scrolled off the top as well, with lines that the terminal has wrapped joined again. */
  async scrollback(): Promise<string> {
    return trimmed(await this.#run("capture-pane", "-p", "-J", "-S", "-"));
  }

  /** What the terminal shows besides its characters. */
  async state(): Promise<TerminalState> {
    const format = "#{alternate_on} #{cursor_flag} #{cursor_x} #{cursor_y}";
    const [alternate, cursor, column, row] = (await this.#run("display-message", "-p", format)).trim().split(
      " ",
    );
    return {
      alternateScreen: alternate === "1",
      cursorVisible: cursor === "1",
      cursorColumn: Number(column),
      cursorRow: Number(row),
    };
  }

  /**
   * Looks at the screen until it matches.
   *
   * @param wanted A text or pattern on the screen, or a condition on its text.
   * @returns The screen.
   * @throws {Error} If it does not in time, default 15 s; the text shows the screen.
   */
  async until(
    wanted: string | RegExp | ((screen: string) => boolean),
    { timeoutMs = 15_000, what = String(wanted) }: {
      readonly timeoutMs?: number | undefined;
      readonly what?: string | undefined;
    } = {},
  ): Promise<string> {
    let screen = "";
    const look = async (): Promise<boolean> => {
      screen = await this.screen();
      return matches(screen, wanted);
    };
    try {
      await untilTrue(look, { timeoutMs, pollMs: POLL_MS });
    } catch (error) {
      const end = this.#exitCode;
      throw new Error(
        `Cannot see ${what} on the terminal within ${timeoutMs} ms${
          end === undefined ? "" : ` (the program has ended with code ${end})`
        }; it shows:\n${framed(screen)}`,
        { cause: error },
      );
    }
    return screen;
  }

  /** Gives the window another size; the program gets SIGWINCH. */
  async resize(columns: number, rows: number): Promise<void> {
    await this.#run("resize-window", "-x", String(columns), "-y", String(rows));
  }

  /** Waits for the end of the program; gives its exit code, 128 and the number of the signal that killed it. */
  async ended(timeoutMs = 15_000): Promise<number> {
    const { code } = await untilTrue(
      () => this.#exitCode === undefined ? undefined : { code: this.#exitCode },
      { timeoutMs, pollMs: POLL_MS, what: "the end of the program on the terminal" },
    ).catch(async (error) => {
      throw new Error(`${error.message}; it shows:\n${framed(await this.screen())}`, { cause: error });
    });
    return code;
  }

  /** Sends a signal to the program alone. */
  signal(name: Deno.Signal): void {
    Deno.kill(this.pid, name);
  }

  /** Closes the terminal. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#run("kill-server").catch(() => {}); // A server that is gone already is what is wanted.
    try {
      await untilTrue(() => !isThere(this.pid), {
        timeoutMs: GRACE_MS,
        what: `the end of process ${this.pid} after its terminal was closed`,
      });
    } catch (error) {
      Deno.kill(-this.pid, "SIGKILL");
      throw error;
    } finally {
      await Deno.remove(this.folder, { recursive: true });
    }
  }

  get #exitCode(): number | undefined {
    return numberIn(`${this.folder}/code`);
  }

  async #run(...args: readonly string[]): Promise<string> {
    const { success, stdout, stderr } = await new Deno.Command(this.#tmux.command, {
      args: ["-S", this.#socket, ...args],
      stdin: "null",
    }).output();
    if (success) return new TextDecoder().decode(stdout);
    throw new Error(`Cannot run tmux ${args[0]}: ${new TextDecoder().decode(stderr).trim()}`);
  }
}

/**
 * The program in the foreground of a shell with job control, as operators have it: Ctrl-C is for the program alone, and the
 * terminal stays when it has ended. (tmux itself tells an exit code only now and then.) When the process of the test is killed,
 * the terminal ends with it.
 */
const SHELL = `folder=$1 owner=$2 shell=$$; shift 2
(while kill -0 "$owner" && kill -0 "$shell"; do sleep 1; done; tmux -S "$folder/socket" kill-server) >/dev/null 2>&1 &
set -m
sh -c 'echo $$ > "$0/pid"; exec "$@"' "$folder" "$@"
echo $? > "$folder/code"
exec sleep 86400`;

/** Starts a program without what the test's process has inherited, such as the lock of whoever runs the tests. */
const WITHOUT_DESCRIPTORS = 'exec 3>&- 4>&- 5>&- 6>&- 7>&- 8>&- 9>&-; exec "$@"';

/** The server's settings; what whoever runs the tests has in their home folder does not count. */
const CONFIGURATION = `set -g default-terminal tmux-256color
set -g status off
set -g history-limit 50000
set -s escape-time 0
`;

function environment(folder: string): Record<string, string> {
  const home = Deno.env.get("HOME") ?? "/";
  const caches = Deno.env.get("XDG_CACHE_HOME") ?? `${home}/.cache`;
  const registry = Deno.env.get("NPM_CONFIG_REGISTRY");
  return {
    PATH: Deno.env.get("PATH") ?? "/usr/bin:/bin",
    LANG: "C.UTF-8",
    HOME: folder,
    XDG_STATE_HOME: `${folder}/state`,
    TMPDIR: `${folder}/tmp`,
    // Where the packages are already, in spite of the other home folder.
    DENO_DIR: Deno.env.get("DENO_DIR") ?? `${caches}/deno`,
    ...(registry === undefined ? {} : { NPM_CONFIG_REGISTRY: registry }),
  };
}

/** tmux takes a semicolon at the end of a word for the end of its command. */
function literal(word: string): string {
  return word.endsWith(";") ? `${word.slice(0, -1)}\\;` : word;
}

/** The number on the line that is a file; undefined while that is not written. */
function numberIn(path: string): number | undefined {
  try {
    const text = Deno.readTextFileSync(path);
    return text.endsWith("\n") ? Number(text) : undefined;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

function matches(screen: string, wanted: string | RegExp | ((screen: string) => boolean)): boolean {
  if (typeof wanted === "string") return screen.includes(wanted);
  return wanted instanceof RegExp ? wanted.test(screen) : wanted(screen);
}

function trimmed(text: string): string {
  return text.replaceAll(/[ \t]+$/gm, "").trimEnd();
}

function framed(screen: string): string {
  return screen.replaceAll(/^/gm, "  | ");
}

/** Whether a process is there, and not just waiting to be buried. */
function isThere(pid: number): boolean {
  try {
    const stat = Deno.readTextFileSync(`/proc/${pid}/stat`);
    return !/^[ZX]/.test(stat.slice(stat.lastIndexOf(")") + 2));
  } catch {
    return false;
  }
}
