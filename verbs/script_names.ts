/** The names that lines of TypeScript declare and use. @module */

/** An identifier that is no property. */
const NAME = /(?<![\p{ID_Continue}$.])[\p{ID_Start}$_][\p{ID_Continue}$]*/gu;
/** A declaration at the beginning of a line, with what stands up to its `=`. */
const DECLARATION =
  /^(?:export\s+)?(?:(const|let|var|(?:await\s+)?using)\s+([^=;\n]+)|(?:async\s+)?(?:function\s*\*?|class|enum|interface|type)\s+([\p{ID_Start}$_][\p{ID_Continue}$]*))/gmu;
const IMPORT = /^import\s+([^"'\n]+?)\s+from\b/gm;
/** `x = …` as a statement: at the prompt that makes a variable. */
const ASSIGNMENT = /^\s*([\p{ID_Start}$_][\p{ID_Continue}$]*)\s*=(?![=>])/u;

/** Every name a text uses, its own and those of comments and texts among them: one too many does no harm. */
export function namesIn(source: string): Set<string> {
  return new Set(source.match(NAME) ?? []);
}

/** The names that a text declares at its top level. */
export function declaredIn(source: string): Set<string> {
  const names = new Set<string>();
  for (const [, , pattern, name] of source.matchAll(DECLARATION)) {
    if (name !== undefined) names.add(name);
    // Of `{ a: b, c }` also the `a`, which is none: no harm either. The type behind a name is.
    for (const part of namesIn(withoutTypes(pattern ?? ""))) names.add(part);
  }
  for (const [, clause = ""] of source.matchAll(IMPORT)) {
    for (const name of namesIn(clause)) if (name !== "type" && name !== "as") names.add(name);
  }
  return names;
}

/** The name that a text assigns to and does not declare. */
export function assignedIn(source: string): string | undefined {
  return ASSIGNMENT.exec(source)?.[1];
}

/** Lets names be declared again, as the prompt does: `const` and `let` of them become `var`. */
export function redeclarable(source: string, again: ReadonlySet<string>): string {
  return source.replaceAll(DECLARATION, (whole, keyword: string | undefined, pattern: string | undefined) => {
    if (keyword !== "const" && keyword !== "let") return whole;
    const isAgain = [...namesIn(withoutTypes(pattern ?? ""))].some((name) => again.has(name));
    return isAgain ? whole.replace(keyword, "var") : whole;
  });
}

function withoutTypes(pattern: string): string {
  return /^\s*[[{]/.test(pattern) ? pattern : pattern.replace(/:.*/s, "");
}
