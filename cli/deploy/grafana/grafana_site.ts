/** What dashboards are made of. @module */

/** An agent whose feeds are in the database. */
export interface GrafanaAgent {
  readonly instanceId: string;
  readonly agentClass: string;
}

/** The registry, whose feed has the state of all operations. */
export interface GrafanaRegistry {
  readonly instanceId: string;
  /** Seconds between two publications of all operations. */
  readonly waitSeconds: number;
}

/** Where Grafana finds the database; `${NAME}` in a text is a variable of Grafana's own environment. */
export interface GrafanaInflux {
  /** `v2` is asked in InfluxQL, too, with a token instead of a name and a password. */
  readonly version: "v1" | "v2";
  readonly url: string;
  /** Database, or bucket. */
  readonly database: string;
  /** Whether a certificate that cannot be trusted is taken. */
  readonly takesAnyCertificate: boolean;
}

/** A site as Grafana sees it. */
export interface GrafanaSite {
  readonly addressRoot: string;
  /** Those that record. */
  readonly agents: readonly GrafanaAgent[];
  /** Undefined where there is none. */
  readonly registry: GrafanaRegistry | undefined;
  readonly influx: GrafanaInflux;
}

/** A name for Grafana's `uid`s, which have at most 40 letters, digits, `_` and `-`. */
export function grafanaUid({ addressRoot }: Pick<GrafanaSite, "addressRoot">, what: string): string {
  const root = addressRoot.replaceAll(/[^A-Za-z0-9_-]/g, "-");
  return `ocs-${root.slice(0, 40 - "ocs--".length - what.length)}-${what}`;
}
