/** The connection to InfluxDB 2, from the environment (OCS 10.8). @module */
import { Buffer } from "node:buffer";
import { type Environment, influxUrl } from "../../hk/io/influx_connection.ts";
import { InfluxHttp } from "../../hk/io/influx_http.ts";
import { InfluxV2 } from "../../hk/io/influx_v2.ts";
import { isSwitchedOn } from "../../internal/switched_on.ts";
import { toError } from "../../internal/to_error.ts";
import { REQUEST_MS } from "./v1_connection.ts";

/**
 * Makes the connection from the variables that Python's client knows: `INFLUXDB_V2_URL`, `_ORG`, `_BUCKET`, `_TOKEN`, `_TIMEOUT`
 * in milliseconds, `_VERIFY_SSL`, `_SSL_CA_CERT` and `_AUTH_BASIC`.
 *
 * @param gzip Whether points are sent compressed.
 * @throws {TypeError} If the bucket is missing, or address or time make no sense.
 * @throws {Error} If the file of authorities cannot be read.
 */
export function connectV2(gzip: boolean, environment: Environment): InfluxV2 {
  const read = (name: string): string | undefined => environment(`INFLUXDB_V2_${name}`);
  const bucket = read("BUCKET") ?? "";
  if (bucket === "") {
    throw new TypeError(
      "Cannot connect to InfluxDB 2: INFLUXDB_V2_BUCKET is not set, expected a bucket's name",
    );
  }
  const token = read("TOKEN") ?? "my-token";
  const basic = isSwitchedOn(read("AUTH_BASIC") ?? "False");
  const authorization = basic ? `Basic ${Buffer.from(token).toString("base64")}` : `Token ${token}`;
  const http = new InfluxHttp({
    url: influxUrl(read("URL") ?? "http://localhost:8086"),
    headers: { Authorization: authorization },
    verifiesCertificate: isSwitchedOn(read("VERIFY_SSL") ?? "True"),
    authorities: authoritiesOf(read("SSL_CA_CERT")),
    gzip,
    timeoutMs: milliseconds(read("TIMEOUT")),
  });
  return new InfluxV2(http, { org: read("ORG") ?? "my-org", bucket });
}

function authoritiesOf(path: string | undefined): string | undefined {
  if (path === undefined || path === "") return undefined;
  try {
    return Deno.readTextFileSync(path);
  } catch (cause) {
    throw new Error(`Cannot read INFLUXDB_V2_SSL_CA_CERT "${path}": ${toError(cause).message}`, { cause });
  }
}

function milliseconds(text: string | undefined): number {
  if (text === undefined) return REQUEST_MS;
  if (/^\d+$/.test(text) && Number(text) > 0) return Number(text);
  throw new TypeError(`Cannot read INFLUXDB_V2_TIMEOUT "${text}": expected milliseconds`);
}
