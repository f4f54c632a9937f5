/** Help texts of declared options. @module */
import type { OptionSpec, OptionSpecs } from "./option_specs.ts";

/** One heading with its options. */
export interface OptionGroup {
  /** Heading, without a colon. */
  readonly title: string;
  /** Options below it, in order. */
  readonly specs: OptionSpecs;
}

/**
 * Writes the options of a program, grouped, with defaults and limits.
 *
 * @param groups In the order they are to be read.
 * @param width Columns available.
 */
export function formatOptionHelp(groups: readonly OptionGroup[], width = 80): string {
  const rows = groups.flatMap(({ specs }) => Object.entries(specs).map(([name, spec]) => usage(name, spec)));
  const indent = Math.min(30, Math.max(0, ...rows.map((row) => row.length)) + 4);
  return groups.filter(({ specs }) => Object.keys(specs).length > 0).map(({ title, specs }) => {
    const lines = Object.entries(specs).flatMap(([name, spec]) => {
      const head = `  ${usage(name, spec)}`;
      const body = wrap(`${spec.help}${limits(spec)}`, Math.max(20, width - indent));
      if (head.length + 2 > indent) return [head, ...body.map((line) => " ".repeat(indent) + line)];
      return body.map((line, at) => (at === 0 ? head.padEnd(indent) : " ".repeat(indent)) + line);
    });
    return `${title}:\n${lines.join("\n")}\n`;
  }).join("\n");
}

function usage(name: string, spec: OptionSpec): string {
  const names = spec.short === undefined ? `--${name}` : `-${spec.short}, --${name}`;
  if (spec.type === "flag") return names;
  const kind = spec.placeholder ??
    (spec.choices === undefined
      ? { string: "TEXT", int: "N", float: "X" }[spec.type]
      : `{${spec.choices.join(",")}}`);
  return `${names} ${kind}${spec.multiple === true ? " …" : ""}`;
}

function limits(spec: OptionSpec): string {
  const notes: string[] = [];
  if (spec.required === true) notes.push("required");
  if (spec.min !== undefined) notes.push(`at least ${spec.min}`);
  if (spec.max !== undefined) notes.push(`at most ${spec.max}`);
  if (spec.choices !== undefined && spec.placeholder !== undefined) {
    notes.push(`one of ${spec.choices.join(", ")}`);
  }
  if (spec.default !== undefined && spec.type !== "flag") notes.push(`default ${spec.default}`);
  return notes.length === 0 ? "" : ` (${notes.join("; ")})`;
}

function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(/\s+/)) {
    if (line !== "" && line.length + 1 + word.length > width) {
      lines.push(line);
      line = word;
    } else {
      line = line === "" ? word : `${line} ${word}`;
    }
  }
  return [...lines, line];
}
