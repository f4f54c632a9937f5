/**
 * What is used here of Grafana's dashboards, in the classic form of their JSON (`schemaVersion` 42, Grafana 12 and 13).
 *
 * A test compares these types with those of `@grafana/schema`, which is no part of the program.
 *
 * @module
 */

/** The newest version of the classic form; Grafana brings older ones up to it itself. */
export const SCHEMA_VERSION = 42;

/** A data source by its kind and name. */
export interface DataSourceRef {
  readonly type: "influxdb";
  readonly uid: string;
}

/** A query in the words of InfluxQL. */
export interface InfluxTarget {
  readonly refId: string;
  readonly datasource: DataSourceRef;
  readonly query: string;
  readonly rawQuery: true;
  readonly resultFormat: "time_series";
  /** Name of each series; `$col` is the column. Without it Grafana makes one of measurement, column and tags. */
  readonly alias?: string;
}

/** Where a panel is: 24 columns, rows of about 30 pixels. */
export interface GridPos {
  readonly x: number;
  readonly y: number;
  readonly w: number;
  readonly h: number;
}

/** Texts and colours for values. */
export interface ValueMap {
  readonly type: "value";
  readonly options: Readonly<
    Record<string, { readonly text: string; readonly color: string; readonly index: number }>
  >;
}

/** Gives series other names: `$1` is the first group of `regex`, which may be `/…/g`. */
export interface RenameByRegex {
  readonly id: "renameByRegex";
  readonly options: { readonly regex: string; readonly renamePattern: string };
}

/** What all panels have. */
interface PanelBase {
  readonly id: number;
  readonly title: string;
  readonly description?: string;
  readonly gridPos: GridPos;
  readonly datasource: DataSourceRef;
  readonly targets: readonly InfluxTarget[];
  readonly transformations?: readonly RenameByRegex[];
  /** Shortest step of `$__interval`, such as `35s`. */
  readonly interval?: string;
  /** A time range of its own, such as `2m`. */
  readonly timeFrom?: string;
  /** Variable for each value of which there is one. */
  readonly repeat?: string;
  readonly repeatDirection?: "h";
  readonly maxPerRow?: number;
}

/** What is shown of values. */
interface FieldConfig<Custom> {
  readonly defaults: {
    readonly mappings?: readonly ValueMap[];
    readonly color?: { readonly mode: "palette-classic" | "thresholds" };
    readonly noValue?: string;
    readonly custom?: Custom;
  };
  readonly overrides: readonly never[];
}

interface Legend {
  readonly showLegend: boolean;
  readonly displayMode: "list" | "table";
  readonly placement: "bottom";
  readonly calcs: readonly string[];
}

interface Tooltip {
  readonly mode: "single" | "multi";
  readonly sort: "none";
}

/** Lines over time. */
export interface TimeSeriesPanel extends PanelBase {
  readonly type: "timeseries";
  readonly fieldConfig: FieldConfig<{ readonly lineWidth: number; readonly showPoints: "auto" }>;
  readonly options: { readonly legend: Legend; readonly tooltip: Tooltip };
}

/** States over time, a line each. */
export interface StateTimelinePanel extends PanelBase {
  readonly type: "state-timeline";
  readonly fieldConfig: FieldConfig<{ readonly fillOpacity: number; readonly lineWidth: number }>;
  readonly options: {
    readonly mergeValues: boolean;
    readonly showValue: "auto";
    readonly alignValue: "left";
    readonly rowHeight: number;
    readonly perPage: number;
    readonly legend: Legend;
    readonly tooltip: Tooltip;
  };
}

/** Latest values, a field each. */
export interface StatPanel extends PanelBase {
  readonly type: "stat";
  readonly fieldConfig: FieldConfig<never>;
  readonly options: {
    readonly reduceOptions: {
      readonly values: false;
      readonly calcs: readonly ["lastNotNull"];
      readonly fields: "";
    };
    readonly colorMode: "background";
    readonly graphMode: "none";
    readonly justifyMode: "auto";
    readonly textMode: "value_and_name";
    readonly orientation: "auto";
    readonly wideLayout: boolean;
    readonly showPercentChange: false;
    readonly percentChangeColorMode: "standard";
  };
}

/** A panel. */
export type Panel = TimeSeriesPanel | StateTimelinePanel | StatPanel;

/** A line across the dashboard; a collapsed one holds the panels below it, and asks for them once it is opened. */
export interface RowPanel {
  readonly id: number;
  readonly type: "row";
  readonly title: string;
  readonly collapsed: boolean;
  readonly gridPos: GridPos;
  readonly panels: readonly Panel[];
}

/** A list of values that the database is asked for. */
export interface QueryVariable {
  readonly name: string;
  readonly label: string;
  readonly type: "query";
  readonly datasource: DataSourceRef;
  readonly query: string;
  /** 2: whenever the time range changes. */
  readonly refresh: 2;
  /** 2: it is not shown. */
  readonly hide: 2;
  readonly sort: 1;
  readonly multi: true;
  readonly includeAll: true;
  readonly current: { readonly text: readonly ["All"]; readonly value: readonly ["$__all"] };
}

/** A dashboard. */
export interface Dashboard {
  /** At most 40 letters, digits, `_` and `-`. */
  readonly uid: string;
  readonly title: string;
  readonly description: string;
  readonly tags: readonly string[];
  readonly editable: boolean;
  readonly schemaVersion: typeof SCHEMA_VERSION;
  readonly refresh: string;
  readonly time: { readonly from: string; readonly to: string };
  readonly timezone: "utc";
  readonly templating: { readonly list: readonly QueryVariable[] };
  readonly panels: readonly (Panel | RowPanel)[];
}
