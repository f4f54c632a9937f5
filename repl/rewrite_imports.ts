/** `import` statements at the prompt, which is no module. @module */

/** One import statement at the beginning of a line. */
const STATEMENT =
  /^([ \t]*)import\s+(?:(type\s)?\s*([\w$\s{},*]+?)\s*from\s*)?(["'])([^"'\n]+)\4(?:\s*with\s*(\{[^}]*\}))?[ \t]*(?:;|$)/gm;

/** `import("./relative")`, whose base would be the folder above. */
const RELATIVE_CALL = /(\bimport\s*\(\s*)(["'])(\.{1,2}\/[^"'\n]*)\2/g;

/**
 * Makes dynamic imports of import statements, so that they can be evaluated; paths are relative to a folder.
 *
 * `import a, { b as c } from "./x.ts"` becomes `const { default: a, b: c } = await import("file:///…/x.ts")`; types are left
 * out.
 *
 * @param base URL of the folder, with a slash at its end.
 */
export function rewriteImports(source: string, base: string): string {
  return source
    .replaceAll(
      STATEMENT,
      (
        whole,
        indent: string,
        type: string | undefined,
        clause: string | undefined,
        _quote,
        specifier: string,
        attributes: string | undefined,
      ) => {
        if (type !== undefined) return indent;
        const names = clause === undefined ? "" : namesOf(clause);
        if (names === undefined) return whole;
        const options = attributes === undefined ? "" : `, { with: ${attributes} }`;
        const call = `await import(${JSON.stringify(absolute(specifier, base))}${options});`;
        return `${indent}${names === "" ? "" : `const ${names} = `}${call}`;
      },
    )
    .replaceAll(
      RELATIVE_CALL,
      (_whole, head: string, _quote, path: string) => head + JSON.stringify(absolute(path, base)),
    );
}

function absolute(specifier: string, base: string): string {
  return /^\.{0,2}\//.test(specifier) ? new URL(specifier, base).href : specifier;
}

/** Left side of the declaration; undefined for what is no import clause, such as `import defer`. */
function namesOf(clause: string): string | undefined {
  const [, first, namespace, named] =
    /^(?:([\w$]+)\s*(?:,\s*|$))?(?:\*\s*as\s+([\w$]+)|\{([^}]*)\})?$/.exec(clause) ?? [];
  if (namespace !== undefined) return first === undefined ? namespace : undefined;
  if (first === undefined && named === undefined) return undefined;
  const entries = first === undefined ? [] : [`default: ${first}`];
  for (const entry of (named ?? "").split(",").map((text) => text.trim())) {
    if (entry === "" || /^type\s+(?!as\s)/.test(entry)) continue;
    const [, name, local] = /^([\w$]+)(?:\s+as\s+([\w$]+))?$/.exec(entry) ?? [];
    if (name === undefined) return undefined;
    entries.push(local === undefined ? name : `${name}: ${local}`);
  }
  return `{ ${entries.join(", ")} }`;
}
