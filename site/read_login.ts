/** The login of a hub or host of a site file. @module */
import { dirname, resolve } from "node:path";
import type { Fields, Notes } from "./_fields.ts";
import type { SiteLogin } from "./site.ts";

/** Which key names the file of which method. */
const METHODS = {
  wamp_key_file: "cryptosign",
  wamp_secret_file: "wampcra",
  wamp_ticket_file: "ticket",
} as const;

/** Keys that say how programs log in to the router; Python OCS knows none of them. */
export const LOGIN_KEYS: readonly string[] = ["wamp_authid", ...Object.keys(METHODS)];

/** Reads them; what does not fit is noted, and is no login. Relative paths are below the file's folder. */
export function readLogin(fields: Fields, notes: Notes): SiteLogin | undefined {
  const authId = fields.text("wamp_authid", "a text such as daq-1");
  const found = Object.entries(METHODS).flatMap(([key, method]) => {
    const path = fields.text(key, "the path of a file");
    return path === undefined ? [] : [{ key, method, file: resolve(dirname(notes.file), path) }];
  });
  const [first, second] = found;
  if (first === undefined) {
    const node = authId === undefined ? undefined : fields.node("wamp_authid");
    if (node !== undefined) {
      notes.error(
        node,
        `"wamp_authid" of the ${fields.owner} is there without a file that proves it`,
        `one of ${Object.keys(METHODS).join(", ")}`,
      );
    }
    return undefined;
  }
  if (second !== undefined) {
    notes.error(
      fields.node(second.key) ?? fields.map,
      `the ${fields.owner} has both "${first.key}" and "${second.key}"`,
      "one of them",
    );
    return undefined;
  }
  const { key, method, file } = first;
  if (method === "cryptosign") return { method, authId, file };
  if (authId !== undefined) return { method, authId, file };
  const node = fields.node(key) ?? fields.map;
  notes.error(node, `the ${fields.owner} has "${key}" without "wamp_authid"`, "the name that belongs to it");
  return undefined;
}
