/** A bucket of InfluxDB 2. @module */
import type { InfluxVerdict } from "../influx_answer.ts";
import { awayOf, type InfluxAway, type InfluxDatabase, verdictOf } from "./influx_database.ts";
import type { InfluxHttp } from "./influx_http.ts";

/** Asks and writes as Python's client of InfluxDB 2 does (OCS 10.8). */
export class InfluxV2 implements InfluxDatabase {
  readonly name: string;
  readonly #http: InfluxHttp;
  readonly #org: string;
  readonly #bucket: string;

  /** Asks nothing yet. */
  constructor(http: InfluxHttp, { org, bucket }: { readonly org: string; readonly bucket: string }) {
    this.#http = http;
    this.#org = org;
    this.#bucket = bucket;
    this.name = `${bucket} of ${org} at ${http.host}`;
  }

  /** Looks for the bucket; it is not made, as Python's does not: its retention is for the operator to say. */
  async prepare(signal?: AbortSignal): Promise<InfluxAway | undefined> {
    const answer = await this.#http.ask({
      method: "GET",
      path: "/api/v2/buckets",
      query: { name: this.#bucket },
      headers: { Accept: "application/json" },
      signal,
    });
    if ("silence" in answer || (answer.status !== 200 && answer.status !== 404)) return awayOf(answer);
    if (answer.status === 200 && namesBucket(answer.body, this.#bucket)) return undefined;
    return { kind: "away", trouble: "missing", why: `there is no bucket "${this.#bucket}"` };
  }

  /** Writes points. */
  async write(lines: string, signal?: AbortSignal): Promise<InfluxVerdict> {
    return verdictOf(
      await this.#http.ask({
        method: "POST",
        path: "/api/v2/write",
        query: { org: this.#org, bucket: this.#bucket, precision: "ns" },
        headers: { "Content-Type": "text/plain; charset=utf-8", Accept: "application/json" },
        body: lines,
        signal,
      }),
    );
  }
}

function namesBucket(body: string, bucket: string): boolean {
  try {
    const { buckets } = JSON.parse(body);
    return Array.isArray(buckets) && buckets.some((found) => Object(found).name === bucket);
  } catch {
    return false;
  }
}
