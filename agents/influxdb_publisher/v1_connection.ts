/** The connection to InfluxDB 1.x, from options and environment (OCS 10.7). @module */
import { Buffer } from "node:buffer";
import { InfluxHttp } from "../../hk/io/influx_http.ts";
import { InfluxV1 } from "../../hk/io/influx_v1.ts";
import { isSwitchedOn } from "../../internal/switched_on.ts";
import { toError } from "../../internal/to_error.ts";
import type { OptionValues } from "../../site/option_specs.ts";
import type { INFLUXDB_PUBLISHER } from "./options.ts";

/** Variables by name. */
export type Environment = (name: string) => string | undefined;

/** What may pass from the beginning of a request to the end of its answer. */
export const REQUEST_MS = 15_000;

/**
 * Makes the connection.
 *
 * @throws {TypeError} If the host is none.
 * @throws {Error} If a file of credentials cannot be read.
 */
export function connectV1(
  options: OptionValues<typeof INFLUXDB_PUBLISHER.options>,
  environment: Environment,
): InfluxV1 {
  const { host, port, database, ssl, verifySsl, gzip } = options;
  const { username, password } = readCredentials(environment);
  const http = new InfluxHttp({
    url: influxUrl(
      `${isSwitchedOn(ssl) ? "https" : "http"}://${host.includes(":") ? `[${host}]` : host}:${port}`,
    ),
    headers: { Authorization: `Basic ${Buffer.from(`${username}:${password}`).toString("base64")}` },
    verifiesCertificate: isSwitchedOn(verifySsl),
    gzip: isSwitchedOn(gzip),
    timeoutMs: REQUEST_MS,
  });
  return new InfluxV1(http, database);
}

/**
 * Reads name and password: of a variable, else of the file that another one names, else `root`.
 *
 * @throws {Error} If a file cannot be read.
 */
export function readCredentials(
  environment: Environment,
): { readonly username: string; readonly password: string } {
  const read = (name: string): string => {
    const given = environment(name);
    if (given !== undefined) return given;
    const path = environment(`${name}_FILE`);
    if (path === undefined) return "root";
    try {
      return Deno.readTextFileSync(path).replace(/[\r\n]+$/, "");
    } catch (cause) {
      throw new Error(`Cannot read ${name}_FILE "${path}": ${toError(cause).message}`, { cause });
    }
  };
  return { username: read("INFLUXDB_USERNAME"), password: read("INFLUXDB_PASSWORD") };
}

/**
 * Reads an address of InfluxDB.
 *
 * @throws {TypeError} If it is none.
 */
export function influxUrl(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url !== undefined && /^https?:$/.test(url.protocol) && url.hostname !== "") return url;
  throw new TypeError(`Cannot connect to InfluxDB at "${text}": expected such as http://influxdb:8086`);
}
