/** Modules that are named by an operator: agents' files and lists of agents. @module */
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { toError } from "../internal/to_error.ts";
import { withoutColors } from "../internal/without_colors.ts";

/** What a module exports, by name. */
export type ModuleExports = Readonly<Record<string, unknown>>;

/** How a module is loaded. */
export interface LoadModuleOptions {
  /** Folder that a relative path counts from; default the current one. */
  readonly base?: string | undefined;
  /** The module's top level, with all that it imports, gets this long. */
  readonly timeoutMs: number;
}

const IS_URL = /^(https?|file|data|npm|jsr):/;
const MAX_CAUSE_CHARACTERS = 500;

/** The address of a module: a URL as it is, a path as a file. */
export function moduleUrl(specifier: string, base: string = Deno.cwd()): string {
  return IS_URL.test(specifier) ? specifier : pathToFileURL(resolve(base, specifier)).href;
}

/**
 * Imports a module into this program.
 *
 * @param specifier Path or URL.
 * @throws {Error} If it is not there, cannot be read, throws, or is not ready in time, with the module and the cause in
 * one line.
 */
export async function loadModule(
  specifier: string,
  { base, timeoutMs }: LoadModuleOptions,
): Promise<ModuleExports> {
  const fail = (why: string, cause?: unknown): Error =>
    new Error(`Cannot load "${specifier}": ${why}`, { cause });
  const url = moduleUrl(specifier, base);
  if (url.startsWith("file:")) {
    const found = await Deno.stat(new URL(url)).catch(() => undefined);
    if (!found?.isFile) throw fail(found === undefined ? "there is no such file" : "it is no file");
  }
  if (Deno.build.standalone && !url.startsWith("data:")) {
    throw fail("a compiled program has only the modules it was made of, expected this command from Deno");
  }
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<undefined>((resolve) => timer = setTimeout(() => resolve(undefined), timeoutMs));
  try {
    const exports: ModuleExports | undefined = await Promise.race([import(url), late]);
    if (exports !== undefined) return exports;
  } catch (error) {
    throw fail(causeOf(error), error);
  } finally {
    clearTimeout(timer);
  }
  throw fail(
    `its top level is not over after ${
      timeoutMs / 1000
    } s, expected what runs for long behind if (import.meta.main)`,
  );
}

const PLACE = /^\s+at (?:.* \()?((?:file|https?|data):[^()\s]+:\d+:\d+)\)?$/m;

/** What was thrown in one line: its first one, why a download failed, and the place. */
function causeOf(thrown: unknown): string {
  // Deno colours places inside its messages.
  const { message, stack = "" } = toError(thrown);
  const [first = "", second = ""] = withoutColors(message).split("\n");
  const [, why] = /^ +0: (.*)$/.exec(second) ?? [];
  if (first.includes("Failed writing lockfile")) {
    return "Deno cannot note in its lock file what it fetches, expected deno run --lock=FILE with one that can be written";
  }
  const text = why === undefined ? first : `${first} ${why}`;
  // A stack has the message in it. Something that is no error has none of its own.
  const [, place] = (thrown instanceof Error ? PLACE.exec(withoutColors(stack)) : undefined) ?? [];
  const isKnown = place === undefined || place.startsWith(import.meta.url) || text.includes(place);
  return (isKnown ? text : `${text.replace(/\.$/, "")}, at ${place}`).slice(0, MAX_CAUSE_CHARACTERS);
}
