/** Names of the files of a stream (smurf 4.3). @module */

/** How files are named after the second in which their acquisition began: in UTC, or in Unix seconds. */
export type FileNaming = "date" | "ctime";

/**
 * The directory of an acquisition below the data directory: the first five digits of its start.
 *
 * @param streamId Folder of the stream in it; undefined for none.
 */
export function acquisitionFolder(startSeconds: number, streamId?: string): string {
  const digits = String(Math.trunc(startSeconds)).slice(0, 5);
  return streamId === undefined ? digits : `${digits}/${streamId}`;
}

/** What the names of all files of an acquisition begin with: `2019-01-01-12-00-00` or `1546344000`. */
export function acquisitionBase(startSeconds: number, naming: FileNaming): string {
  const second = Math.trunc(startSeconds);
  if (naming === "ctime") return String(second);
  return new Date(second * 1000).toISOString().slice(0, 19).replace(/[T:]/g, "-");
}

/** The name of one file of an acquisition; from 1000 on the number simply gets wider. */
export function fileName(base: string, suffix: number): string {
  return `${base}_${String(suffix).padStart(3, "0")}.g3`;
}

/**
 * Whether a stream id from the wire can name a folder: one component of a path, and printable.
 *
 * Who sends `../../etc` must not choose where files are written.
 */
export function isFolderName(streamId: string): boolean {
  return /^[^/\\\p{C}]{1,100}$/u.test(streamId) && streamId !== "." && streamId !== "..";
}
