/** The terminal of this process, key by key. @module */
import process from "node:process";
import type { TextOutput } from "./text_output.ts";

/** Who is told what comes from the terminal. */
export interface RawTerminalListener {
  /** Something was typed or pasted. */
  onText(text: string): void;
  /** The terminal is gone. */
  onEnd(): void;
  /** It has another size. */
  onResize(): void;
  /** The program goes on after it was stopped: others have written meanwhile. */
  onContinue(): void;
}

/** Has the terminal put pasted texts between brackets. */
const PASTE_ON = "\x1b[?2004h";
const PASTE_OFF = "\x1b[?2004l";
/** Within so long a program that can be stopped is. */
const STOP_MS = 200;

/**
 * Takes the terminal as long as it lives, Ctrl-C included: keys come as they are typed. Whoever makes it disposes of it; the
 * terminal is given back then, and when the program exits.
 *
 * Keys come in the way of Node's streams: a live screen on the same stream takes them over while it is open.
 */
export class RawTerminal implements Disposable {
  readonly #output: TextOutput;
  readonly #listener: RawTerminalListener;
  readonly #decoder = new TextDecoder();
  #isLent = false;
  #isGone = false;
  #stopTimer: ReturnType<typeof setTimeout> | undefined;

  /** Takes the terminal. */
  constructor(output: TextOutput, listener: RawTerminalListener) {
    this.#output = output;
    this.#listener = listener;
    process.stdin.on("data", this.#onData);
    process.stdin.on("end", this.#onEnd);
    process.stdin.on("error", this.#onEnd);
    Deno.addSignalListener("SIGWINCH", this.#onResize);
    Deno.addSignalListener("SIGCONT", this.#onContinue);
    globalThis.addEventListener("unload", this.#onExit);
    setRaw(true);
    process.stdin.resume();
    void output.write(PASTE_ON);
  }

  /** Gives the terminal to another program; disposing of what that returns takes it back. */
  lend(): Disposable {
    this.#isLent = true;
    process.stdin.off("data", this.#onData);
    process.stdin.pause();
    setRaw(false);
    void this.#output.write(PASTE_OFF);
    return {
      [Symbol.dispose]: () => {
        this.#isLent = false;
        setRaw(true);
        process.stdin.on("data", this.#onData);
        process.stdin.resume();
        void this.#output.write(PASTE_ON);
      },
    };
  }

  /** Stops the program as Ctrl-Z does, until the shell lets it go on. */
  async suspend(): Promise<void> {
    await this.#output.write(PASTE_OFF);
    setRaw(false);
    // 0 is the process group, as the terminal does it: wrappers such as `deno task` stop, too.
    process.kill(0, "SIGTSTP");
    // Where no shell could let it go on (a window of its own), the system does not stop it: then the terminal is still ours.
    this.#stopTimer = setTimeout(() => this.#takeBack(), STOP_MS);
  }

  /** Gives the terminal back. */
  [Symbol.dispose](): void {
    process.stdin.off("data", this.#onData);
    process.stdin.off("end", this.#onEnd);
    process.stdin.off("error", this.#onEnd);
    Deno.removeSignalListener("SIGWINCH", this.#onResize);
    Deno.removeSignalListener("SIGCONT", this.#onContinue);
    globalThis.removeEventListener("unload", this.#onExit);
    clearTimeout(this.#stopTimer);
    if (!this.#isGone) void this.#output.write(PASTE_OFF);
    setRaw(false);
    process.stdin.pause();
  }

  #takeBack(): void {
    clearTimeout(this.#stopTimer);
    setRaw(true);
    void this.#output.write(PASTE_ON);
  }

  readonly #onData = (data: Uint8Array | string): void => {
    this.#listener.onText(typeof data === "string" ? data : this.#decoder.decode(data, { stream: true }));
  };

  readonly #onEnd = (): void => {
    this.#isGone = true;
    this.#listener.onEnd();
  };

  readonly #onResize = (): void => this.#listener.onResize();

  readonly #onContinue = (): void => {
    if (this.#isLent) return;
    this.#takeBack();
    this.#listener.onContinue();
  };

  readonly #onExit = (): void => {
    Deno.stdout.writeSync(new TextEncoder().encode(PASTE_OFF));
    setRaw(false);
  };
}

function setRaw(isRaw: boolean): void {
  try {
    process.stdin.setRawMode(isRaw);
  } catch {
    // The terminal is gone; the end of standard input tells it.
  }
}
