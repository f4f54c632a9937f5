/** Where this host's housekeeping is recorded. @module */
import { statSync } from "node:fs";
import { type ResolvedSite, resolveSite, SiteError, type SiteInstance } from "../../site/mod.ts";
import type { VerbOptions } from "../site_link.ts";

/** The folder that the demo records to. */
const DEMO_FOLDER = "./ocs-data/hk";

/**
 * Finds the folder of the housekeeping files: the one named, else that of the AggregatorAgent of this host's entry in the site
 * file, else `./ocs-data/hk` if it is there.
 *
 * @throws {SiteError} If there is none of these, or several aggregators record to several folders.
 */
export async function findDataFolder(
  named: string | undefined,
  { site, link }: Pick<VerbOptions, "site" | "link">,
): Promise<string> {
  if (named !== undefined) return named;
  const resolved = link?.resolved ?? await resolveSite(site);
  const folders = [...new Set((resolved.host?.instances ?? []).flatMap(dataFolderOf))];
  const [only] = folders;
  if (folders.length > 1) {
    throw new SiteError(
      `Cannot tell which housekeeping is meant: the aggregators of host "${resolved.host?.name}" record to ${
        folders.map((folder) => `"${folder}"`).join(", ")
      }; choose one with --data-dir DIR`,
    );
  }
  if (only !== undefined) return only;
  if (isFolder(DEMO_FOLDER)) return DEMO_FOLDER;
  throw new SiteError(
    `Cannot find the housekeeping files: ${
      whyNone(resolved)
    }, and there is no folder ${DEMO_FOLDER}; expected ` +
      "--data-dir DIR",
  );
}

function whyNone({ sourceFile, host }: ResolvedSite): string {
  if (sourceFile === undefined) return "no site file was read";
  if (host === undefined) return `"${sourceFile}" has no entry for this host`;
  return `host "${host.name}" of "${sourceFile}" has no AggregatorAgent with --data-dir`;
}

/** What its arguments say; the last one counts, as for the agent. */
function dataFolderOf({ agentClass, arguments: words }: SiteInstance): string[] {
  if (agentClass !== "AggregatorAgent") return [];
  const texts = words.map(({ text }) => text);
  const given = texts.flatMap((text, at) => {
    if (text.startsWith("--data-dir=")) return [text.slice("--data-dir=".length)];
    const next = texts[at + 1];
    return text === "--data-dir" && next !== undefined ? [next] : [];
  });
  return given.slice(-1);
}

function isFolder(path: string): boolean {
  try {
    return statSync(path).isDirectory();
  } catch {
    return false;
  }
}
