/** Finds and reads the site file (spec 6.1). @module */
import { MACHINE, type SiteEnvironment } from "./environment.ts";
import { SiteError, SiteFileError } from "./errors.ts";
import { readSite } from "./read_site.ts";
import type { Site } from "./site.ts";
import type { SiteOptions } from "./site_options.ts";

/** Largest file that is read as a site file; a site of 10,000 agents needs a tenth of it. */
const MAX_SITE_FILE_BYTES = 10 * 1024 * 1024;

/** Result of `findSiteFile`: a path, or why there is none. */
export type FoundSiteFile = { readonly path: string } | { readonly none: string };

/**
 * Says which file is the site file, without looking whether it is there.
 *
 * @throws {SiteError} If both `site` and `siteFile` are given.
 */
export function findSiteFile(
  options: Pick<SiteOptions, "site" | "siteFile">,
  environment: SiteEnvironment = MACHINE,
): FoundSiteFile {
  const { site, siteFile } = options;
  if (siteFile !== undefined) {
    if (site !== undefined) {
      throw new SiteError(
        `Cannot choose a site file: both --site "${site}" and --site-file "${siteFile}" are given, expected one of them`,
      );
    }
    return { path: environment.absolute(siteFile) };
  }
  const folder = environment.getVariable("OCS_CONFIG_DIR");
  if (folder === undefined || folder === "") {
    return {
      none: "Cannot find the site file: OCS_CONFIG_DIR is not set; expected that, or --site-file PATH, or " +
        "--site-hub, --site-realm and --address-root",
    };
  }
  return { path: environment.absolute(`${folder.replace(/\/+$/, "")}/${site ?? "default"}.yaml`) };
}

/**
 * Reads the text of a site file.
 *
 * @throws {SiteError} If it is missing, a folder, not permitted, too large or no text.
 */
export async function readSiteText(path: string, environment: SiteEnvironment = MACHINE): Promise<string> {
  let bytes: Uint8Array;
  try {
    bytes = await environment.readFile(path);
  } catch (error) {
    throw new SiteError(`Cannot read site file "${path}": ${whyNot(error)}`, { cause: error });
  }
  if (bytes.length > MAX_SITE_FILE_BYTES) {
    throw new SiteError(
      `Cannot read site file "${path}": it has ${bytes.length} bytes, expected at most ${MAX_SITE_FILE_BYTES}`,
    );
  }
  return new TextDecoder().decode(bytes);
}

function whyNot(error: unknown): string {
  if (error instanceof Deno.errors.NotFound) return "there is no such file, expected a YAML file";
  if (error instanceof Deno.errors.IsADirectory) return "it is a folder, expected a YAML file";
  if (error instanceof Deno.errors.PermissionDenied) {
    return "this user may not read it, expected a file with read permission";
  }
  if (error instanceof Deno.errors.NotCapable) return "Deno was started without --allow-read for it";
  const text = error instanceof Error ? error.message : String(error);
  // Peer Deno 2.9: reading a folder gives a plain Error with the text of the operating system.
  return /os error 21\b/.test(text) ? "it is a folder, expected a YAML file" : text;
}

/**
 * Loads a site file: the one named, or `$OCS_CONFIG_DIR/<site>.yaml`, `default` unless `site` says otherwise.
 *
 * @throws {SiteError} If there is none or it cannot be read.
 * @throws {SiteFileError} If its content is unusable; lists every error.
 */
export async function loadSite(
  options: Pick<SiteOptions, "site" | "siteFile"> = {},
  environment: SiteEnvironment = MACHINE,
): Promise<Site> {
  const found = findSiteFile(options, environment);
  if ("none" in found) throw new SiteError(found.none);
  const { site, problems } = await readSite(await readSiteText(found.path, environment), found.path);
  const errors = problems.filter(({ severity }) => severity === "error");
  if (site === undefined || errors.length > 0) throw new SiteFileError(found.path, errors);
  return site;
}
