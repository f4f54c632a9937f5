/**
 * The tour of `ocs demo` at a site that somebody else runs: one JSON object for each step.
 *
 *     deno run -A demo_tour.ts SITE_FILE TUNE_SCRIPT DATA_FOLDER
 *
 * @module
 */
import { tour } from "../../cli/demo/tour.ts";
import { processConsole } from "../../cli/output.ts";
import { needSetting, resolveSite } from "../../site/mod.ts";

const [siteFile, script, folder] = Deno.args;
const site = await resolveSite({ siteFile });
await tour({
  site: { ...site, realm: needSetting(site, "realm"), addressRoot: needSetting(site, "addressRoot") },
  console: processConsole(),
  json: true,
  script,
  recording: {
    folder: `${folder}`,
    housekeepingFolder: `${folder}/hk`,
    // What is recorded already will do: the site has been up before.
    startedSeconds: 0,
    agents: [],
  },
  signal: AbortSignal.timeout(60_000),
});
// The deadlines of its steps would keep this process for some seconds more.
Deno.exit(0);
