/** A dashboard of all that a site records: a row for each agent, in it a panel for each of its feeds. @module */
import {
  type Dashboard,
  type DataSourceRef,
  type Panel,
  type QueryVariable,
  type RenameByRegex,
  type RowPanel,
  SCHEMA_VERSION,
} from "./dashboard.ts";
import { type GrafanaAgent, type GrafanaSite, grafanaUid } from "./grafana_site.ts";
import { quoteName, quoteValue } from "./influx_ql.ts";

/** With more agents rows are shut at first, and only what is opened is asked for. */
const MOST_OPEN_ROWS = 8;
const PANEL_HEIGHT = 8;

/** `mean_channel_00` becomes `channel_00`, and of tags those stay that tell series of a panel apart. */
const RENAMES: readonly RenameByRegex[] = [
  rename("^(?:.*\\.)?mean_(.*)$", "$1"),
  rename("/(?:address_root|feed|instance_id): [^\\s,}]*,? ?/g", ""),
  rename("\\s*\\{\\s*\\}$", ""),
];

/** Makes the dashboard. */
export function housekeepingDashboard(site: GrafanaSite): Dashboard {
  const datasource: DataSourceRef = { type: "influxdb", uid: grafanaUid(site, "influxdb") };
  const names = variableNames(site.agents);
  const collapsed = site.agents.length > MOST_OPEN_ROWS;
  const panels: (Panel | RowPanel)[] = [];
  const variables: QueryVariable[] = [];
  let [id, y] = [0, 0];
  for (const [at, agent] of site.agents.entries()) {
    const variable = names[at] ?? "";
    variables.push(feedsVariable(agent, { site, datasource, variable }));
    const row = {
      id: ++id,
      type: "row",
      title: `${agent.instanceId} (${agent.agentClass})`,
      collapsed,
      gridPos: { x: 0, y: y++, w: 24, h: 1 },
    } as const;
    const panel = feedPanel(agent, { site, datasource, variable, id: ++id, y });
    if (collapsed) panels.push({ ...row, panels: [panel] });
    else {
      panels.push({ ...row, panels: [] }, panel);
      y += PANEL_HEIGHT;
    }
  }
  return {
    uid: grafanaUid(site, "housekeeping"),
    title: `OCS housekeeping (${site.addressRoot})`,
    description:
      "Every recorded feed of every agent in the site file, as its InfluxDB publisher writes it. " +
      "Made by ocs grafana.",
    tags: ["ocs"],
    editable: true,
    schemaVersion: SCHEMA_VERSION,
    refresh: "30s",
    time: { from: "now-1h", to: "now" },
    timezone: "utc",
    templating: { list: variables },
    panels,
  };
}

interface Place {
  readonly site: GrafanaSite;
  readonly datasource: DataSourceRef;
  /** Name of the variable that has the agent's feeds. */
  readonly variable: string;
}

/**
 * The feeds of an agent that are in the database.
 *
 * Both forms of points are looked through: those with the agent's address as measurement, and those of blocks with
 * `influxdb_tags`, whose measurement is the class (docs/agents/influxdb_publisher.md).
 */
function feedsVariable({ instanceId, agentClass }: GrafanaAgent, place: Place): QueryVariable {
  const { site: { addressRoot }, datasource, variable } = place;
  return {
    name: variable,
    label: `Feeds of ${instanceId}`,
    type: "query",
    datasource,
    query: `SHOW TAG VALUES FROM ${quoteName(`${addressRoot}.${instanceId}`)}, ${quoteName(agentClass)} ` +
      `WITH KEY = "feed" WHERE "instance_id" = '' OR ${taggedWith({ addressRoot, instanceId })}`,
    refresh: 2,
    hide: 2,
    sort: 1,
    multi: true,
    includeAll: true,
    current: { text: ["All"], value: ["$__all"] },
  };
}

function feedPanel(
  { instanceId, agentClass }: GrafanaAgent,
  { site: { addressRoot }, datasource, variable, id, y }: Place & { readonly id: number; readonly y: number },
): Panel {
  const feed = `"feed" =~ /^\${${variable}:regex}$/ AND $timeFilter`;
  const target = { datasource, rawQuery: true, resultFormat: "time_series" } as const;
  return {
    id,
    type: "timeseries",
    title: `${instanceId}: \${${variable}}`,
    description: "Means of all numbers; texts and booleans are not drawn.",
    gridPos: { x: 0, y, w: 12, h: PANEL_HEIGHT },
    datasource,
    repeat: variable,
    repeatDirection: "h",
    maxPerRow: 2,
    targets: [
      {
        ...target,
        refId: "A",
        alias: "$col",
        query: `SELECT mean(/.*/) FROM ${quoteName(`${addressRoot}.${instanceId}`)} WHERE ${feed} ` +
          "GROUP BY time($__interval) fill(none)",
      },
      {
        ...target,
        refId: "B",
        query: `SELECT mean(/.*/) FROM ${quoteName(agentClass)} ` +
          `WHERE ${
            taggedWith({ addressRoot, instanceId })
          } AND ${feed} GROUP BY time($__interval), * fill(none)`,
      },
    ],
    transformations: RENAMES,
    fieldConfig: {
      defaults: { color: { mode: "palette-classic" }, custom: { lineWidth: 1, showPoints: "auto" } },
      overrides: [],
    },
    options: {
      legend: { showLegend: true, displayMode: "list", placement: "bottom", calcs: [] },
      tooltip: { mode: "multi", sort: "none" },
    },
  };
}

function taggedWith(
  { addressRoot, instanceId }: { readonly addressRoot: string; readonly instanceId: string },
) {
  return `("address_root" = ${quoteValue(addressRoot)} AND "instance_id" = ${quoteValue(instanceId)})`;
}

/** A name for each agent's variable, of letters that Grafana takes, no two alike. */
function variableNames(agents: readonly GrafanaAgent[]): string[] {
  const names: string[] = [];
  for (const { instanceId } of agents) {
    const name = `feeds_${instanceId.replaceAll(/\W/g, "_")}`;
    names.push(names.includes(name) ? `${name}_${names.length}` : name);
  }
  return names;
}

function rename(regex: string, renamePattern: string): RenameByRegex {
  return { id: "renameByRegex", options: { regex, renamePattern } };
}
