/** A view that is drawn again and again in a terminal. @module */
import { BoundedStream } from "../client/mod.ts";
import { type Clock, SYSTEM_CLOCK } from "../internal/clock.ts";
import { pause } from "../internal/pause.ts";
import { onStopSignals } from "../internal/stop_signals.ts";
import { type Key, KeyDecoder } from "./key_decoder.ts";
import { processScreenPort, type ScreenPort } from "./screen_port.ts";
import { screenRows, type ScreenSize, screenUpdate } from "./screen_update.ts";

/** Alternate screen, no cursor, and lines that are too long do not run into the next one. */
const ENTER = "\x1b[?1049h\x1b[?25l\x1b[?7l";
const LEAVE = "\x1b[0m\x1b[?7h\x1b[?25h\x1b[?1049l";

/** Views a second. */
const FRAME_MS = 100;
/** Over time no more bytes than that: views must not pile up in front of a slow line. */
const MAX_BYTES_PER_SECOND = 20_000;
/** An Escape that nothing follows for so long is the key, not the beginning of another one. */
const ESCAPE_MS = 50;
/** How long a terminal may take for the last bytes. */
const CLOSE_MS = 1000;
/** A program that was not stopped after so long will not be: it has no shell that could let it go on. */
const SUSPEND_MS = 100;
const MAX_KEYS = 100;

/** What a screen goes by. */
export interface LiveScreenOptions {
  /** Default: the machine's. */
  readonly clock?: Clock | undefined;
}

/**
 * The whole terminal, until disposed of.
 *
 * The terminal is restored whatever happens: an error, a rejection that nobody handles, SIGTERM, SIGHUP, `Deno.exit`; Ctrl-Z
 * gives it back until the shell lets the program go on. Only `kill -9` is beyond it.
 */
export class LiveScreen implements AsyncDisposable {
  /** What is typed, Ctrl-C as `ctrl-c`; ends with the screen. Keys that nobody reads are dropped. */
  readonly keys: AsyncIterable<Key>;
  readonly #port: ScreenPort;
  readonly #clock: Clock;
  readonly #closing = new AbortController();
  readonly #resizeListeners = new Set<() => void>();
  readonly #cleanUp: (() => void)[] = [];
  readonly #decoder = new KeyDecoder();
  #pushKey: (key: Key) => void = () => {};
  #cancelEscape: () => void = () => {};
  #isOn = false;
  #isHeld = false;
  #last: readonly string[] = [];
  #isDue = false;
  #shown: readonly string[] | undefined;
  #drawing: Promise<void> | undefined;
  #nextFrameMs = 0;
  #writingSinceMs: number | undefined;

  private constructor(port: ScreenPort, { clock = SYSTEM_CLOCK }: LiveScreenOptions) {
    this.#port = port;
    this.#clock = clock;
    this.keys = new BoundedStream<Key>({
      start: (push, end) => {
        this.#pushKey = push;
        this.signal.addEventListener("abort", () => end(), { once: true });
        return Promise.resolve(() => Promise.resolve());
      },
    }, { bufferSize: MAX_KEYS });
  }

  /** Takes the terminal; whoever opens it disposes of it. */
  static open(port: ScreenPort = processScreenPort(), options: LiveScreenOptions = {}): LiveScreen {
    const screen = new LiveScreen(port, options);
    screen.#listen();
    screen.#enter();
    return screen;
  }

  /** Aborted when the screen ends: disposed of, the terminal is gone, or the program is asked to end. */
  get signal(): AbortSignal {
    return this.#closing.signal;
  }

  /** Letters across. */
  get columns(): number {
    return this.#port.size.columns;
  }

  /** Letters down. */
  get rows(): number {
    return this.#port.size.rows;
  }

