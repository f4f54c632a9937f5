import assert from "node:assert/strict";
import { harmlessText } from "../../../verbs/terminal_text.ts";

Deno.test("harmlessText() lets letters, colours, line ends and tabs through, and nothing that a terminal obeys", () => {
  const kept = "\x1b[1;31mred\x1b[0m\n\t日本 🚀";
  assert.equal(harmlessText(kept), kept);
  assert.equal(harmlessText("a\r\nb"), "a\nb");
  assert.equal(harmlessText("\x1b[2J\x1b]0;title\x07\x9b2J\x1b[?1049h"), "·[2J·]0;title··2J·[?1049h");
  assert.equal(harmlessText("turned \u202e\u2066round"), "turned ··round");
});
