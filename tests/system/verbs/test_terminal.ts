/** A terminal for verbs that a test reads and answers. @module */
import { PLAIN } from "../../../verbs/look.ts";
import type { VerbTerminal } from "../../../verbs/terminal.ts";

/** A terminal, what was said on it and what was asked. */
export interface TestTerminal {
  readonly made: VerbTerminal;
  readonly said: string[];
  readonly asked: string[];
}

/** Makes a terminal that writes down what is said; without an answer there is nobody to ask. */
export function testTerminal(answer?: boolean): TestTerminal {
  const said: string[] = [];
  const asked: string[] = [];
  const write = (text: string): Promise<void> => {
    said.push(text);
    return Promise.resolve();
  };
  const made: VerbTerminal = {
    look: PLAIN,
    plain: true,
    showsProgress: false,
    print: write,
    write,
    say: (text) => void said.push(text),
    progress: () => {},
    ...(answer === undefined ? {} : {
      confirm: (question: string) => {
        asked.push(question);
        return Promise.resolve(answer);
      },
    }),
  };
  return { made, said, asked };
}
