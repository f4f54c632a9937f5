// deno-lint-ignore-file no-console -- a program that prints
/**
 * Keeps `docs/api.txt`, the list of what the entry points export, so that no change of it goes unseen.
 *
 *     deno run -A scripts/api.ts            # compares, exit code 1 on a difference
 *     deno run -A scripts/api.ts --write    # writes the list anew
 *
 * @module
 */
import { ENTRY_POINTS, existing } from "./entry_points.ts";

/** Where the list is kept. */
export const API_FILE = "docs/api.txt";

/** What `deno doc --json` tells, as far as it is used here. */
interface DocOutput {
  readonly nodes: Readonly<Record<string, { readonly symbols: readonly DocSymbol[] }>>;
}

interface DocSymbol {
  readonly name: string;
  readonly declarations: readonly {
    readonly declarationKind?: string;
    readonly kind: string;
    readonly def?: {
      readonly methods?: readonly DocMember[];
      readonly properties?: readonly DocMember[];
    };
  }[];
}

interface DocMember {
  readonly name: string;
  readonly accessibility?: string | null;
}

/** The lines for one entry point: each exported symbol with its kind, and the public members of classes. */
async function describe(root: string, entry: string): Promise<string[]> {
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["doc", "--json", entry],
    cwd: root,
    env: { NO_COLOR: "1" },
  }).output();
  if (!success) throw new Error(`Cannot list the exports of "${entry}": ${new TextDecoder().decode(stderr)}`);
  // The shape is that of deno doc's JSON, version 2; the list would come out empty with another one.
  const { nodes } = JSON.parse(new TextDecoder().decode(stdout)) as DocOutput;
  const lines: string[] = [];
  for (const { name, declarations } of Object.values(nodes).flatMap(({ symbols }) => symbols)) {
    const exported = declarations.filter(({ declarationKind }) => declarationKind !== "private");
    for (const { kind, def } of exported.slice(0, 1)) {
      if (kind === "moduleDoc") continue;
      lines.push(`${name} (${kind})`);
      if (kind !== "class") continue;
      const members = [...def?.properties ?? [], ...def?.methods ?? []]
        .filter(({ name, accessibility }) => accessibility !== "private" && !name.startsWith("#"))
        .map((member) => member.name);
      for (const member of new Set(members)) lines.push(`${name}.${member}`);
    }
  }
  return [...new Set(lines)].sort();
}

/** The whole list, as it stands in the file. */
export async function publicApi(root: string): Promise<string> {
  const parts: string[] = [
    "Everything the entry points export. Made by `deno run -A scripts/api.ts --write`; do not edit.\n",
  ];
  for (const entry of existing(root, ENTRY_POINTS)) {
    parts.push(`\n${entry}\n${(await describe(root, entry)).map((line) => `  ${line}\n`).join("")}`);
  }
  return parts.join("");
}

/** The lines that one text has and the other has not, marked `+` for `now` and `-` for `before`. */
export function changedLines(before: string, now: string): string[] {
  const ours = new Set(before.split("\n"));
  const theirs = new Set(now.split("\n"));
  return [
    ...[...ours].filter((line) => !theirs.has(line)).map((line) => `-${line}`),
    ...[...theirs].filter((line) => !ours.has(line)).map((line) => `+${line}`),
  ];
}

if (import.meta.main) {
  const now = await publicApi(".");
  if (Deno.args.includes("--write")) {
    await Deno.writeTextFile(API_FILE, now);
  } else {
    const before = await Deno.readTextFile(API_FILE).catch(() => "");
    for (const line of changedLines(before, now)) console.error(line);
    if (before !== now) console.error("Write the list anew: deno run -A scripts/api.ts --write");
    Deno.exit(before === now ? 0 : 1);
  }
}
