// deno-lint-ignore-file no-console -- a program that prints
/**
 * Runs `deno test` over folders and closes with the plain line `N passed, N failed`.
 *
 *     deno run -A scripts/test.ts tests/unit tests/system [flags of deno test, such as --filter NAME]
 *
 * The counts are those of Deno's own closing line. A run that ends without one (a type error, a crash) counts as
 * one failure, so that nothing silent ever passes.
 *
 * @module
 */
import { stripVTControlCharacters } from "node:util";

/** How many tests passed, failed and were skipped. */
export interface TestCounts {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

/** `ok | 5 passed (2 steps) | 0 failed | 1 ignored (51ms)` */
const CLOSING_LINE = /^(?:ok|FAILED) \| (\d+) passed\b.*? \| (\d+) failed\b(.*)$/gm;

/**
 * Reads the counts from what `deno test` printed.
 *
 * @returns The counts of the last closing line, or undefined if there is none.
 */
export function parseCounts(output: string): TestCounts | undefined {
  const last = [...stripVTControlCharacters(output).matchAll(CLOSING_LINE)].at(-1);
  if (last === undefined) return undefined;
  const skipped = /\| (\d+) ignored/.exec(last[3] ?? "")?.[1] ?? "0";
  return { passed: Number(last[1]), failed: Number(last[2]), skipped: Number(skipped) };
}

/** Copies a stream to the terminal as it comes and keeps its end. */
async function tee(from: ReadableStream<Uint8Array>, to: { writeSync(bytes: Uint8Array): number }) {
  const decoder = new TextDecoder();
  let kept = "";
  for await (const chunk of from) {
    for (let at = 0; at < chunk.length;) at += to.writeSync(chunk.subarray(at));
    // The closing line is the last thing printed; a long run must not be held in memory for it.
    kept = (kept + decoder.decode(chunk, { stream: true })).slice(-65_536);
  }
  return kept;
}

/** Folders and files of `paths` that hold at least one test. */
function withTests(paths: readonly string[]): string[] {
  const isTest = (name: string) => /(^|[._/])test\.[jt]sx?$/.test(name);
  const holds = (path: string): boolean => {
    if (!Deno.statSync(path).isDirectory) return isTest(path);
    for (const entry of Deno.readDirSync(path)) {
      if (entry.isDirectory ? holds(`${path}/${entry.name}`) : isTest(entry.name)) return true;
    }
    return false;
  };
  return paths.filter(holds);
}

/**
 * Runs the tests below the given paths and prints what `deno test` prints.
 *
 * @param paths Folders or files; those without a test are left out.
 * @param flags Further flags of `deno test`.
 * @returns The counts.
 */
export async function runTests(paths: readonly string[], flags: readonly string[] = []): Promise<TestCounts> {
  const found = withTests(paths);
  if (found.length === 0) return { passed: 0, failed: 0, skipped: 0 };
  const child = new Deno.Command(Deno.execPath(), {
    args: ["test", "-A", "--no-prompt", ...flags, ...found],
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
    env: Deno.stdout.isTerminal() && !Deno.noColor ? { FORCE_COLOR: "1" } : {},
  }).spawn();
  const [output, , status] = await Promise.all([
    tee(child.stdout, Deno.stdout),
    tee(child.stderr, Deno.stderr),
    child.status,
  ]);
  const counts = parseCounts(output) ?? { passed: 0, failed: 1, skipped: 0 };
  // A crash after the closing line, or a leak reported outside any test, is a failure too.
  return status.success || counts.failed > 0 ? counts : { ...counts, failed: 1 };
}

if (import.meta.main) {
  const firstFlag = Deno.args.findIndex((arg) => arg.startsWith("-"));
  const paths = firstFlag < 0 ? Deno.args : Deno.args.slice(0, firstFlag);
  const flags = firstFlag < 0 ? [] : Deno.args.slice(firstFlag).filter((arg) => arg !== "--");
  if (paths.length === 0) {
    console.error("Cannot run tests: no folder given, expected such as tests/unit");
    Deno.exit(2);
  }
  const { passed, failed, skipped } = await runTests(paths, flags);
  if (skipped > 0) {
    console.log(`\n${skipped} skipped: absent peers say why above, long tests run in deno task soak`);
  }
  console.log(`\n${passed} passed, ${failed} failed`);
  Deno.exit(failed > 0 || passed === 0 ? 1 : 0);
}
