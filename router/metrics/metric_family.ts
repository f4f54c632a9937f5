/** Metrics, and how Prometheus reads them: its text format, version 0.0.4. @module */

/** One value of a metric. */
export interface MetricSample {
  /** What tells it from others of its family, by names that are letters, digits and `_`. */
  readonly labels?: Readonly<Record<string, string>>;
  /** Any number; infinities and NaN can be told, too. */
  readonly value: number;
}

/** A metric with all its values. */
export interface MetricFamily {
  /** Letters, digits and `_`; ends with `_total` for a counter, and with the unit where there is one. */
  readonly name: string;
  /** What it is, in a line. */
  readonly help: string;
  /** A `counter` only grows while the router runs. */
  readonly type: "counter" | "gauge";
  readonly samples: readonly MetricSample[];
}

/** What the format is called in HTTP. */
export const METRICS_CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8";

/** Writes families in their order; one without samples is left out. */
export function metricsText(families: readonly MetricFamily[]): string {
  let text = "";
  for (const { name, help, type, samples } of families) {
    if (samples.length === 0) continue;
    text += `# HELP ${name} ${escapeHelp(help)}\n# TYPE ${name} ${type}\n`;
    for (const { labels = {}, value } of samples) text += `${name}${labelText(labels)} ${valueText(value)}\n`;
  }
  return text;
}

function labelText(labels: Readonly<Record<string, string>>): string {
  const pairs = Object.entries(labels).map(([name, value]) => `${name}="${escapeLabel(value)}"`);
  return pairs.length === 0 ? "" : `{${pairs.join(",")}}`;
}

function valueText(value: number): string {
  if (Number.isNaN(value)) return "NaN";
  if (value === Infinity) return "+Inf";
  return value === -Infinity ? "-Inf" : String(value);
}

function escapeHelp(text: string): string {
  return text.replaceAll("\\", "\\\\").replaceAll("\n", "\\n");
}

function escapeLabel(text: string): string {
  return escapeHelp(text).replaceAll('"', '\\"');
}
