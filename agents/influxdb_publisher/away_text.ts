/** Why a database takes nothing, in the words of Python's publisher. @module */
import type { InfluxTrouble } from "../../hk/influx_answer.ts";

/**
 * A line for log and messages (OCS 10.7).
 *
 * @param options `wasReady`: whether the database has been there since the start.
 */
export function awayText(
  trouble: InfluxTrouble | "spool",
  { why, wasReady }: { readonly why: string; readonly wasReady: boolean },
): string {
  switch (trouble) {
    case "spool":
      return `Points that wait cannot be read or written: ${why}`;
    case "connection":
      return wasReady
        ? `InfluxDB unavailable, attempting to reconnect. (${why})`
        : `Connection error, attempting to reconnect to DB. (${why})`;
    case "authentication":
      return `Failed to authenticate. Check your credentials. (${why})`;
    case "server":
      return `InfluxDB Server Error: ${why}`;
    case "missing":
    case "client":
      return wasReady ? `InfluxDB Client Error: ${why}` : `Unknown client error: ${why}`;
  }
}
