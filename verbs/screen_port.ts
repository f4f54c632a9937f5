/** What a live screen needs of a terminal, and that of this process. @module */
import process from "node:process";
import type { ScreenSize } from "./screen_update.ts";

/** A terminal as a live screen sees it. */
export interface ScreenPort {
  /** Size now. */
  readonly size: ScreenSize;
  /** Writes; resolves when it is out, rejects when the terminal is gone. */
  write(text: string): Promise<void>;
  /** Writes at once, for a program that is about to end; never throws. */
  writeNow(text: string): void;
  /** Takes the keys: as they are typed, unseen, Ctrl-C included; never throws. */
  takeKeys(listener: KeyListener): void;
  /** Gives the keys back to whom they belonged. */
  returnKeys(): void;
  /** Calls back when the size changes, or the program goes on after it was stopped; returns what ends that. */
  onChange(listener: (what: "size" | "continued") => void): () => void;
  /** Stops the program as Ctrl-Z does; returns at once, whether it will be stopped or not. */
  suspend(): void;
}

/** Told what is typed. */
export interface KeyListener {
  /** Takes some bytes. */
  onBytes(bytes: Uint8Array): void;
  /** The terminal is gone. */
  onEnd(): void;
}

const PARENT_MS = 1000;

/** Whether this process has a terminal to draw on and to read keys from. */
export function hasScreen(): boolean {
  return Deno.stdin.isTerminal() && Deno.stdout.isTerminal() && Deno.env.get("TERM") !== "dumb";
}

/** The terminal of this process. */
export function processScreenPort(): ScreenPort {
  const encoder = new TextEncoder();
  let returnKeys = (): void => {};
  return {
    get size() {
      return terminalSize();
    },
    async write(text) {
      const bytes = encoder.encode(text);
      for (let at = 0; at < bytes.length;) at += await Deno.stdout.write(bytes.subarray(at));
    },
    writeNow(text) {
      const bytes = encoder.encode(text);
      try {
        for (let at = 0; at < bytes.length;) at += Deno.stdout.writeSync(bytes.subarray(at));
      } catch {
        // The terminal is gone, and with it what was to be restored.
      }
    },
    takeKeys(listener) {
      returnKeys();
      returnKeys = takeProcessKeys(listener);
    },
    returnKeys() {
      returnKeys();
      returnKeys = () => {};
    },
    onChange(listener) {
      const onResize = (): void => listener("size");
      const onContinue = (): void => listener("continued");
      Deno.addSignalListener("SIGWINCH", onResize);
      Deno.addSignalListener("SIGCONT", onContinue);
      return () => {
        Deno.removeSignalListener("SIGWINCH", onResize);
        Deno.removeSignalListener("SIGCONT", onContinue);
      };
    },
    // 0 is the process group, as the terminal does it: wrappers such as `deno task` stop, too.
    suspend: () => void process.kill(0, "SIGTSTP"),
  };
}

function terminalSize(): ScreenSize {
  try {
    const { columns, rows } = Deno.consoleSize();
    // Some terminals, such as serial lines, do not know their size and say 0.
    return { columns: columns || 80, rows: rows || 24 };
  } catch {
    return { columns: 80, rows: 24 };
  }
}

/**
 * Reads keys from standard input, in the way of Node's streams: a line editor on the same stream, such as the prompt's,
 * does not hear them meanwhile, and gets what was typed behind the last key that was taken.
 */
function takeProcessKeys({ onBytes, onEnd }: KeyListener): () => void {
  const { stdin, stdout } = process;
  const { isRaw } = stdin;
  const wasPaused = stdin.isPaused() || stdin.listenerCount("data") === 0;
  // Listeners are functions; Node's types say no more than that of them.
  const editors = stdin.listeners("data") as ((bytes: Uint8Array) => void)[];
  const resizers = stdout.listeners("resize") as (() => void)[];
  for (const editor of editors) stdin.off("data", editor);
  for (const resizer of resizers) stdout.off("resize", resizer);
  const onData = (data: Uint8Array | string): void =>
    onBytes(typeof data === "string" ? new TextEncoder().encode(data) : data);
  setRaw(true);
  stdin.on("data", onData);
  for (const event of ["end", "close", "error"]) stdin.on(event, onEnd);
  stdin.resume();
  const parent = Deno.ppid;
  // A wrapper such as `deno task` that is killed leaves this program behind, on a terminal that is the shell's again.
  const timer = setInterval(() => {
    if (Deno.ppid !== parent) onEnd();
  }, PARENT_MS);
  return () => {
    clearInterval(timer);
    stdin.off("data", onData);
    for (const event of ["end", "close", "error"]) stdin.off(event, onEnd);
    for (const editor of editors) stdin.on("data", editor);
    for (const resizer of resizers) stdout.on("resize", resizer);
    setRaw(isRaw === true);
    if (wasPaused) stdin.pause();
    else stdin.resume();
  };
}

function setRaw(isRaw: boolean): void {
  try {
    process.stdin.setRawMode(isRaw);
  } catch {
    // The terminal is gone; the end of standard input tells it.
  }
}
