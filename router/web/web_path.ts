/** From the path of a request to a file below a folder. @module */

const MAX_PATH_CHARACTERS = 1024;

/**
 * Splits the path of a request into names of folders and, last, of a file.
 *
 * What could lead out of a folder or to a hidden file gives nothing: `..` and other names that begin with a dot, also
 * when they are written `%2e`; slashes, backslashes, colons and control characters inside a name; empty names.
 *
 * @param path Path without query, as it came.
 * @returns `["index.html"]` for `/`; undefined where no file can be meant.
 */
export function parseWebPath(path: string): readonly string[] | undefined {
  if (!path.startsWith("/") || path.length > MAX_PATH_CHARACTERS) return undefined;
  if (path === "/") return ["index.html"];
  const names: string[] = [];
  for (const piece of path.slice(1).split("/")) {
    const name = decoded(piece);
    if (name === undefined || !isVisibleName(name)) return undefined;
    names.push(name);
  }
  return names;
}

/** Whether a name is that of a file or folder that may be shown. */
export function isVisibleName(name: string): boolean {
  // deno-lint-ignore no-control-regex -- these are what is kept out
  return name !== "" && !name.startsWith(".") && !/[\/\\:\x00-\x1f\x7f]/.test(name);
}

function decoded(piece: string): string | undefined {
  try {
    return decodeURIComponent(piece);
  } catch {
    // A lone % or bytes that are no UTF-8.
    return undefined;
  }
}
