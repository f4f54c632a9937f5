/** Times in InfluxDB's line protocol. @module */

/**
 * How a publisher writes times: `line` cuts to nanoseconds as far as a double has them, `json` rounds to microseconds.
 *
 * Both are sent as line protocol, also by Python's clients: the names are those of its option.
 */
export type InfluxProtocol = "line" | "json";

// What InfluxDB keeps for itself at both ends of 64 bits.
const LEAST = -9_223_372_036_854_775_806n;
const MOST = 9_223_372_036_854_775_806n;

/**
 * Nanoseconds since 1970 as the publishers write them (OCS 10.7).
 *
 * @param seconds Unix time.
 * @returns Undefined for a time that InfluxDB does not know, and for none (NaN, an infinity).
 */
export function influxTime(seconds: number, protocol: InfluxProtocol): bigint | undefined {
  if (!Number.isFinite(seconds * 1e9)) return undefined;
  const time = protocol === "line" ? BigInt(Math.trunc(seconds * 1e9)) : microseconds(seconds) * 1000n;
  return time < LEAST || time > MOST ? undefined : time;
}

/** Peer ocs (timestamp2influxtime): Python's datetime rounds halves to even. */
function microseconds(seconds: number): bigint {
  const whole = Math.trunc(seconds);
  const part = (seconds - whole) * 1e6;
  const low = Math.floor(part);
  const rest = part - low;
  const isUp = rest > 0.5 || (rest === 0.5 && low % 2 !== 0);
  return BigInt(whole) * 1_000_000n + BigInt(isUp ? low + 1 : low);
}
