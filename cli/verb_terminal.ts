/** The console of the command as verbs take it. @module */
import { hasScreen } from "../verbs/screen_port.ts";
import type { VerbTerminal } from "../verbs/terminal.ts";
import { harmlessText } from "../verbs/terminal_text.ts";
import { canConfirm, confirm } from "./confirm.ts";
import { type Console, verbLook } from "./output.ts";
import { Spinner } from "./spinner.ts";

/** A verb's terminal on the command line; disposing of it takes the progress line away. */
export interface ConsoleTerminal extends VerbTerminal, Disposable {}

/**
 * Makes the terminal of one verb: results on standard output, everything else on standard error.
 *
 * @param signal Gives up questions.
 */
export function consoleTerminal(console: Console, signal: AbortSignal): ConsoleTerminal {
  const spinner = new Spinner(console.err);
  return {
    get look() {
      return verbLook(console.out);
    },
    get plain() {
      return !console.out.look.isTerminal;
    },
    get showsProgress() {
      return spinner.isVisible;
    },
    print: (text) => {
      const { isTerminal } = console.out.look;
      // Elsewhere it does not come into the way of progress on standard error.
      if (isTerminal) spinner.stop();
      return console.out.print(isTerminal ? harmlessText(text) : text);
    },
    write: (text) => {
      const { isTerminal } = console.out.look;
      if (isTerminal) spinner.stop();
      return console.out.write(isTerminal ? harmlessText(text) : text);
    },
    say: (text) => {
      spinner.stop();
      console.err.log(console.err.look.isTerminal ? harmlessText(text) : text);
    },
    progress: (text) => {
      if (text === undefined) spinner.stop();
      else spinner.show(text);
    },
    ...(hasScreen()
      ? {
        openScreen: async () => {
          spinner.stop();
          const { openScreen } = await import("../verbs/live_screen.ts");
          return openScreen();
        },
      }
      : {}),
    ...(canConfirm(console.err)
      ? {
        confirm: (question: string) => {
          spinner.stop();
          return confirm(question, { output: console.err, signal });
        },
      }
      : {}),
    [Symbol.dispose]: () => spinner.stop(),
  };
}
