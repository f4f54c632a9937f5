// deno-lint-ignore-file no-console -- a program that prints
/**
 * Holds the table of who may import whom, and refuses import cycles.
 *
 *     deno run -A scripts/layers.ts
 *
 * Type-only imports and literal dynamic imports count like any other. Need an edge that is not here? Move the shared
 * part down; do not widen the table without a page in `docs/decisions/`.
 *
 * @module
 */

/** Where a file lives: a folder of the top level, or one of the finer places below. */
export type Room =
  | "deps"
  | "internal"
  | "ocs"
  | "g3"
  | "wamp"
  | "transport"
  | "site"
  | "router"
  | "client"
  | "framework"
  | "testing"
  | "hk"
  | "agents"
  | "agents/table.ts"
  | "verbs"
  | "repl"
  | "cli"
  | "mod.ts";

const LOW: readonly Room[] = ["internal", "deps"];
const CLIENT: readonly Room[] = ["internal", "ocs", "wamp", "transport", "site", "deps"];
const FRAMEWORK: readonly Room[] = ["internal", "ocs", "wamp", "transport", "site", "client"];
const VERBS: readonly Room[] = ["internal", "ocs", "g3", "hk", "site", "client", "deps"];
const LIBRARY: readonly Room[] = [
  ...CLIENT,
  "g3",
  "router",
  "client",
  "framework",
  "testing",
  "hk",
];

/** What each room may import; files of one room may always import each other (but see `forbiddenEdge`). */
export const MAY_IMPORT: Readonly<Record<Room, readonly Room[]>> = {
  "deps": [],
  "internal": [],
  "ocs": ["internal"],
  "g3": LOW,
  "wamp": LOW,
  "transport": [...LOW, "wamp"],
  "site": [...LOW, "ocs"],
  "router": [...LOW, "wamp", "transport"],
  "client": CLIENT,
  "framework": FRAMEWORK,
  "testing": [...FRAMEWORK, "framework", "router"],
  "hk": ["internal", "ocs", "g3", "deps"],
  "agents": [...FRAMEWORK, "framework", "g3", "hk", "deps", "agents/table.ts"],
  "agents/table.ts": [...FRAMEWORK, "framework"],
  "verbs": VERBS,
  "repl": [...VERBS, "verbs"],
  "cli": [...LIBRARY, "verbs", "repl", "agents/table.ts"],
  "mod.ts": LIBRARY,
};

/** One import: the importing file, the imported one and the line. */
export interface ImportEdge {
  readonly from: string;
  readonly to: string;
  readonly line: number;
}

/** The room of a path relative to the root; undefined for what may import anything (scripts, tests, bench). */
export function roomOf(path: string): Room | undefined {
  if (path === "mod.ts" || path === "agents/table.ts") return path;
  const folder = path.split("/")[0] ?? "";
  // Own property of the table, so the folder is one of its keys.
  return path.includes("/") && Object.hasOwn(MAY_IMPORT, folder) ? folder as Room : undefined;
}

/** Files that are another class of an agent: docs/decisions/0008_two_classes_may_be_faces_of_one_agent.md */
const FACES: ReadonlyMap<string, string> = new Map([
  ["smurf_recorder", "timestream_aggregator"],
  ["influxdb_publisher_v2", "influxdb_publisher"],
]);

/** The agent that a file below `agents/` belongs to: `agents/x.ts` and `agents/x/part.ts` are both `x`. */
function agentOf(path: string): string {
  const name = (path.split("/")[1] ?? "").replace(/\.ts$/, "");
  return FACES.get(name) ?? name;
}

/**
 * Says why an import is not allowed.
 *
 * @returns The reason, or undefined for an allowed import.
 */
export function forbiddenEdge({ from, to }: ImportEdge): string | undefined {
  const importer = roomOf(from);
  if (/^(npm|jsr|https?):/.test(to)) {
    if (importer === undefined ? /^npm:[^/]*.*@\d/.test(to) : importer === "deps") return undefined;
    return importer === undefined
      ? "third-party code needs an exact version"
      : "third-party code comes through deps/ only";
  }
  if (importer === undefined || /^(node|data):/.test(to)) return undefined;
  // The version is data, and stands there only.
  if (from === "internal/version.ts" && to === "deno.json") return undefined;
  // Types that a package lacks stand beside its re-exports.
  if (importer === "deps" && to.endsWith(".d.ts")) return undefined;
  if (!/^[\w@.-]+(\/|$)/.test(to) || to.startsWith("..")) return "it lies outside this checkout";
  const imported = roomOf(to);
  if (imported === undefined) return `nothing imports ${to.split("/")[0]}/`;
  if (importer === "agents/table.ts" && imported === "agents") {
    const isData = /^agents\/[^/]+\/options\.ts$/.test(to);
    return isData ? undefined : "agents/table.ts is data and imports no agent";
  }
  if (importer === imported) {
    if (importer === "deps") return "a file of deps/ re-exports one package and nothing else";
    if (importer === "agents" && agentOf(from) !== agentOf(to)) return "an agent never imports another agent";
    return undefined;
  }
  // docs/decisions/0004_one_file_of_the_command_loads_the_agents.md
  if (from === "cli/agent_files.ts" && /^agents\/[^/]+\.ts$/.test(to)) return undefined;
  if (to.includes("/_") && importer !== undefined) return `${to} is private to its folder`;
  return MAY_IMPORT[importer].includes(imported) ? undefined : `${importer} may not import ${imported}`;
}

