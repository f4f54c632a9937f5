/** What of a site Grafana is told. @module */
import { AGENT_TABLE } from "../../../agents/table.ts";
import { isSwitchedOn } from "../../../internal/switched_on.ts";
import {
  loadSite,
  MACHINE,
  needSetting,
  parseOptions,
  resolveSite,
  SITE_OPTIONS,
  type SiteEnvironment,
  SiteError,
  type SiteInstance,
  type SiteOptions,
} from "../../../site/mod.ts";
import type { GrafanaInflux, GrafanaSite } from "./grafana_site.ts";

/** What `ocs grafana` was given of the database. */
export interface GrafanaChoice {
  /** Default: that of the site's publisher. */
  readonly influx?: "v1" | "v2" | undefined;
  /** As Grafana sees it. Default: where the publisher writes to. */
  readonly url?: string | undefined;
  /** Database or bucket. Default: that of the publisher. */
  readonly database?: string | undefined;
}

/** A site for Grafana, and what operators have to know of it. */
export interface GrafanaPlan extends GrafanaSite {
  readonly warnings: readonly string[];
}

/** Classes of this toolkit, and Python's of the same names, that record nothing; the registry has its own dashboard. */
export const WITHOUT_RECORDED_FEEDS: readonly string[] = [
  "AccessDirector",
  "AggregatorAgent",
  "HostManager",
  "InfluxDBAgent",
  "InfluxDBAgentv2",
  "RegistryAgent",
  "SmurfFileEmulator",
  "SmurfStreamSimulator",
];

/**
 * Finds the agents of all hosts of the site file, the registry and the database.
 *
 * @throws {SiteError} If there is no site file, or nothing in it to show.
 * @throws {OptionError} If the options of registry or publisher do not fit.
 */
export async function planGrafana(
  options: SiteOptions,
  choice: GrafanaChoice = {},
  environment: SiteEnvironment = MACHINE,
): Promise<GrafanaPlan> {
  const site = await loadSite(options, environment);
  const resolved = await resolveSite(options, { environment });
  const addressRoot = needSetting(resolved, "addressRoot");
  const instances = new Map<string, SiteInstance>();
  for (const { instances: ofHost } of site.hosts.values()) {
    for (const instance of ofHost) {
      const { instanceId } = instance;
      if (instanceId !== undefined && !instances.has(instanceId)) instances.set(instanceId, instance);
    }
  }
  const agents = [...instances].flatMap(([instanceId, { agentClass }]) =>
    agentClass === undefined || WITHOUT_RECORDED_FEEDS.includes(agentClass)
      ? []
      : [{ instanceId, agentClass }]
  );
  const warnings: string[] = [];
  const only = (classes: readonly string[]) => {
    const found = [...instances.values()].filter(({ agentClass = "" }) => classes.includes(agentClass));
    if (found.length > 1) {
      warnings.push(`The site has several ${classes.join(" and ")}s: "${found[0]?.instanceId}" is taken`);
    }
    return found[0];
  };
  const registry = only(["RegistryAgent"]);
  if (registry === undefined) {
    warnings.push("The site has no RegistryAgent, so there is no dashboard of operations");
    if (agents.length === 0) {
      throw new SiteError(
        `Cannot make dashboards of "${site.file}": it has no agent that records anything, expected one at least`,
      );
    }
  }
  const wanted = choice.influx === undefined
    ? ["InfluxDBAgent", "InfluxDBAgentv2"]
    : [choice.influx === "v1" ? "InfluxDBAgent" : "InfluxDBAgentv2"];
  const publisher = only(wanted);
  if (publisher === undefined) {
    warnings.push(
      `The site has no ${wanted.join(" and no ")}: dashboards stay empty until one writes to the database`,
    );
  }
  return {
    addressRoot,
    agents,
    registry: registry === undefined ? undefined : {
      instanceId: registry.instanceId ?? "",
      waitSeconds: Number(optionsOf(registry).waitTime),
    },
    influx: influxOf(publisher, choice),
    warnings,
  };
}

function influxOf(
  publisher: SiteInstance | undefined,
  { influx, url, database }: GrafanaChoice,
): GrafanaInflux {
  const version = influx ?? (publisher?.agentClass === "InfluxDBAgentv2" ? "v2" : "v1");
  if (version === "v2") {
    return {
      version,
      url: url === undefined ? "${INFLUXDB_V2_URL}" : literal(checkUrl(url)),
      database: database === undefined ? "${INFLUXDB_V2_BUCKET}" : literal(database),
      takesAnyCertificate: false,
    };
  }
  const options = optionsOf(publisher ?? { agentClass: "InfluxDBAgent", arguments: [] });
  const isTls = isSwitchedOn(String(options.ssl));
  const host = String(options.host);
  const written = `${isTls ? "https" : "http"}://${host.includes(":") ? `[${host}]` : host}:${options.port}`;
  return {
    version,
    url: literal(url === undefined ? written : checkUrl(url)),
    database: literal(database ?? String(options.database)),
    takesAnyCertificate: url === undefined && isTls && !isSwitchedOn(String(options.verifySsl)),
  };
}

/** The options of an agent of this toolkit, as it would read them itself. */
function optionsOf(
  { agentClass = "", arguments: args }: Pick<SiteInstance, "agentClass" | "arguments">,
): Readonly<Record<string, unknown>> {
  return parseOptions({ ...AGENT_TABLE[agentClass]?.options, ...SITE_OPTIONS }, args);
}

function checkUrl(url: string): string {
  if (URL.canParse(url) && /^https?:/.test(url)) return url;
  throw new SiteError(`Cannot use "${url}" as the database: expected a URL such as http://influxdb:8086`);
}

/** A text in which Grafana sees no variable. */
function literal(text: string): string {
  return text.replaceAll("$", "$$$$");
}
