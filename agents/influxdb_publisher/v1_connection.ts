/** The connection to InfluxDB 1.x, from options and environment (OCS 10.7). @module */
import { type Environment, influxConnection } from "../../hk/io/influx_connection.ts";
import { InfluxV1 } from "../../hk/io/influx_v1.ts";
import { isSwitchedOn } from "../../internal/switched_on.ts";
import type { OptionValues } from "../../site/option_specs.ts";
import type { INFLUXDB_PUBLISHER } from "./options.ts";

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
  const scheme = isSwitchedOn(ssl) ? "https" : "http";
  const http = influxConnection({
    url: `${scheme}://${host.includes(":") ? `[${host}]` : host}:${port}`,
    environment,
    verifiesCertificate: isSwitchedOn(verifySsl),
    gzip: isSwitchedOn(gzip),
    timeoutMs: REQUEST_MS,
  });
  return new InfluxV1(http, database);
}
