import assert from "node:assert/strict";
import { AGENT_TABLE } from "../../../agents/table.ts";

Deno.test("AGENT_TABLE lists every agent file of the folder, each under its class name", async () => {
  const folder = new URL("../../../agents/", import.meta.url);
  const files = [...Deno.readDirSync(folder)].map(({ name }) => name).filter((name) => name.endsWith(".ts"));
  const listed = Object.values(AGENT_TABLE).map((entry) => entry.file);
  assert.deepEqual(files.filter((name) => name !== "table.ts").sort(), listed.sort());
  for (const [className, { name, file }] of Object.entries(AGENT_TABLE)) {
    assert.equal(name, className);
    const module: Record<string, unknown> = await import(new URL(file, folder).href);
    assert.equal(typeof module[className], "function", `${file} exports ${className}`);
    assert.equal(typeof module["main"], "function", `${file} exports main`);
  }
});

Deno.test("smurf 4.1: AGENT_TABLE has the options and defaults of the guide for the timestream aggregator", () => {
  const { options = {} } = AGENT_TABLE["TimestreamAggregator"] ?? {};
  assert.deepEqual(Object.fromEntries(Object.entries(options).map(([name, spec]) => [name, spec.default])), {
    "auto-start": "",
    "time-per-file": 600,
    "data-dir": "/data/",
    "port": 50_000,
    "address": "localhost",
    "fsync": "close",
    "warn-free-mb": 2000,
    "stop-free-mb": 200,
    "file-naming": "date",
    "gap": 5,
    "stream-id": undefined,
    "target-rate": undefined,
  });
});

Deno.test("OCS 10: AGENT_TABLE has the options and defaults of Python's agents", () => {
  const defaults = (className: string) =>
    Object.fromEntries(
      Object.entries(AGENT_TABLE[className]?.options ?? {}).map(([name, spec]) => [name, spec.default]),
    );
  assert.deepEqual(defaults("FakeDataAgent"), {
    "mode": "idle",
    "num-channels": 2,
    "sample-rate": 9.5,
    "frame-length": 60,
  });
  assert.deepEqual(defaults("RegistryAgent"), { "wait-time": 30 });
  assert.deepEqual(defaults("BarebonesAgent"), { mode: "count" });
  // Ours alone: where points wait.
  const spool = { "spool-dir": "", "spool-max-mb": 1000 };
  const publisher = { "initial-state": "record", "protocol": "line", "gzip": "False", ...spool };
  assert.deepEqual(defaults("InfluxDBAgentv2"), publisher);
  assert.deepEqual(defaults("InfluxDBAgent"), {
    ...publisher,
    "host": "influxdb",
    "port": 8086,
    "database": "ocs_feeds",
    "ssl": "False",
    "verify-ssl": "False",
  });
});
