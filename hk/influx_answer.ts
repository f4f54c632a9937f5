/** What an answer of InfluxDB to a write means. @module */

/** An answer, whole. */
export interface InfluxAnswer {
  /** Of HTTP. */
  readonly status: number;
  /** As text. */
  readonly body: string;
  /** The `Retry-After` header. */
  readonly retryAfter?: string | undefined;
}

/** Why a database takes nothing at present. */
export type InfluxTrouble = "connection" | "authentication" | "missing" | "client" | "server";

/** What became of a write. */
export type InfluxVerdict =
  /** All points are there. */
  | { readonly kind: "written" }
  /** The field has another kind in the database, or a name that cannot be one; the other points are there. */
  | {
    readonly kind: "conflict";
    readonly measurement: string;
    readonly field: string;
    /** Kind in the database; undefined where the name is the trouble. */
    readonly stored: string | undefined;
    readonly why: string;
  }
  /** These lines are no points to the database; the others may be there or not. */
  | { readonly kind: "unreadable"; readonly lines: ReadonlySet<string>; readonly why: string }
  /** Some points were refused, which ones is not said; the others are there. */
  | { readonly kind: "partly"; readonly dropped: number; readonly why: string }
  /** Nothing or not everything was taken, for something in it. */
  | { readonly kind: "refused"; readonly why: string }
  /** More than it takes at a time. */
  | { readonly kind: "too large"; readonly why: string }
  /** It takes nothing at present, whatever it is. */
  | {
    readonly kind: "away";
    readonly trouble: InfluxTrouble;
    readonly why: string;
    /** When to try again, where it says so. */
    readonly retrySeconds?: number | undefined;
    /** Whether it did not answer in time. */
    readonly isLate?: boolean | undefined;
  };

/** No longer than that is waited, whatever a database says. */
const LONGEST_WAIT_SECONDS = 300;
const LONGEST_TEXT = 300;
// A text in quotes as Go writes it, in which a quote has a backslash before it.
const QUOTED = String.raw`"((?:[^"\\]|\\.)*)"`;
const CONFLICT = new RegExp(
  `(?:field type conflict|invalid field name): input field ${QUOTED} on measurement ${QUOTED} is ` +
    String.raw`(?:type \w+, already exists as type (\w+)|invalid)`,
);
const UNREADABLE = /unable to parse '([^]*?)': /g;
const PARTLY = /^partial write: ([^]*) dropped=(\d+)$/;

/**
 * Judges the answer to a write, of InfluxDB 1.x and 2.
 *
 * @param nowSeconds Unix time, for a `Retry-After` that names one.
 */
export function judgeAnswer(answer: InfluxAnswer, nowSeconds: number): InfluxVerdict {
  const { status } = answer;
  const text = errorText(answer);
  const why = `${status}: ${shortened(text)}`;
  if (status >= 200 && status < 300) {
    // Both versions answer 204 without a text (as Python's client of 1.x demands); a page of something between is none of theirs.
    if (status !== 200 || text === "") return { kind: "written" };
    return { kind: "away", trouble: "client", why: `${why}, expected 204` };
  }
  switch (status) {
    case 400:
    case 422:
      return judgeRefusal(text, why);
    case 413:
      return { kind: "too large", why };
    case 401:
    case 403:
      return { kind: "away", trouble: "authentication", why };
    case 404:
      return { kind: "away", trouble: "missing", why };
    default:
      return {
        kind: "away",
        trouble: status >= 500 ? "server" : "client",
        why,
        retrySeconds: retrySeconds(answer.retryAfter, nowSeconds),
      };
  }
}

/** What the database says of its trouble, in its JSON or otherwise. */
export function errorText({ body }: Pick<InfluxAnswer, "body">): string {
  try {
    const parsed: unknown = JSON.parse(body);
    if (typeof parsed === "object" && parsed !== null) {
      if ("error" in parsed) return String(parsed.error);
      if ("message" in parsed) return String(parsed.message);
    }
  } catch {
    // Not its own words: of something between, such as a proxy.
  }
  return body.trim();
}

function judgeRefusal(text: string, why: string): InfluxVerdict {
  const conflict = CONFLICT.exec(text);
  if (conflict !== null) {
    const [, field = "", measurement = "", stored] = conflict;
    return {
      kind: "conflict",
      field: unquoted(field),
      measurement: unquoted(measurement),
      stored,
      why: shortened(text),
    };
  }
  const lines = new Set([...text.matchAll(UNREADABLE)].map(([, line = ""]) => line));
  if (lines.size > 0) return { kind: "unreadable", lines, why };
  // InfluxDB 2 has words of its own before.
  const partly = PARTLY.exec(text.slice(Math.max(0, text.indexOf("partial write: "))));
  if (partly !== null) return { kind: "partly", dropped: Number(partly[2]), why: partly[1] ?? why };
  return { kind: "refused", why };
}

function unquoted(text: string): string {
  try {
    return String(JSON.parse(`"${text}"`));
  } catch {
    // Go escapes a few letters that JSON does not know.
    return text;
  }
}

/** `Retry-After` in seconds or as a date (RFC 9110, 10.2.3). */
function retrySeconds(text: string | undefined, nowSeconds: number): number | undefined {
  if (text === undefined) return undefined;
  const seconds = /^\s*\d+\s*$/.test(text) ? Number(text) : Date.parse(text) / 1000 - nowSeconds;
  return Number.isFinite(seconds) ? Math.min(Math.max(0, seconds), LONGEST_WAIT_SECONDS) : undefined;
}

function shortened(text: string): string {
  const line = text.replaceAll(/\s+/g, " ");
  if (line === "") return "no reason given";
  return line.length <= LONGEST_TEXT ? line : `${line.slice(0, LONGEST_TEXT)}…`;
}
