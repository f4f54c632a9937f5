/** The registry's operation monitor: the state of every operation of every agent (OCS 10.2). @module */
import { OpCode } from "../../../ocs/op_code.ts";
import {
  type Dashboard,
  type DataSourceRef,
  type InfluxTarget,
  type RenameByRegex,
  SCHEMA_VERSION,
  type StateTimelinePanel,
  type StatPanel,
  type ValueMap,
} from "./dashboard.ts";
import { type GrafanaRegistry, type GrafanaSite, grafanaUid } from "./grafana_site.ts";
import { quoteName } from "./influx_ql.ts";

const COLORS: Readonly<Record<keyof typeof OpCode, string>> = {
  NONE: "#808080",
  STARTING: "light-blue",
  RUNNING: "green",
  STOPPING: "yellow",
  SUCCEEDED: "dark-green",
  FAILED: "red",
  EXPIRED: "purple",
  DEGRADED: "orange",
};

/** The codes' names and colours, which are the registry's numbers for ever. */
export const OP_CODE_MAPPING: ValueMap = {
  type: "value",
  options: Object.fromEntries(
    // Object.entries forgets that the keys are those of OpCode.
    (Object.entries(OpCode) as readonly [keyof typeof OpCode, OpCode][]).map(([name, code], index) => [
      String(code),
      { text: name, color: COLORS[name], index },
    ]),
  ),
};

/** `last_observatory_faker1_acq` becomes `observatory_faker1_acq`. */
const RENAME: RenameByRegex = {
  id: "renameByRegex",
  options: { regex: "^last_(.*)$", renamePattern: "$1" },
};

/** Makes the dashboard. */
export function operationsDashboard(site: GrafanaSite, registry: GrafanaRegistry): Dashboard {
  const datasource: DataSourceRef = { type: "influxdb", uid: grafanaUid(site, "influxdb") };
  // Every operation is in the database at least so often; a step with none of it means that the registry is away.
  const stepSeconds = Math.ceil(registry.waitSeconds) + 5;
  const measurement = quoteName(`${site.addressRoot}.${registry.instanceId}`);
  const select = `SELECT last(/.*/) FROM ${measurement} WHERE "feed" = 'agent_operations' AND $timeFilter`;
  const common = { datasource, transformations: [RENAME] };
  const target: Omit<InfluxTarget, "query"> = {
    refId: "A",
    datasource,
    rawQuery: true,
    resultFormat: "time_series",
    alias: "$col",
  };
  const now: StatPanel = {
    ...common,
    id: 1,
    type: "stat",
    title: "Now",
    description: "The state of each operation as the registry last published it.",
    gridPos: { x: 0, y: 0, w: 24, h: 9 },
    timeFrom: `${2 * stepSeconds}s`,
    targets: [{ ...target, query: select }],
    fieldConfig: {
      defaults: { mappings: [OP_CODE_MAPPING], color: { mode: "thresholds" }, noValue: "registry away" },
      overrides: [],
    },
    options: {
      reduceOptions: { values: false, calcs: ["lastNotNull"], fields: "" },
      colorMode: "background",
      graphMode: "none",
      justifyMode: "auto",
      textMode: "value_and_name",
      orientation: "auto",
      wideLayout: true,
      showPercentChange: false,
      percentChangeColorMode: "standard",
    },
  };
  const timeline: StateTimelinePanel = {
    ...common,
    id: 2,
    type: "state-timeline",
    title: "Operations",
    description: "The last state of each operation in each step; gaps are times without the registry.",
    gridPos: { x: 0, y: 9, w: 24, h: 18 },
    interval: `${stepSeconds}s`,
    targets: [{ ...target, query: `${select} GROUP BY time($__interval) fill(null)` }],
    fieldConfig: {
      defaults: {
        mappings: [OP_CODE_MAPPING],
        color: { mode: "thresholds" },
        custom: { fillOpacity: 80, lineWidth: 0 },
      },
      overrides: [],
    },
    options: {
      mergeValues: true,
      showValue: "auto",
      alignValue: "left",
      rowHeight: 0.9,
      perPage: 30,
      legend: { showLegend: true, displayMode: "list", placement: "bottom", calcs: [] },
      tooltip: { mode: "single", sort: "none" },
    },
  };
  return {
    uid: grafanaUid(site, "operations"),
    title: `OCS operations (${site.addressRoot})`,
    description: "The state of every operation of every agent, from the registry. Made by ocs grafana.",
    tags: ["ocs"],
    editable: true,
    schemaVersion: SCHEMA_VERSION,
    refresh: "30s",
    time: { from: "now-6h", to: "now" },
    timezone: "utc",
    templating: { list: [] },
    panels: [now, timeline],
  };
}
