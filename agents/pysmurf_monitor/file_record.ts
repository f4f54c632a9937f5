/** Files as publishers announce them, and where they belong in the archive (smurf 3.4 to 3.6). @module */
import { isTruthy, pyRepr, pyStr, pyTypeName } from "../../ocs/python_text.ts";
import { isObject, MalformedError, type PublishedMessage } from "./read_message.ts";

/** A file that waits to be registered. */
export interface AnnouncedFile {
  /** Path on this machine as the publisher says it. */
  readonly path: string;
  /** Publisher id. */
  readonly id: string;
  /** Time of the message, for records without one of their own. */
  readonly timeSeconds: number | undefined;
  /** The whole record. */
  readonly record: Readonly<Record<string, unknown>>;
}

/** A file that is to be registered, but for its checksum. */
export interface PlacedFile {
  readonly localPath: string;
  readonly remotePath: string;
  readonly archiveName: string;
  /** Whether SupRsync may delete it here when it has been copied. */
  readonly deletable: boolean;
}

/**
 * Takes the record out of a `data_file` or `g3_file` message.
 *
 * @throws {MalformedError} If there is no path in it.
 */
export function announcedFile({ id, payload, timeSeconds }: PublishedMessage): AnnouncedFile {
  if (!isObject(payload)) {
    throw new MalformedError(
      "bad file record",
      `the payload is a ${pyTypeName(payload)}, expected an object`,
    );
  }
  const path = own(payload, "path");
  if (typeof path !== "string" || path === "") {
    throw new MalformedError("bad file record", `"path" is ${pyRepr(path)}, expected a path`);
  }
  return { path, id, timeSeconds, record: payload };
}

/**
 * Says where a file belongs.
 *
 * @throws {RangeError | TypeError} If the archive is unknown, or the record does not say enough.
 */
export function placeFile(file: AnnouncedFile): PlacedFile {
  const { record } = file;
  const localPath = own(record, "format") === "npy" && !file.path.endsWith(".npy")
    ? `${file.path}.npy`
    : file.path;
  const archiveName = Object.hasOwn(record, "archive_name") ? record["archive_name"] : "smurf";
  switch (archiveName) {
    case "smurf":
      return {
        localPath,
        archiveName,
        remotePath: smurfPath(localPath, file),
        deletable: isDeletable(localPath),
      };
    case "timestreams":
      return { localPath, archiveName, remotePath: lastThree(localPath), deletable: true };
    default:
      throw new RangeError(
        `Cannot register file "${localPath}": archive ${pyRepr(archiveName)} is unknown, ` +
          "expected 'smurf' or 'timestreams'",
      );
  }
}

/** `<5 digits>/<publisher id>/<action time>_<action>/<plots or outputs>/<name>` (smurf 3.5). */
function smurfPath(localPath: string, { id, timeSeconds, record }: AnnouncedFile): string {
  const timestamp = own(record, "timestamp") ?? timeSeconds;
  if (timestamp === undefined) throw missing(localPath, "timestamp");
  const parts = [
    pyStr(timestamp).slice(0, 5),
    id,
    // Old publishers leave both out (smurf 1.5); absent is as good as null, which prints as None.
    `${pyStr(own(record, "action_ts"))}_${pyStr(own(record, "action"))}`,
    isTruthy(own(record, "plot")) ? "plots" : "outputs",
    localPath.slice(localPath.lastIndexOf("/") + 1),
  ];
  // SupRsync lays files out by this path: nothing that came by UDP may lead out of the archive.
  for (const part of parts) {
    if (part === "" || part === "." || part === ".." || /[/\0]/.test(part)) {
      throw new RangeError(
        `Cannot register file "${localPath}": ${pyRepr(part)} cannot be part of its path in the archive`,
      );
    }
  }
  return parts.join("/");
}

/** The last three components of the normalised path (smurf 3.5). */
function lastThree(localPath: string): string {
  const parts: string[] = [];
  for (const part of localPath.split("/")) {
    if (part === "..") parts.pop();
    else if (part !== "" && part !== ".") parts.push(part);
  }
  if (parts.length === 0) throw new RangeError(`Cannot register file "${localPath}": it names no file`);
  return parts.slice(-3).join("/");
}

/**
 * Only what lies in a directory of a day and is needed by nobody later (smurf 3.6).
 *
 * Plain substrings, as in the reference: `active` holds `iv`, too. What lies too high up is kept, where the reference
 * drops the record (smurf B18).
 */
function isDeletable(localPath: string): boolean {
  const day = localPath.split("/")[3] ?? "";
  return /^\d+$/.test(day) && !["iv", "channel_assignment", "tune"].some((word) => localPath.includes(word));
}

function own(record: Readonly<Record<string, unknown>>, key: string): unknown {
  return Object.hasOwn(record, key) ? record[key] : undefined;
}

function missing(localPath: string, key: string): TypeError {
  return new TypeError(`Cannot register file "${localPath}": its record has no "${key}"`);
}
