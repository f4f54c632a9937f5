/** A YAML text as a tree in which every node knows its line and column. @module */
import { tooDeep, YamlBuilder } from "./_yaml_builder.ts";
import type { Place } from "./site_problem.ts";
import type { YamlNode, YamlProblem, YamlTree } from "./yaml_node.ts";
import { resolvePlain11, type ScalarValue } from "./yaml_scalars.ts";

/** How plain scalars are read. */
export interface YamlOptions {
  /** Default: as PyYAML reads them. */
  readonly resolvePlain?: ((text: string) => ScalarValue) | undefined;
}

/**
 * Reads one YAML document; loads the YAML package on first use.
 *
 * Aliases and merge keys (`<<`) are followed; nodes are shared, not copied, so a bomb of aliases stays small here.
 */
export async function readYaml(text: string, options: YamlOptions = {}): Promise<YamlTree> {
  return readYamlWith(await import("../deps/yaml.ts"), text, options);
}

/** The YAML package, once it is loaded. */
export type YamlPackage = typeof import("../deps/yaml.ts");

/** Reads one YAML document at once, for those who have the package loaded; see `readYaml`. */
export function readYamlWith(yaml: YamlPackage, text: string, options: YamlOptions = {}): YamlTree {
  const counter = new yaml.LineCounter();
  const placeOf = (offset: number): Place => {
    const { line, col } = counter.linePos(offset);
    return { line: Math.max(1, line), column: Math.max(1, col) };
  };
  const problems: YamlProblem[] = [];
  if (/\0|\uFFFD/.test(text)) {
    const at = text.search(/\0|\uFFFD/);
    const before = text.slice(0, at).split("\n");
    return {
      root: undefined,
      problems: [{
        line: before.length,
        column: (before.at(-1)?.length ?? 0) + 1,
        severity: "error",
        what: "there are bytes that are no text",
        expected: "a YAML file in UTF-8",
      }],
    };
  }
  const refuseDepth = depthProblem(text);
  if (refuseDepth !== undefined) return { root: undefined, problems: [refuseDepth] };
  // Everything a text: what plain scalars mean is decided here, as PyYAML decides it.
  const document = yaml.parseDocument(text, {
    version: "1.1",
    schema: "failsafe",
    uniqueKeys: false,
    strict: false,
    prettyErrors: false,
    logLevel: "error",
    lineCounter: counter,
  });
  for (const error of document.errors) {
    problems.push({
      ...placeOf(error.pos[0]),
      severity: "error",
      ...explain(error.code, error.message),
    });
  }
  if (problems.length > 0) return { root: undefined, problems };
  const builder = new YamlBuilder(yaml, document, placeOf, options.resolvePlain ?? resolvePlain11, problems);
  const root = document.contents === null ? undefined : builder.build(document.contents, 0);
  return { root: isEmpty(root) ? undefined : root, problems };
}

function isEmpty(node: YamlNode | undefined): boolean {
  return node?.kind === "scalar" && !node.quoted && node.text === "";
}

/** Brackets nested beyond reason would end the parser's stack; counted without regard to quotes, far above use. */
function depthProblem(text: string): YamlProblem | undefined {
  let depth = 0;
  let line = 1;
  let start = 0;
  for (let at = 0; at < text.length; at++) {
    const char = text[at];
    if (char === "\n") {
      line++;
      start = at + 1;
    } else if (char === "[" || char === "{") {
      if (++depth > 1000) return tooDeep({ line, column: at - start + 1 });
    } else if (char === "]" || char === "}") {
      depth = Math.max(0, depth - 1);
    }
  }
  // "- - - -" nests as well.
  const dashes = /(?:[-?:] ){1000}/.exec(text);
  if (dashes !== null) return tooDeep({ line: text.slice(0, dashes.index).split("\n").length, column: 1 });
  return undefined;
}

function explain(code: string, message: string): Pick<YamlProblem, "what" | "expected"> {
  if (code === "TAB_AS_INDENT") return { what: "there is a tab in the indentation", expected: "spaces" };
  const flow = /^Flow (sequence|map) .*end with a (.)/i.exec(message);
  if (flow !== null) {
    const kind = flow[1] === "map" ? "mapping" : "list";
    return { what: `the ${kind} in brackets has not ended here`, expected: `"${flow[2]}" before this place` };
  }
  const text = message.replace(/\s+/g, " ").replace(/[.:]$/, "");
  const what = text.charAt(0).toLowerCase() + text.slice(1);
  if (code === "MULTIPLE_DOCS") return { what: "a second document begins", expected: "one document" };
  if (code === "BAD_INDENT") return { what, expected: "the indentation of the lines around it" };
  return { what, expected: "valid YAML" };
}
