/** What Grafana itself says of dashboards; for tests only. @module */
export { type Dashboard, defaultDashboard, type Panel, type RowPanel } from "npm:@grafana/schema@13.2.3";
export type { GraphFieldConfig, VariableModel } from "npm:@grafana/schema@13.2.3";
export type {
  Options as StatOptions,
} from "npm:@grafana/schema@13.2.3/dist/esm/raw/composable/stat/panelcfg/x/StatPanelCfg_types.gen";
export type {
  FieldConfig as TimelineFieldConfig,
  Options as TimelineOptions,
} from "npm:@grafana/schema@13.2.3/dist/esm/raw/composable/statetimeline/panelcfg/x/StateTimelinePanelCfg_types.gen";
export type {
  Options as TimeSeriesOptions,
} from "npm:@grafana/schema@13.2.3/dist/esm/raw/composable/timeseries/panelcfg/x/TimeSeriesPanelCfg_types.gen";

/** A type of Grafana's as its JSON has it: enumerations by their values, lists that nobody changes, any object where any is taken. */
export type AsJson<T> = T extends string ? `${T}`
  : T extends number | boolean | null | undefined ? T
  : T extends readonly (infer U)[] ? readonly AsJson<U>[]
  : T extends object
    ? string extends keyof T
      ? unknown extends T[keyof T] ? object : Readonly<Record<string, AsJson<T[keyof T]>>>
    : { readonly [K in keyof T]: AsJson<T[K]> }
  : T;

/** The keys of ours that Grafana does not have. */
export type Unknown<Ours, Theirs> = Exclude<keyof Ours, keyof Theirs>;
