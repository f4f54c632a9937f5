// deno-lint-ignore-file no-console -- a program that prints
/**
 * Everything but tests: format, lint, types, examples, docs, layers, public API, imports by URL.
 *
 *     deno run -A scripts/ok.ts [name of a check]...
 *
 * Prints one line for each check, and for a failed one what was found and what to do.
 *
 * @module
 */
import { agentFiles, ENTRY_POINTS, existing } from "./entry_points.ts";
import { stripVTControlCharacters } from "node:util";
import { sourceFiles } from "./layers.ts";
import { serveTree } from "./serve_tree.ts";

/** One check: what it is called, what to do when it fails, and the command or function that decides. */
interface Check {
  readonly name: string;
  /** Shown when it fails. */
  readonly remedy: string;
  /** Gives what was found wrong; the empty text when all is well. */
  readonly run: () => Promise<string>;
}

/** Runs this Deno; gives its output when it fails. */
async function deno(args: readonly string[], options: Deno.CommandOptions = {}): Promise<string> {
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    ...options,
    args: [...args],
  }).output();
  if (success) return "";
  const decoder = new TextDecoder();
  const output = stripVTControlCharacters(decoder.decode(stdout) + decoder.decode(stderr));
  const lines = output.split("\n").filter((line) => !/^(Check|Download) /.test(line));
  return lines.join("\n").trim() || `deno ${args[0]} failed`;
}

/**
 * Runs this Deno over examples, with the compiler flags of a user's own folder: examples are a user's code.
 *
 * (And Deno puts an import of everything a module exports in front of each one, most of it unused.)
 */
async function denoExamples(args: readonly string[]): Promise<string> {
  // Our own file, whose shape is known.
  const ours = JSON.parse(await Deno.readTextFile("deno.json")) as Record<string, unknown>;
  // Beside deno.json: its folder is where relative paths of a configuration begin.
  const file = `.examples.${Deno.pid}.json`;
  await Deno.writeTextFile(file, JSON.stringify({ ...ours, compilerOptions: {} }));
  try {
    return await deno([...args.slice(0, 1), "--config", file, ...args.slice(1)]);
  } finally {
    await Deno.remove(file);
  }
}

/** Folders of the library; their examples are run. */
function libraryFolders(): string[] {
  const names = [
    "internal",
    "ocs",
    "wamp",
    "transport",
    "site",
    "router",
    "client",
    "framework",
    "testing",
    "verbs",
    "g3",
  ];
  return names.filter((name) => {
    try {
      return [...Deno.readDirSync(name)].length > 0;
    } catch {
      return false;
    }
  });
}

/**
 * A filter for `deno test` that leaves out the examples marked `no-run`: those need a router or an agent. Their types
 * are checked all the same.
 */
function runnable(folders: readonly string[]): string {
  const marked: string[] = [];
  for (
    const path of sourceFiles(".").filter((path) => folders.some((folder) => path.startsWith(`${folder}/`)))
  ) {
    for (const [n, line] of Deno.readTextFileSync(path).split("\n").entries()) {
      // Deno calls an example `path#FIRST-LAST.ts`, after the lines of its fences.
      if (/^\s*\*\s*```\w+.*\bno-run\b/.test(line)) marked.push(`${path.replaceAll(".", "\\.")}#${n + 1}-`);
    }
  }
  return marked.length === 0 ? "/./" : `/^(?!.*(${marked.join("|").replaceAll("/", "\\/")}))/`;
}

/** Markdown files with TypeScript blocks that are type-checked; blocks marked `ignore` are not. */
function pages(folder = "."): string[] {
  const found: string[] = [];
  for (const { name, isDirectory } of Deno.readDirSync(folder)) {
    const path = folder === "." ? name : `${folder}/${name}`;
    if (isDirectory && (folder !== "." || name === "docs") && !name.startsWith(".")) {
      found.push(...pages(path));
    } else if (name.endsWith(".md")) found.push(path);
  }
  return found.sort();
}

/** Without files Deno would take the whole tree. */
function unlessNone(
  files: readonly string[],
  run: (files: readonly string[]) => Promise<string>,
): Promise<string> {
  return files.length === 0 ? Promise.resolve("") : run(files);
}

/** Imports every entry point and agent by URL, from a folder that has nothing of ours. */
async function importByUrl(): Promise<string> {
  const modules = [...existing(".", ENTRY_POINTS), ...agentFiles(".")];
  if (modules.length === 0) return "";
  await using tree = serveTree(".");
  const folder = await Deno.makeTempDir();
  try {
    await Deno.writeTextFile(
      `${folder}/all.ts`,
      modules.map((path) => `import ${JSON.stringify(tree.url + path)};\n`).join(""),
    );
    return await deno(["run", "-A", "--no-config", "--no-lock", "--quiet", "all.ts"], { cwd: folder });
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

const CHECKS: readonly Check[] = [
  { name: "format", remedy: "deno fmt", run: () => deno(["fmt", "--check"]) },
  { name: "lint", remedy: "deno lint", run: () => deno(["lint"]) },
  {
    name: "types",
    remedy: "deno check; for a lock file out of date: deno check, then commit deno.lock",
    run: () => deno(["check", "--frozen"]),
  },
  {
    name: "pages",
    remedy: "mend the TypeScript block of the page, or mark it `ts ignore` if it is a sketch",
    run: () => unlessNone(pages(), (files) => denoExamples(["check", "--doc-only", ...files])),
  },
  {
    name: "examples",
    remedy: "mend the example in the doc comment",
    run: () =>
      unlessNone(
        libraryFolders(),
        (folders) =>
          denoExamples([
            "test",
            "-A",
            "--doc",
            "--permit-no-files",
            "--filter",
            runnable(folders),
            ...folders,
          ]),
      ),
  },
  {
    name: "docs",
    remedy: "give every exported symbol of the entry points a doc comment",
    run: () => unlessNone(existing(".", ENTRY_POINTS), (files) => deno(["doc", "--lint", ...files])),
  },
  {
    name: "layers",
    remedy: "move the shared part down (scripts/layers.ts holds the table)",
    run: () => deno(["run", "-A", "scripts/layers.ts"]),
  },
  {
    name: "api",
    remedy: "deno run -A scripts/api.ts --write, and a line in CHANGELOG.md",
    run: () => deno(["run", "-A", "scripts/api.ts"]),
  },
  {
    name: "urls",
    remedy: "import with relative paths and extensions, third-party code through deps/ only",
    run: importByUrl,
  },
];

if (import.meta.main) {
  const wanted = CHECKS.filter(({ name }) => Deno.args.length === 0 || Deno.args.includes(name));
  const unknown = Deno.args.filter((arg) => !CHECKS.some(({ name }) => name === arg));
  if (unknown.length > 0) {
    console.error(
      `Cannot run check "${unknown[0]}": expected one of ${CHECKS.map(({ name }) => name).join(", ")}`,
    );
    Deno.exit(2);
  }
  let failed = 0;
  for (const { name, remedy, run } of wanted) {
    const begin = performance.now();
    const found = await run().catch((error: unknown) => String(error));
    const seconds = ((performance.now() - begin) / 1000).toFixed(1);
    console.log(`${found === "" ? "ok  " : "FAIL"} ${name.padEnd(9)} ${seconds} s`);
    if (found === "") continue;
    failed++;
    console.log(`${found.replaceAll(/^/gm, "     ")}\n     -> ${remedy}`);
  }
  console.log(`\n${wanted.length - failed} passed, ${failed} failed`);
  Deno.exit(failed === 0 ? 0 : 1);
}
