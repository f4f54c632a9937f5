/** The files of a site's Access Directors, checked with the site file. @module */
import { accessConfigPath, readAccessConfig } from "../site/read_access_config.ts";
import { MACHINE, type SiteProblem } from "../site/mod.ts";
import { readSite } from "../site/read_site.ts";
import type { SiteInstance } from "../site/site.ts";
import { isThisHost } from "./local_host.ts";

const DIRECTOR = "AccessDirector";
const OPTION = "--config-file";

/**
 * Finds every problem of the configurations that the site's Access Directors read.
 *
 * One that is not there is an error for the host of its director only; other hosts need not have it.
 *
 * @param text The site file's text.
 * @param file Its path.
 */
export async function checkAccessFiles(text: string, file: string): Promise<readonly SiteProblem[]> {
  const { site } = await readSite(text, file);
  const problems: SiteProblem[] = [];
  for (const host of site?.hosts.values() ?? []) {
    for (const instance of host.instances) {
      const given = instance.agentClass === DIRECTOR ? configFile(instance) : undefined;
      if (given === undefined) continue;
      const path = accessConfigPath(given, MACHINE.absolute(file));
      const content = await readIfThere(path);
      if (content !== undefined) {
        const yaml = await import("../deps/yaml.ts");
        problems.push(...readAccessConfig(yaml, content, path).problems);
      } else if (isThisHost(host.name)) {
        const { line, column } = instance;
        const what = `${OPTION} of agent "${
          instance.instanceId ?? DIRECTOR
        }" is "${given}": "${path}" cannot be read`;
        problems.push({
          file,
          line,
          column,
          severity: "error",
          what,
          expected: "a file that this user may read",
        });
      }
    }
  }
  return problems;
}

/** As the director's own options have it, written out; abbreviated it is left to the agent. */
function configFile({ arguments: args }: SiteInstance): string | undefined {
  const at = args.findLastIndex(({ text }) => text === OPTION || text.startsWith(`${OPTION}=`));
  const text = args[at]?.text;
  return text === OPTION ? args[at + 1]?.text : text?.slice(OPTION.length + 1);
}

async function readIfThere(path: string): Promise<string | undefined> {
  try {
    return (await Deno.stat(path)).isFile ? await Deno.readTextFile(path) : undefined;
  } catch {
    // Whether that matters depends on where the director runs.
    return undefined;
  }
}
