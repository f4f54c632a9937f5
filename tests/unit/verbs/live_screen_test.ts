import assert from "node:assert/strict";
import { ManualClock } from "../../../internal/manual_clock.ts";
import { LiveScreen } from "../../../verbs/live_screen.ts";
import type { KeyListener, ScreenPort } from "../../../verbs/screen_port.ts";

/** A terminal that keeps what is written to it. */
class PaperTerminal implements ScreenPort {
  readonly size = { columns: 100, rows: 30 };
  written = "";
  /** Updates, without what enters and leaves the screen. */
  readonly updates: string[] = [];
  /** Whoever reads the keys; undefined where nobody does. */
  keys: KeyListener | undefined;
  suspended = 0;
  /** Resolves the writes that wait; undefined where none has to. */
  held: (() => void)[] | undefined;
  onChangeListener: ((what: "size" | "continued") => void) | undefined;

  async write(text: string): Promise<void> {
    this.written += text;
    this.updates.push(text);
    if (this.held !== undefined) await new Promise<void>((resolve) => this.held?.push(resolve));
  }

  writeNow(text: string): void {
    this.written += text;
  }

  takeKeys(listener: KeyListener): void {
    this.keys = listener;
  }

  returnKeys(): void {
    this.keys = undefined;
  }

  onChange(listener: (what: "size" | "continued") => void): () => void {
    this.onChangeListener = listener;
    return () => this.onChangeListener = undefined;
  }

  suspend(): void {
    this.suspended++;
  }

  press(text: string): void {
    this.keys?.onBytes(new TextEncoder().encode(text));
  }
}

const ENTER = "\x1b[?1049h";
const LEAVE = "\x1b[?1049l";

function count(text: string, part: string): number {
  return text.split(part).length - 1;
}

Deno.test("LiveScreen shows the newest of many views, at most ten a second", async () => {
  const clock = new ManualClock();
  const port = new PaperTerminal();
  await using screen = LiveScreen.open(port, { clock });
  await clock.advance(1);
  const before = port.updates.length;
  for (let at = 0; at < 1000; at++) {
    screen.draw([`view ${at}`]);
    await clock.advance(0.001);
  }
  await clock.advance(0.2);
  const updates = port.updates.slice(before);
  assert(updates.length <= 11, `${updates.length} updates`);
  assert.match(updates.at(-1) ?? "", /view 999/);
  // The same view once more costs nothing.
  screen.draw(["view 999"]);
  await clock.advance(1);
  assert.equal(port.updates.length, before + updates.length);
});

Deno.test("LiveScreen sends no more than 20 kB a second, however much changes", async () => {
  const clock = new ManualClock();
  const port = new PaperTerminal();
  await using screen = LiveScreen.open(port, { clock });
  const start = port.written.length;
  for (let at = 0; at < 1000; at++) {
    screen.draw(Array.from({ length: 30 }, (_, row) => `${at} ${row}`.padEnd(100, "x")));
    await clock.advance(0.01);
  }
  const written = port.written.length - start;
  assert(written < 210_000, `${written} bytes in 10 s`);
  assert(written > 150_000, `${written} bytes in 10 s`);
});

Deno.test("LiveScreen waits for a slow terminal and leaves out what is old by then", async () => {
  const clock = new ManualClock();
  const port = new PaperTerminal();
  await using screen = LiveScreen.open(port, { clock });
  await clock.advance(1);
  port.held = [];
  screen.draw(["first"]);
  await clock.advance(1);
  for (const text of ["second", "third", "last"]) {
    screen.draw([text]);
    await clock.advance(1);
  }
  const waiting = port.held;
  port.held = undefined;
  for (const release of waiting) release();
  await clock.advance(1);
  assert.match(port.written, /first[^]*last/);
  assert.doesNotMatch(port.written, /second|third/);
});

Deno.test("LiveScreen gives the terminal back exactly once", async () => {
  const port = new PaperTerminal();
  {
    await using screen = LiveScreen.open(port);
    screen.draw(["view"]);
    assert.equal(count(port.written, ENTER), 1);
    assert.notEqual(port.keys, undefined);
  }
  assert.equal(count(port.written, LEAVE), 1);
  assert(port.written.endsWith(LEAVE));
  assert.deepEqual([port.keys, port.onChangeListener], [undefined, undefined]);
});

Deno.test("LiveScreen ends its keys with the terminal, and drops those that nobody reads", async () => {
  const clock = new ManualClock();
  const port = new PaperTerminal();
  await using screen = LiveScreen.open(port, { clock });
  port.press("ab\x1b");
  port.press("[A");
  port.press("\x1b");
  await clock.advance(0.1);
  const keys = screen.keys[Symbol.asyncIterator]();
  const four = [await keys.next(), await keys.next(), await keys.next(), await keys.next()];
  assert.deepEqual(four.map(({ value }) => value), ["a", "b", "up", "escape"]);
  port.press("x".repeat(10_000));
  port.keys?.onEnd();
  let rest = 0;
  while (!(await keys.next()).done) rest++;
  assert.equal(rest, 100);
  assert.equal(screen.signal.aborted, true);
});

Deno.test("LiveScreen draws all of its view anew when the program goes on after a stop", async () => {
  const clock = new ManualClock();
  const port = new PaperTerminal();
  await using screen = LiveScreen.open(port, { clock });
  screen.draw(["view"]);
  await clock.advance(1);
  port.press("\x1a");
  await clock.advance(0.05);
  assert.deepEqual([port.suspended, count(port.written, LEAVE), port.keys], [1, 1, undefined]);
  port.onChangeListener?.("continued");
  await clock.advance(1);
  assert.equal(count(port.written, ENTER), count(port.written, LEAVE) + 1);
  assert.match(port.updates.at(-1) ?? "", /view/);
});

Deno.test("LiveScreen does not wait for ever for a terminal that takes nothing", async () => {
  const clock = new ManualClock();
  const port = new PaperTerminal();
  let nowAt = 0;
  const writeNow = port.writeNow.bind(port);
  port.writeNow = (text) => {
    nowAt++;
    writeNow(text);
  };
  const screen = LiveScreen.open(port, { clock });
  await clock.advance(1);
  port.held = [];
  screen.draw(["stuck"]);
  await clock.advance(0.2);
  const written = nowAt;
  const closing = screen[Symbol.asyncDispose]();
  await clock.advance(0.5);
  assert.notEqual(port.keys, undefined);
  await clock.advance(0.6);
  await closing;
  // It was asked to take it when it can, not waited for.
  assert.deepEqual([nowAt, port.keys, port.written.endsWith(LEAVE)], [written, undefined, true]);
  for (const release of port.held) release();
});

Deno.test("LiveScreen leaves the terminal alone while the shell has it", async () => {
  const clock = new ManualClock();
  const port = new PaperTerminal();
  await using _screen = LiveScreen.open(port, { clock });
  await clock.advance(1);
  port.press("\x1a");
  await clock.advance(0.01);
  port.onChangeListener?.("size");
  assert.equal(port.keys, undefined);
  // Nobody has stopped the program: it goes on by itself.
  await clock.advance(0.2);
  assert.notEqual(port.keys, undefined);
});
