/** The way to InfluxDB 1.x, with name and password from the environment (OCS 10.7). @module */
import { Buffer } from "node:buffer";
import { toError } from "../../internal/to_error.ts";
import { InfluxHttp, type InfluxHttpOptions } from "./influx_http.ts";

/** Variables by name. */
export type Environment = (name: string) => string | undefined;

/** Where InfluxDB 1.x is, and how it is asked. */
export interface InfluxConnectionOptions
  extends Pick<InfluxHttpOptions, "verifiesCertificate" | "gzip" | "timeoutMs"> {
  /** Such as `http://influxdb:8086`. */
  readonly url: string;
  /** Where name and password are, see `readCredentials`. */
  readonly environment: Environment;
}

/**
 * Makes the connection; asks nothing yet.
 *
 * @throws {TypeError} If the address is none.
 * @throws {Error} If a file of credentials cannot be read.
 */
export function influxConnection({ url, environment, ...options }: InfluxConnectionOptions): InfluxHttp {
  const { username, password } = readCredentials(environment);
  const authorization = `Basic ${Buffer.from(`${username}:${password}`).toString("base64")}`;
  return new InfluxHttp({ url: influxUrl(url), headers: { Authorization: authorization }, ...options });
}

/**
 * Reads name and password: of `INFLUXDB_USERNAME` and `INFLUXDB_PASSWORD`, else of the files that `INFLUXDB_USERNAME_FILE` and
 * `INFLUXDB_PASSWORD_FILE` name, else `root`.
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
 * Reads an address of InfluxDB, of any version.
 *
 * @throws {TypeError} If it is none, or holds a password, which others could see.
 */
export function influxUrl(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol) || url.hostname === "") {
    // Whatever stands before an @ may be a password.
    const shown = text.replace(/^(\w+:\/\/)?[^]*@/, "$1…@");
    throw new TypeError(`Cannot connect to InfluxDB at "${shown}": expected such as http://influxdb:8086`);
  }
  if (url.username === "" && url.password === "") return url;
  throw new TypeError(
    `Cannot connect to InfluxDB at "${url.host}": name and password are in its address, expected them in variables`,
  );
}
