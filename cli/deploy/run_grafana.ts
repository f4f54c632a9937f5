/** `ocs grafana`: data source and dashboards of the site, for Grafana. @module */
import { dirname, join } from "node:path";
import type { SiteOptions } from "../../site/mod.ts";
import { ExitCode } from "../../verbs/exit_code.ts";
import { consoleLogger } from "../log_line.ts";
import { type Console, styled } from "../output.ts";
import type { Dashboard } from "./grafana/dashboard.ts";
import type { GrafanaSite } from "./grafana/grafana_site.ts";
import { housekeepingDashboard } from "./grafana/housekeeping_dashboard.ts";
import { operationsDashboard } from "./grafana/operations_dashboard.ts";
import { type GrafanaChoice, planGrafana } from "./grafana/plan_grafana.ts";
import { datasourceText, providerText } from "./grafana/provisioning.ts";
import { type GeneratedFile, writeNewFiles } from "./write_new_files.ts";

/** What `ocs grafana` was given. */
export interface GrafanaCommand extends GrafanaChoice {
  /** Folder to write. */
  readonly folder: string;
  /** Where Grafana sees that folder. */
  readonly provisioningDir: string;
  readonly json: boolean;
}

/** Writes a folder of provisioning; never over another file. */
export async function runGrafana(
  command: GrafanaCommand,
  { site: options, console }: { readonly site: SiteOptions; readonly console: Console },
): Promise<ExitCode> {
  const { warnings, ...site } = await planGrafana(options, command);
  const logger = consoleLogger(console.err, { name: "ocs grafana" });
  for (const warning of warnings) logger.warn(warning);
  const files = grafanaFiles(site, command);
  for (const folder of new Set(files.map(({ path }) => dirname(path)))) await makeFolder(folder);
  const states = await writeNewFiles(files);
  if (command.json) {
    await console.out.print(JSON.stringify(files.map(({ path }, at) => ({ path, state: states[at] }))));
    return ExitCode.OK;
  }
  const { look } = console.out;
  for (const [at, { path }] of files.entries()) {
    const state = states[at] ?? "written";
    await console.out.print(
      `${styled(look, state === "written" ? "green" : "dim", state.padEnd(9))}  ${path}`,
    );
  }
  const variables = site.influx.version === "v1"
    ? "INFLUXDB_USERNAME and INFLUXDB_PASSWORD, if the database asks for them"
    : "INFLUXDB_V2_URL, INFLUXDB_V2_BUCKET and INFLUXDB_V2_TOKEN";
  await console.out.print(
    `\nNext:\n  let Grafana see ${command.folder} as ${command.provisioningDir}\n` +
      `  give it the variables ${variables}\n  restart it`,
  );
  return ExitCode.OK;
}

async function makeFolder(folder: string): Promise<void> {
  try {
    await Deno.mkdir(folder, { recursive: true });
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new Error(`Cannot make folder "${folder}": ${why}`, { cause: error });
  }
}

/** The files of a site. */
export function grafanaFiles(
  site: GrafanaSite,
  { folder, provisioningDir }: Pick<GrafanaCommand, "folder" | "provisioningDir">,
): readonly GeneratedFile[] {
  const dashboards = join("dashboards", "ocs");
  const dashboard = (name: string, made: Dashboard): GeneratedFile => ({
    path: join(folder, dashboards, `${name}.json`),
    text: `${JSON.stringify(made, undefined, 2)}\n`,
  });
  return [
    { path: join(folder, "datasources", "ocs.yaml"), text: datasourceText(site) },
    {
      path: join(folder, "dashboards", "ocs.yaml"),
      text: providerText(site, `${provisioningDir.replace(/\/+$/, "")}/dashboards/ocs`),
    },
    ...(site.agents.length === 0 ? [] : [dashboard("housekeeping", housekeepingDashboard(site))]),
    ...(site.registry === undefined
      ? []
      : [dashboard("operations", operationsDashboard(site, site.registry))]),
  ];
}
