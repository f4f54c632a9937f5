/** Where files of housekeeping are, so that so3g finds them by time (g3 5.5, OCS 91). @module */

/**
 * The path of a file that was begun at a time: `/data/hk/17900/1790000100.g3`.
 *
 * @param dataDir Folder of all files, with or without a slash at its end.
 * @param unixSeconds When it was begun; fractions are cut.
 */
export function hkFilePath(dataDir: string, unixSeconds: number): string {
  const second = String(Math.trunc(unixSeconds));
  return `${dataDir.replace(/(?<=.)\/+$/, "")}/${second.slice(0, 5)}/${second}.g3`;
}
