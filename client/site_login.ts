/** The login that a site file gives its programs. @module */
import { readSmallFile } from "../internal/read_small_file.ts";
import type { SiteLogin } from "../site/mod.ts";
import type { Authentication } from "./authentication.ts";

/** Larger than any secret; a log file named by mistake is not read whole. */
const MAX_BYTES = 64 * 1024;

/**
 * Reads key, secret or ticket from the file that the site names; undefined for a site without login.
 *
 * @throws {SiteError} If the file cannot be read, or holds nothing of the kind; the text names the file and nothing of
 * its content.
 */
export async function readLogin(login: SiteLogin | undefined): Promise<Authentication | undefined> {
  if (login === undefined) return undefined;
  const { method, authId, file } = login;
  try {
    if (method === "cryptosign") {
      const { readKeyFile } = await import("./key_file.ts");
      return { method, authId, privateKey: await readKeyFile(file) };
    }
    const text = await readSecret(file);
    return method === "ticket" ? { method, authId, ticket: text } : { method, authId, secret: text };
  } catch (cause) {
    // Loaded when needed: it brings a YAML parser.
    const { SiteError } = await import("../site/mod.ts");
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new SiteError(
      `Cannot log in by ${method}${authId === undefined ? "" : ` as "${authId}"`}: ${why}`,
      {
        cause,
      },
    );
  }
}

/** Reads a secret; the end of its line does not belong to it. */
async function readSecret(file: string): Promise<string> {
  const refused = (why: string, cause?: unknown) =>
    new Error(`Cannot use secret file "${file}": ${why}, expected one line of text`, { cause });
  const bytes = await readSmallFile(file, { maxBytes: MAX_BYTES, refused });
  const text = new TextDecoder().decode(bytes).replace(/\r?\n$/, "");
  if (text === "") throw refused("it is empty");
  if (/[\r\n]/.test(text)) throw refused("it has several lines");
  return text;
}
