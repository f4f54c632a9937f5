/** Opens a file below a folder, and nothing else. @module */
import { isVisibleName } from "./web_path.ts";

/** An open file; whoever opened it closes it. */
export interface WebFile {
  readonly file: Deno.FsFile;
  /** Its size when it was opened. */
  readonly bytes: number;
  /** Time of its last change; undefined where the system does not tell. */
  readonly modified: Date | undefined;
}

/**
 * Opens a regular file.
 *
 * Links are followed as long as they stay below the folder and lead to nothing hidden.
 *
 * @param folder Folder that is served; may itself be a link, which is followed each time.
 * @param names Names of folders, and of the file, as `parseWebPath` gives them.
 * @returns undefined where there is no such file.
 * @throws {Deno.errors.PermissionDenied} If it may not be read, by this user or by this program.
 */
export async function openWebFile(folder: string, names: readonly string[]): Promise<WebFile | undefined> {
  try {
    const root = await Deno.realPath(folder);
    const path = await Deno.realPath([root, ...names].join("/"));
    if (!isBelow(path, root)) return undefined;
    // Looked at before it is opened: a pipe would wait for a writer.
    if (!(await Deno.stat(path)).isFile) return undefined;
    const file = await Deno.open(path);
    try {
      const { size, mtime } = await file.stat();
      return { file, bytes: size, modified: mtime ?? undefined };
    } catch (error) {
      file.close();
      throw error;
    }
  } catch (error) {
    if (isNoSuchFile(error)) return undefined;
    throw error;
  }
}

function isBelow(path: string, root: string): boolean {
  const start = root.endsWith("/") || root.endsWith("\\") ? root.length : root.length + 1;
  if (path.slice(0, start).replace(/[/\\]$/, "") !== root.replace(/[/\\]$/, "")) return false;
  return path.slice(start).split(/[/\\]/).every(isVisibleName);
}

/** No such name, a file where a folder was named, a circle of links, a name longer than the system allows. */
function isNoSuchFile(error: unknown): boolean {
  return error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory ||
    error instanceof Deno.errors.FilesystemLoop ||
    error instanceof Error && "code" in error && error.code === "ENAMETOOLONG";
}
