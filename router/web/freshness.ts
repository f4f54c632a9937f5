/** Whether a browser has a file already (RFC 9110, 13). @module */

/** What of a file decides whether it has changed. */
export interface FileVersion {
  readonly bytes: number;
  /** Time of its last change; undefined where the system does not tell. */
  readonly modified: Date | undefined;
}

/** What a browser asks with. */
export interface FreshnessQuestion {
  /** `If-None-Match`. */
  readonly ifNoneMatch: string | undefined;
  /** `If-Modified-Since`; of no account beside the other. */
  readonly ifModifiedSince: string | undefined;
}

/** The entity tag of a file: its size and the time of its last change. */
export function entityTag({ bytes, modified }: FileVersion): string {
  return `"${bytes.toString(16)}-${(modified?.getTime() ?? 0).toString(16)}"`;
}

/** Tells whether what the browser has is what is there. */
export function isFresh(version: FileVersion, { ifNoneMatch, ifModifiedSince }: FreshnessQuestion): boolean {
  if (ifNoneMatch !== undefined) {
    const tag = entityTag(version);
    return ifNoneMatch.split(",").map((one) => one.trim().replace(/^W\//, ""))
      .some((one) => one === "*" || one === tag);
  }
  if (ifModifiedSince === undefined || version.modified === undefined) return false;
  // Dates of HTTP have whole seconds. An unreadable one is NaN, and nothing is older than that.
  return Math.floor(version.modified.getTime() / 1000) * 1000 <= Date.parse(ifModifiedSince);
}

/**
 * How long a browser may use a file without asking.
 *
 * Bundlers put a digest into the names of what they make: under such a name there is never anything else. All the rest
 * is asked for each time, and answered with 304.
 */
export function cacheControlOf(name: string): string {
  return /[.-][0-9a-f]{8,}\./.test(name) ? "public, max-age=31536000, immutable" : "no-cache";
}
