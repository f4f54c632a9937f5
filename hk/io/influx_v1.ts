/** A database of InfluxDB 1.x. @module */
import { errorText, type InfluxAnswer, type InfluxVerdict } from "../influx_answer.ts";
import { awayOf, type InfluxAway, type InfluxDatabase, verdictOf } from "./influx_database.ts";
import type { InfluxHttp, InfluxSilence } from "./influx_http.ts";

/** Lists of points' times are long. */
const MOST_BYTES = 64 * 1024 * 1024;

/** Asks and writes as Python's client of InfluxDB 1.x does (OCS 10.7). */
export class InfluxV1 implements InfluxDatabase {
  readonly name: string;
  readonly #http: InfluxHttp;
  readonly #database: string;

  /** Asks nothing yet. */
  constructor(http: InfluxHttp, database: string) {
    this.#http = http;
    this.#database = database;
    this.name = `${database} at ${http.host}`;
  }

  /** Makes the database where there is none. */
  async prepare(signal?: AbortSignal): Promise<InfluxAway | undefined> {
    const listed = await this.#query("GET", { q: "SHOW DATABASES" }, signal);
    if ("silence" in listed || listed.status !== 200) return awayOf(listed);
    const names = databaseNames(listed.body);
    if (names === undefined) {
      const why = `its list of databases is "${errorText(listed).slice(0, 100)}"`;
      return { kind: "away", trouble: "client", why };
    }
    if (names.includes(this.#database)) return undefined;
    const made = await this.#query("POST", { q: `CREATE DATABASE ${quoteName(this.#database)}` }, signal);
    if ("silence" in made || made.status !== 200) return awayOf(made);
    const trouble = resultError(made.body);
    return trouble === undefined ? undefined : { kind: "away", trouble: "client", why: trouble };
  }

  /** Writes points. */
  async write(lines: string, signal?: AbortSignal): Promise<InfluxVerdict> {
    return verdictOf(
      await this.#http.ask({
        method: "POST",
        path: "/write",
        query: { db: this.#database },
        headers: { "Content-Type": "application/octet-stream" },
        body: lines + "\n",
        signal,
      }),
    );
  }

  /** Asks for a table, as CSV with times in nanoseconds: JSON would not keep them. */
  table(query: string, signal?: AbortSignal): Promise<InfluxAnswer | InfluxSilence> {
    return this.#http.ask({
      method: "GET",
      path: "/query",
      query: { db: this.#database, q: query, epoch: "ns" },
      headers: { Accept: "application/csv" },
      mostBytes: MOST_BYTES,
      signal,
    });
  }

  #query(
    method: "GET" | "POST",
    query: Readonly<Record<string, string>>,
    signal: AbortSignal | undefined,
  ): Promise<InfluxAnswer | InfluxSilence> {
    return this.#http.ask({ method, path: "/query", query, headers: { Accept: "application/json" }, signal });
  }
}

/** Writes a name in a query. */
export function quoteName(name: string): string {
  return `"${name.replaceAll(/["\\]/g, "\\$&").replaceAll("\n", "\\n")}"`;
}

function databaseNames(body: string): string[] | undefined {
  try {
    const [result] = JSON.parse(body).results;
    const values: unknown = result.series?.[0]?.values ?? [];
    if (result.error !== undefined || !Array.isArray(values)) return undefined;
    return values.map((row: unknown) => String(Array.isArray(row) ? row[0] : row));
  } catch {
    // Something else answers at this port.
    return undefined;
  }
}

function resultError(body: string): string | undefined {
  try {
    const { error } = JSON.parse(body).results[0];
    return error === undefined ? undefined : String(error);
  } catch {
    return `it answers "${body.slice(0, 100)}"`;
  }
}
