/** What is kept for whom: the names of a site and of an operator. @module */
import { createHash } from "node:crypto";
import { userInfo } from "node:os";
import type { ResolvedSite } from "../site/mod.ts";

/**
 * Name of a site's folder in the state folder: what a reader recognizes, and a digest so that two sites never share one.
 *
 * A site with a site file is that file; any other is its router, realm and address root.
 */
export function siteKey(
  { sourceFile, wampServer, realm, addressRoot }: Pick<
    ResolvedSite,
    "sourceFile" | "wampServer" | "realm" | "addressRoot"
  >,
): string {
  const identity = sourceFile ?? [wampServer, realm, addressRoot].join(" ");
  const name = sourceFile === undefined
    ? (wampServer ?? "").replace(/^\w+:\/\//, "").replace(/\/.*$/, "")
    : sourceFile.split(/[\\/]/).slice(-2).join("-").replace(/\.ya?ml$/, "");
  const readable = name.replaceAll(/[^\w.-]+/g, "_").replace(/^[._-]+/, "").slice(0, 60);
  const digest = createHash("sha256").update(identity).digest("hex").slice(0, 8);
  return `${readable === "" ? "site" : readable}-${digest}`;
}

/** Who sits at the prompt, such as `operator@control1`. */
export function userAtHost(): string {
  let user = Deno.env.get("USER") ?? Deno.env.get("LOGNAME") ?? "";
  if (user === "") {
    try {
      user = userInfo().username;
    } catch {
      // A container may run as a user that nobody has given a name.
      user = `uid${Deno.uid() ?? ""}`;
    }
  }
  return `${user}@${Deno.hostname()}`;
}
