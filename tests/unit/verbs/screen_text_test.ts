import assert from "node:assert/strict";
import { fitText, padText, printable, textWidth } from "../../../verbs/fit_text.ts";
import { KeyDecoder } from "../../../verbs/key_decoder.ts";
import { screenRows, screenUpdate } from "../../../verbs/screen_update.ts";

const RED = "\x1b[31mred text\x1b[39m";

Deno.test("fitText() cuts where the screen ends and keeps styles", () => {
  assert.equal(fitText("abcdef", 6), "abcdef");
  assert.equal(fitText("abcdefg", 6), "abcde…");
  assert.equal(fitText(RED, 8), RED);
  assert.equal(fitText(RED, 4), "\x1b[31mred…\x1b[0m");
  assert.equal(fitText("abc", 0), "");
  assert.equal(fitText("abc", 1), "…");
});

Deno.test("textWidth() knows wide letters, accents and styles", () => {
  assert.equal(textWidth(RED), 8);
  assert.equal(textWidth("東京"), 4);
  assert.equal(textWidth("e\u0301"), 1);
  assert.equal(textWidth("⣿µΩ°"), 4);
  assert.equal(fitText("東京都", 5), "東京…");
  assert.equal(padText("東", 4), "東  ");
});

Deno.test("printable() lets nothing through that moves the cursor or changes the terminal", () => {
  assert.equal(
    printable("a\x1b[2Jb\x1b]0;title\x07c\nd\x9b31me\u202ef"),
    "abc·d·31me·f".replace("·31m", printable("\x9b31m")),
  );
  assert.doesNotMatch(
    printable("\x1b[H\x1b]52;c;aGk=\x07\r\n\t\x00\x7f\u2066"),
    /[\p{Cc}\u202a-\u202e\u2066-\u2069]/u,
  );
});

Deno.test("screenUpdate() writes the rows that changed and no others", () => {
  const size = { columns: 10, rows: 3 };
  const before = screenRows(["one", "two", "three"], size);
  assert.equal(
    screenUpdate(before, screenRows(["one", "2", "three"], size), size),
    "\x1b[2;1H2\x1b[0m\x1b[K",
  );
  assert.equal(screenUpdate(before, before, size), "");
  // A full row is not cleared behind its end: there is nothing.
  assert.equal(
    screenUpdate(before, screenRows(["one", "0123456789", "three"], size), size),
    "\x1b[2;1H0123456789\x1b[0m",
  );
  assert.equal(
    screenUpdate(undefined, screenRows(["a"], size), size),
    "\x1b[0m\x1b[H\x1b[2J\x1b[1;1Ha\x1b[0m\x1b[K",
  );
  assert.deepEqual(screenRows(["a", "b", "c", "d", "e"], size), ["a", "b", "c"]);
});

function keysOf(...chunks: readonly string[]): string[] {
  const decoder = new KeyDecoder();
  const encoder = new TextEncoder();
  return [...chunks.flatMap((chunk) => decoder.push(encoder.encode(chunk))), ...decoder.flush()];
}

Deno.test("KeyDecoder reads letters, control keys, arrows and what lies around them", () => {
  assert.deepEqual(keysOf("qé東\x03\x1a\r\t\x7f"), [
    "q",
    "é",
    "東",
    "ctrl-c",
    "ctrl-z",
    "enter",
    "tab",
    "backspace",
  ]);
  assert.deepEqual(keysOf("\x1b[A\x1bOB\x1b[C\x1b[D\x1b[H\x1b[4~\x1b[5~\x1b[6~\x1b[Z\x1b[3~"), [
    ...["up", "down", "right", "left", "home", "end", "pageup", "pagedown", "backtab", "delete"],
  ]);
  assert.deepEqual(
    keysOf("\x1b[1;5A\x1b[99~\x1b[<0;3;4Mq"),
    ["up", "unknown", "unknown", "q"],
  );
});

Deno.test("KeyDecoder takes sequences apart anywhere, and Escape alone as a key", () => {
  assert.deepEqual(keysOf("\x1b", "[", "1;", "5", "B", "q"), ["down", "q"]);
  assert.deepEqual(keysOf("\x1b"), ["escape"]);
  const decoder = new KeyDecoder();
  const [first, second] = [new Uint8Array([0xc3]), new Uint8Array([0xa9])];
  assert.deepEqual([decoder.push(first), decoder.push(second)], [[], ["é"]]);
  // Noise that looks like the beginning of a sequence for ever is given up.
  assert.equal(keysOf(`\x1b[${"1".repeat(1000)}`, "q").at(-1), "q");
});