  /** Has a listener told of a new size; what was drawn last is cut to it meanwhile. */
  onResize(listener: () => void): Disposable {
    this.#resizeListeners.add(listener);
    return { [Symbol.dispose]: () => void this.#resizeListeners.delete(listener) };
  }

  /**
   * Shows a whole view, at once or within a tenth of a second; what a terminal is too slow to show is left out for the newest.
   *
   * @param lines From the top; more than there is room for, or wider ones, are cut.
   */
  draw(lines: readonly string[]): void {
    this.#last = lines;
    this.#isDue = true;
    if (this.signal.aborted || !this.#mayDraw || this.#drawing !== undefined) return;
    this.#drawing = this.#drawAll().finally(() => {
      this.#drawing = undefined;
      // The screen was left and taken again meanwhile.
      if (this.#isDue) this.draw(this.#last);
    });
  }

  /** Restores the terminal. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#closing.abort();
    await this.#drawn();
    this.#end();
  }

  /** Resolves when nothing is being written, or the terminal takes nothing. */
  async #drawn(): Promise<void> {
    const late = new AbortController();
    await Promise.race([this.#drawing, pause(CLOSE_MS, { clock: this.#clock, signal: late.signal })]);
    late.abort();
  }

  get #mayDraw(): boolean {
    return this.#isOn && !this.#isHeld;
  }

  async #drawAll(): Promise<void> {
    while (this.#isDue && this.#mayDraw) {
      await pause(this.#nextFrameMs - this.#clock.monotonicMs(), { clock: this.#clock, signal: this.signal });
      if (this.signal.aborted || !this.#mayDraw) return;
      this.#isDue = false;
      const { size } = this.#port;
      const rows = screenRows(this.#last, size);
      const update = screenUpdate(this.#shown, rows, size);
      this.#shown = rows;
      if (update === "") continue;
      try {
        this.#writingSinceMs = this.#clock.monotonicMs();
        await this.#port.write(update);
      } catch {
        // The terminal is gone.
        this.#end();
        return;
      } finally {
        this.#writingSinceMs = undefined;
      }
      const bytes = new TextEncoder().encode(update).length;
      const costMs = bytes / MAX_BYTES_PER_SECOND * 1000;
      this.#nextFrameMs = this.#clock.monotonicMs() + Math.max(FRAME_MS, costMs);
    }
  }

  #listen(): void {
    const signals = onStopSignals(() => void this[Symbol.asyncDispose](), () => this.#end());
    const stopWatching = this.#port.onChange((what) => {
      // Between Ctrl-Z and the end of its pause the terminal is the shell's.
      if (what === "size" && !this.#isOn) return;
      // Whatever the shell did meanwhile: all is set up anew.
      if (what === "continued") this.#leave();
      this.#enter();
      for (const listener of this.#resizeListeners) listener();
    });
    const crash = (): void => {
      if (!this.#isOn) return;
      this.#leave();
      // Still here in a later turn: somebody, such as the prompt, has dealt with it.
      this.#clock.setTimer(0, () => this.#enter());
    };
    const exit = (): void => this.#leave();
    globalThis.addEventListener("error", crash);
    globalThis.addEventListener("unhandledrejection", crash);
    globalThis.addEventListener("unload", exit);
    this.#cleanUp.push(
      () => signals[Symbol.dispose](),
      stopWatching,
      () => globalThis.removeEventListener("error", crash),
      () => globalThis.removeEventListener("unhandledrejection", crash),
      () => globalThis.removeEventListener("unload", exit),
    );
  }

  /** Takes the terminal, unless the screen has ended; draws all of the view. */
  #enter(): void {
    if (this.signal.aborted) return;
    this.#shown = undefined;
    if (!this.#isOn) {
      this.#isOn = true;
      this.#port.takeKeys({ onBytes: (bytes) => this.#onBytes(bytes), onEnd: () => this.#end() });
      this.#port.writeNow(ENTER);
    }
    this.draw(this.#last);
  }

  /** Gives the terminal back. */
  #leave(): void {
    if (!this.#isOn) return;
    this.#isOn = false;
    this.#cancelEscape();
    const writingMs = this.#clock.monotonicMs() - (this.#writingSinceMs ?? Infinity);
    // A terminal that takes nothing must not keep the program from ending; it gets this when it goes on.
    if (writingMs >= CLOSE_MS) this.#port.write(LEAVE).catch(() => {});
    else this.#port.writeNow(LEAVE);
    this.#port.returnKeys();
  }

  #end(): void {
    this.#closing.abort();
    this.#leave();
    for (const cleanUp of this.#cleanUp.splice(0)) cleanUp();
  }

  #onBytes(bytes: Uint8Array): void {
    this.#cancelEscape();
    this.#take(this.#decoder.push(bytes));
    if (this.#decoder.isPending) {
      this.#cancelEscape = this.#clock.setTimer(ESCAPE_MS, () => this.#take(this.#decoder.flush()));
    }
  }

  #take(keys: readonly Key[]): void {
    for (const key of keys) {
      if (key === "ctrl-z") void this.#suspend();
      else this.#pushKey(key);
    }
  }

  async #suspend(): Promise<void> {
    this.#isHeld = true;
    await this.#drawn();
    this.#isHeld = false;
    if (this.signal.aborted) return;
    this.#leave();
    this.#port.suspend();
    this.#cleanUp.push(this.#clock.setTimer(SUSPEND_MS, () => this.#enter()));
  }
}

/** The terminal of this process as a live screen. */
export function openScreen(): LiveScreen {
  return LiveScreen.open();
}

export type { Key, ScreenSize };
