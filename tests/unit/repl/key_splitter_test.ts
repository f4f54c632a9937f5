import assert from "node:assert/strict";
import { KeySplitter } from "../../../repl/key_splitter.ts";

Deno.test("KeySplitter cuts where the prompt has to look", () => {
  const keys = new KeySplitter();
  assert.deepEqual(keys.split("sta\t\rx"), [
    { kind: "keys", text: "sta" },
    { kind: "control", text: "\t" },
    { kind: "control", text: "\r" },
    { kind: "keys", text: "x" },
  ]);
  // An arrow is one key; Ctrl-C within it never is.
  assert.deepEqual(keys.split("\x1b[A\x03"), [{ kind: "keys", text: "\x1b[A" }, {
    kind: "control",
    text: "\x03",
  }]);
});

Deno.test("KeySplitter puts a paste together, however it comes", () => {
  const text = "a\x1b[200~one\rtwo\r\nthree\x03\x1b[201~b";
  const expected = [
    { kind: "keys", text: "a" },
    { kind: "paste", text: "one\ntwo\nthree\x03" },
    { kind: "keys", text: "b" },
  ];
  for (let size = 1; size <= text.length; size++) {
    const keys = new KeySplitter();
    const found = [];
    for (let at = 0; at < text.length; at += size) found.push(...keys.split(text.slice(at, at + size)));
    // An Escape is not kept waiting: it may be the key.
    const rest = found.filter((piece) => piece.text !== "\x1b");
    assert.deepEqual(rest, expected, `in pieces of ${size}`);
  }
});
