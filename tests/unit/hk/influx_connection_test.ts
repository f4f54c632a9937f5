import assert from "node:assert/strict";
import { influxUrl } from "../../../hk/io/influx_connection.ts";

Deno.test("influxUrl() refuses what is no address of InfluxDB, and never shows a password", () => {
  assert.equal(influxUrl("http://influxdb:8086").host, "influxdb:8086");
  assert.throws(
    () => influxUrl("influxdb:8086"),
    new TypeError('Cannot connect to InfluxDB at "influxdb:8086": expected such as http://influxdb:8086'),
  );
  for (
    const text of [
      "http://root:hidden@db",
      "http://[root:hidden@db]:8086",
      "ftp://root:hid/hidden@db",
      "root:hidden@db",
    ]
  ) {
    assert.throws(
      () => influxUrl(text),
      (error) => error instanceof TypeError && !/hid/.test(error.message),
      text,
    );
  }
});
