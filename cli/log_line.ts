/** Lines of the log that a long-running command writes. @module */
import type { Logger } from "../internal/log.ts";
import { type Output, type Style, styled } from "./output.ts";

/** Present local time, such as `16:02:51`. */
function clockTime(date = new Date()): string {
  return date.toTimeString().slice(0, 8);
}

/** A logger that writes to a stream: time, name, level where it is trouble, text. */
export function consoleLogger(
  output: Output,
  { name, color, debug = false }: {
    readonly name: string;
    readonly color?: Style | undefined;
    readonly debug?: boolean | undefined;
  },
): Logger {
  const write = (text: string, trouble?: { readonly word: string; readonly style: Style }): void => {
    const { look } = output;
    const prefix = `${styled(look, "dim", clockTime())} ${
      color === undefined ? name : styled(look, color, name)
    } `;
    const head = trouble === undefined ? "" : `${styled(look, ["bold", trouble.style], trouble.word)} `;
    for (const line of text.split("\n")) output.log(`${prefix}${head}${line}`);
  };
  return {
    info: (text) => write(text),
    warn: (text) => write(text, { word: "warning:", style: "yellow" }),
    error: (text) => write(text, { word: "error:", style: "red" }),
    ...(debug ? { debug: (text: string) => write(text) } : {}),
  };
}