/** Finds one import cycle through each strongly connected set of files; the first file is repeated at the end. */
export function findCycles(edges: readonly ImportEdge[]): string[][] {
  const next = new Map<string, string[]>();
  for (const { from, to } of edges) {
    const targets = next.get(from) ?? [];
    if (from !== to) targets.push(to);
    next.set(from, targets);
  }
  const cycles: string[][] = edges.filter(({ from, to }) => from === to).map(({ from }) => [from, from]);
  const done = new Set<string>();
  const path: string[] = [];
  const visit = (file: string) => {
    const at = path.indexOf(file);
    if (at >= 0) cycles.push([...path.slice(at), file]);
    if (at >= 0 || done.has(file)) return;
    path.push(file);
    for (const target of next.get(file) ?? []) visit(target);
    path.pop();
    done.add(file);
  };
  for (const file of next.keys()) visit(file);
  return cycles;
}

/** What `deno info --json` tells of a module, as far as it is used here. */
interface ModuleInfo {
  readonly specifier: string;
  readonly dependencies?: readonly {
    readonly specifier: string;
    readonly code?: {
      readonly specifier?: string;
      readonly span: { readonly start: { readonly line: number } };
    };
    readonly type?: {
      readonly specifier?: string;
      readonly span: { readonly start: { readonly line: number } };
    };
    readonly isDynamic?: boolean;
  }[];
}

/** All TypeScript files below a folder, as paths relative to it; hidden folders and data are left out. */
export function sourceFiles(root: string, folder = ""): string[] {
  const found: string[] = [];
  for (const entry of Deno.readDirSync(folder === "" ? root : `${root}/${folder}`)) {
    const path = folder === "" ? entry.name : `${folder}/${entry.name}`;
    if (entry.name.startsWith(".") || entry.name === "node_modules" || path === "tests/data") continue;
    if (entry.isDirectory) found.push(...sourceFiles(root, path));
    else if (entry.name.endsWith(".ts")) found.push(path);
  }
  return found.sort();
}

/**
 * Collects every import of the given files, static, type-only and literal dynamic ones alike.
 *
 * @throws {Error} If `deno info` cannot read them.
 */
export async function readImports(root: string, files: readonly string[]): Promise<ImportEdge[]> {
  const base = new URL(`file://${Deno.realPathSync(root)}/`).href;
  // One graph for all: a module in memory that imports every file.
  const all = files.map((file) => `import ${JSON.stringify(base + file)};`).join("\n");
  const entry = await Deno.makeTempFile({ suffix: ".ts" });
  try {
    await Deno.writeTextFile(entry, all);
    const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["info", "--json", "--no-config", "--no-lock", entry],
      cwd: root,
    }).output();
    if (!success) throw new Error(`Cannot read imports: ${new TextDecoder().decode(stderr)}`);
    // The shape is that of deno info's documented JSON; what is missing shows as an absent edge of a test.
    const { modules } = JSON.parse(new TextDecoder().decode(stdout)) as { modules: ModuleInfo[] };
    const inTree = (specifier: string) =>
      specifier.startsWith(base) ? specifier.slice(base.length) : specifier;
    const wanted = new Set(files);
    const edges: ImportEdge[] = [];
    for (const module of modules) {
      const from = inTree(module.specifier);
      if (!wanted.has(from)) continue;
      for (const { specifier, code, type } of module.dependencies ?? []) {
        const at = code ?? type;
        // A type comment (`@ts-types`) of an npm package shows as its own specifier.
        const to = inTree(at?.specifier ?? specifier);
        edges.push({ from, to, line: (at?.span.start.line ?? 0) + 1 });
      }
    }
    return edges;
  } finally {
    await Deno.remove(entry);
  }
}

/** Everything that is wrong with the imports below `root`, one line each. */
export async function checkLayers(root: string): Promise<string[]> {
  const edges = await readImports(root, sourceFiles(root));
  const problems: string[] = [];
  for (const edge of edges) {
    const reason = forbiddenEdge(edge);
    if (reason !== undefined) {
      problems.push(`${edge.from}:${edge.line}: cannot import "${edge.to}": ${reason}`);
    }
  }
  for (const cycle of findCycles(edges)) problems.push(`import cycle: ${cycle.join(" -> ")}`);
  return problems;
}

if (import.meta.main) {
  const problems = await checkLayers(".");
  for (const problem of problems) console.error(problem);
  Deno.exit(problems.length > 0 ? 1 : 0);
}
