/** The golden files of G3 (`tests/data/g3/README.md`). @module */

const DATA = new URL("../data/g3/", import.meta.url).pathname;

/** Full path of a golden file. */
export function goldenPath(name: string): string {
  return DATA + name;
}

/** Bytes of a golden file. */
export function goldenFile(name: string): Uint8Array<ArrayBuffer> {
  return Deno.readFileSync(DATA + name);
}

/** Every plain golden file, as its path below the folder. */
export function goldenFiles(folder = ""): string[] {
  const found: string[] = [];
  for (const { name, isDirectory } of Deno.readDirSync(DATA + folder)) {
    if (isDirectory) found.push(...goldenFiles(`${folder}${name}/`));
    else if (name.endsWith(".g3")) found.push(folder + name);
  }
  return found.sort();
}

/** Those that can be read to their end. */
export const GOLDEN_WHOLE: readonly string[] = goldenFiles().filter((name) =>
  !name.startsWith("damaged/") && name !== "odd_version.g3"
);

/** What a golden file's JSON says, as far as tests use it. */
export interface Golden {
  readonly n_frames: number;
  readonly frames: readonly Record<string, unknown>[];
  readonly end: { readonly state: string; readonly offset?: number };
  readonly also_accept?: readonly {
    readonly n_frames: number;
    readonly state: string;
    readonly offset?: number;
  }[];
}

/** The JSON beside a golden file. */
export function goldenJson(name: string): Golden {
  // Its shape is described beside the files.
  return JSON.parse(Deno.readTextFileSync(`${DATA}${name}.json`)) as Golden;
}
