import assert from "node:assert/strict";
import { PromptTerminal } from "../../../repl/prompt_terminal.ts";
import type { TextOutput } from "../../../repl/text_output.ts";

class Written implements TextOutput {
  readonly broken = new AbortController().signal;
  readonly look: TextOutput["look"];
  text = "";

  constructor(isTerminal: boolean) {
    this.look = { isTerminal, columns: 80, colors: false };
  }

  write(text: string): Promise<void> {
    this.text += text;
    return Promise.resolve();
  }

  flush(): Promise<void> {
    return Promise.resolve();
  }
}

const HOSTILE = "x\x1b[2J\x1b]0;title\x07y";

Deno.test("PromptTerminal writes nothing to a terminal that it would obey, and to a pipe what there is", async () => {
  for (const [isTerminal, expected] of [[true, "x·[2J·]0;title·y\n"], [false, `${HOSTILE}\n`]] as const) {
    const out = new Written(isTerminal);
    const terminal = new PromptTerminal({ out, err: out, line: undefined, plain: true });
    await terminal.print(HOSTILE);
    await terminal.tell(HOSTILE);
    terminal.notify(HOSTILE);
    assert.equal(out.text, expected.repeat(3));
  }
});
