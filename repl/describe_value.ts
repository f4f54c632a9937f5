/** Values and errors as the prompt shows them. @module */
import { styleText } from "node:util";
import { OCSReply } from "../client/mod.ts";
import { printable } from "../verbs/fit_text.ts";

/** What there is to show them on. */
export interface DescribeOptions {
  readonly columns: number;
  readonly colors: boolean;
}

/** Frames of the engine and of packages say nothing of what was typed. */
const INTERNAL = /\b(?:ext|node):|native\)$|\/npm\/|\/\.?(?:deno_compile_)?node_modules\//;
/** Folder of this toolkit, whose frames say nothing of what was typed either. */
const TOOLKIT = new URL("..", import.meta.url).href;
/** Longer texts of errors are cut. */
const MAX_MESSAGE = 4000;
/** An error may have a cause that has a cause. */
const MAX_CAUSES = 5;

/** Writes a value; what is large is abbreviated. An OCSReply is as Python prints it. */
export function describeValue(value: unknown, options: DescribeOptions): string {
  if (value instanceof Error) return describeError(value, options);
  if (value instanceof OCSReply) return printableLines(value.toString());
  const { columns, colors } = options;
  try {
    return Deno.inspect(value, {
      colors,
      depth: 4,
      iterableLimit: 100,
      strAbbreviateSize: 500,
      breakLength: Number.isFinite(columns) ? columns : 100,
    });
  } catch (error) {
    // Getters and custom inspections may throw.
    return `(cannot be shown: ${error instanceof Error ? error.message : String(error)})`;
  }
}

/** Writes what was thrown: its text, where in the typed text, and its causes. */
export function describeError(error: unknown, options: DescribeOptions): string {
  if (!(error instanceof Error)) return `${red("Thrown:", options)} ${describeValue(error, options)}`;
  const parts: string[] = [];
  let current: unknown = error;
  for (let count = 0; current instanceof Error && count < MAX_CAUSES; count++) {
    const head = count === 0 ? red(`${current.name}:`, options) : `Caused by ${current.name}:`;
    const texts = parts.join("\n");
    // Explained errors repeat their cause's text.
    if (count === 0 || !texts.includes(current.message)) {
      parts.push(
        [`${head} ${printableLines(abbreviated(current.message))}`, ...framesOf(current)].join("\n"),
      );
    }
    current = current.cause;
  }
  return parts.join("\n");
}

/** A text of an agent's, harmless for a terminal. */
export function printableLines(text: string): string {
  return text.split("\n").map(printable).join("\n");
}

function abbreviated(text: string): string {
  return text.length <= MAX_MESSAGE ? text : `${text.slice(0, MAX_MESSAGE)}… (${text.length} characters)`;
}

/** The frames of what the operator has typed or imported. */
function framesOf({ stack = "" }: Error): string[] {
  const frames = stack.split("\n").filter((line) => /^\s+at /.test(line));
  return frames
    .filter((frame) => !INTERNAL.test(frame) && !frame.includes(TOOLKIT))
    .filter((frame) => !/^\s+at (?:async )?(?:new Promise \()?<anonymous>(?::1:\d+)?\)?$/.test(frame));
}

function red(text: string, { colors }: DescribeOptions): string {
  return colors ? styleText(["bold", "red"], text, { validateStream: false }) : text;
}
