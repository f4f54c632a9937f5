import assert from "node:assert/strict";
import type {
  Dashboard,
  Panel,
  QueryVariable,
  RowPanel,
  StateTimelinePanel,
  StatPanel,
  TimeSeriesPanel,
} from "../../../cli/deploy/grafana/dashboard.ts";
import { type GrafanaSite, grafanaUid } from "../../../cli/deploy/grafana/grafana_site.ts";
import { housekeepingDashboard } from "../../../cli/deploy/grafana/housekeeping_dashboard.ts";
import { OP_CODE_MAPPING, operationsDashboard } from "../../../cli/deploy/grafana/operations_dashboard.ts";
import { planGrafana, WITHOUT_RECORDED_FEEDS } from "../../../cli/deploy/grafana/plan_grafana.ts";
import { datasourceText, providerText } from "../../../cli/deploy/grafana/provisioning.ts";
import { AGENT_TABLE } from "../../../agents/table.ts";
import { parseDocument } from "../../../deps/yaml.ts";
import { OptionError, SiteError } from "../../../site/mod.ts";
import type * as grafana from "../../helpers/grafana_schema.ts";
import { defaultDashboard } from "../../helpers/grafana_schema.ts";
import { memoryEnvironment } from "../site/memory_environment.ts";

const SITE: GrafanaSite = {
  addressRoot: "observatory",
  agents: [
    { instanceId: "faker1", agentClass: "FakeDataAgent" },
    { instanceId: "lake-shore", agentClass: "Lakeshore372Agent" },
    { instanceId: "lake_shore", agentClass: "Lakeshore372Agent" },
  ],
  registry: { instanceId: "registry", waitSeconds: 30 },
  influx: { version: "v1", url: "http://influxdb:8086", database: "ocs_feeds", takesAnyCertificate: false },
};

/** Each compiles only as long as Grafana takes what we write; its `never` only as long as it knows every key of it. */
const GRAFANA_TAKES = {
  dashboard: (ours: Dashboard): grafana.AsJson<grafana.Dashboard> => ours,
  row: (ours: RowPanel): grafana.AsJson<grafana.RowPanel> => ours,
  panel: (ours: Panel): grafana.AsJson<grafana.Panel> => ours,
  variable: (ours: QueryVariable): grafana.AsJson<grafana.VariableModel> => ours,
  stat: (ours: StatPanel["options"]): grafana.AsJson<grafana.StatOptions> => ours,
  timeline: (ours: StateTimelinePanel["options"]): grafana.AsJson<grafana.TimelineOptions> => ours,
  timelineFields: (ours: Custom<StateTimelinePanel>): grafana.AsJson<grafana.TimelineFieldConfig> => ours,
  timeSeries: (ours: TimeSeriesPanel["options"]): grafana.AsJson<grafana.TimeSeriesOptions> => ours,
  timeSeriesFields: (ours: Custom<TimeSeriesPanel>): grafana.AsJson<grafana.GraphFieldConfig> => ours,
  unknownKeys: (
    key:
      | grafana.Unknown<Dashboard, grafana.Dashboard>
      | grafana.Unknown<RowPanel, grafana.RowPanel>
      | grafana.Unknown<Panel, grafana.Panel>
      | grafana.Unknown<QueryVariable, grafana.VariableModel>
      | grafana.Unknown<StatPanel["options"], grafana.StatOptions>
      | grafana.Unknown<StateTimelinePanel["options"], grafana.TimelineOptions>
      | grafana.Unknown<TimeSeriesPanel["options"], grafana.TimeSeriesOptions>,
  ): never => key,
};

type Custom<P extends TimeSeriesPanel | StateTimelinePanel> = NonNullable<
  P["fieldConfig"]["defaults"]["custom"]
>;

Deno.test("ocs grafana's dashboards are of the types and the version that Grafana's own schema has", () => {
  const housekeeping = housekeepingDashboard(SITE);
  const operations = operationsDashboard(SITE, { instanceId: "registry", waitSeconds: 30 });
  for (const dashboard of [housekeeping, operations]) {
    GRAFANA_TAKES.dashboard(dashboard);
    assert.equal(dashboard.schemaVersion, defaultDashboard.schemaVersion);
    assert.match(dashboard.uid, /^[A-Za-z0-9_-]{1,40}$/);
    const ids = dashboard.panels.map(({ id }) => id);
    assert.equal(new Set(ids).size, ids.length);
  }
});

Deno.test("housekeepingDashboard() has a row an agent, below it a panel for each feed that a variable of its own finds", () => {
  const { panels, templating: { list } } = housekeepingDashboard(SITE);
  assert.deepEqual(panels.map(({ type, title, gridPos }) => [type, title, gridPos?.y]), [
    ["row", "faker1 (FakeDataAgent)", 0],
    ["timeseries", "faker1: ${feeds_faker1}", 1],
    ["row", "lake-shore (Lakeshore372Agent)", 9],
    ["timeseries", "lake-shore: ${feeds_lake_shore}", 10],
    ["row", "lake_shore (Lakeshore372Agent)", 18],
    ["timeseries", "lake_shore: ${feeds_lake_shore_2}", 19],
  ]);
  assert.deepEqual(list.map(({ name }) => name), ["feeds_faker1", "feeds_lake_shore", "feeds_lake_shore_2"]);
  assert.deepEqual(
    panels.flatMap((panel) => panel.type === "row" ? [] : [panel.repeat]),
    list.map(({ name }) => name),
  );
});

Deno.test("housekeepingDashboard() shuts the rows of a large site, whose panels are in them", () => {
  const agents = Array.from({ length: 9 }, (_, at) => ({ instanceId: `a${at}`, agentClass: "A" }));
  const { panels } = housekeepingDashboard({ ...SITE, agents });
  assert.equal(panels.length, 9);
  for (const panel of panels) {
    assert(panel.type === "row" && panel.collapsed && panel.panels.length === 1);
  }
});

Deno.test("housekeepingDashboard() has any name as one name in its queries", () => {
  const agents = [{ instanceId: `a"b'c\\d`, agentClass: `C"; DROP` }];
  const { panels, templating: { list } } = housekeepingDashboard({ ...SITE, agents });
  const query = list[0]?.query ?? "";
  assert(query.includes(`FROM "observatory.a\\"b'c\\\\d", "C\\"; DROP" WITH`), query);
  assert(query.includes(`"instance_id" = 'a"b\\'c\\\\d'`), query);
  assert.equal(list[0]?.name, "feeds_a_b_c_d");
  assert.equal(panels.length, 2);
});

Deno.test("OP_CODE_MAPPING names every code of operations, as the registry's numbers are", () => {
  assert.deepEqual(
    Object.entries(OP_CODE_MAPPING.options).map(([code, { text }]) => [code, text]),
    [
      ["1", "NONE"],
      ["2", "STARTING"],
      ["3", "RUNNING"],
      ["4", "STOPPING"],
      ["5", "SUCCEEDED"],
      ["6", "FAILED"],
      ["7", "EXPIRED"],
      ["8", "DEGRADED"],
    ],
  );
});

/** What a reader of YAML sees, which has to find nothing wrong. */
function yaml(text: string) {
  const document = parseDocument(text);
  assert.deepEqual([document.errors, document.warnings], [[], []]);
  return document.toJS();
}

Deno.test("datasourceText() has InfluxDB 1.x with a user and InfluxDB 2 with a token, both from the environment", () => {
  const [v1] = yaml(datasourceText(SITE)).datasources;
  assert.deepEqual(v1, {
    name: "OCS InfluxDB (observatory)",
    uid: "ocs-observatory-influxdb",
    type: "influxdb",
    access: "proxy",
    url: "http://influxdb:8086",
    user: "${INFLUXDB_USERNAME}",
    jsonData: { dbName: "ocs_feeds", httpMode: "GET" },
    secureJsonData: { password: "${INFLUXDB_PASSWORD}" },
    editable: false,
  });
  const influx = {
    version: "v2",
    url: "https://db",
    database: 'a "b": c',
    takesAnyCertificate: true,
  } as const;
  const [v2] = yaml(datasourceText({ ...SITE, influx })).datasources;
  assert.deepEqual([v2.user, v2.jsonData, v2.secureJsonData], [
    undefined,
    { dbName: 'a "b": c', httpMode: "GET", tlsSkipVerify: true, httpHeaderName1: "Authorization" },
    { httpHeaderValue1: "Token ${INFLUXDB_V2_TOKEN}" },
  ]);
  const [provider] = yaml(providerText(SITE, "/etc/grafana: x/dashboards/ocs")).providers;
  assert.equal(provider.options.path, "/etc/grafana: x/dashboards/ocs");
});

Deno.test("grafanaUid() gives names that Grafana takes, whatever the address root", () => {
  for (const addressRoot of ["observatory", "site.a/b", "x".repeat(200)]) {
    assert.match(grafanaUid({ addressRoot }, "housekeeping"), /^ocs-[A-Za-z0-9_-]{1,23}-housekeeping$/);
  }
});

/** A site file with these hosts. */
function plan(hosts: Record<string, readonly object[]>, choice = {}) {
  const site = {
    hub: {
      wamp_server: "ws://localhost:8001/ws",
      wamp_http: "http://localhost:8001/call",
      wamp_realm: "test_realm",
      address_root: "observatory",
    },
    hosts: Object.fromEntries(
      Object.entries(hosts).map(([host, agents]) => [host, { "agent-instances": agents }]),
    ),
  };
  const environment = memoryEnvironment({ files: { "/site.yaml": JSON.stringify(site) } });
  return planGrafana({ siteFile: "/site.yaml" }, choice, environment);
}

const agent = (agentClass: string, instanceId: string, ...args: unknown[]) => ({
  "agent-class": agentClass,
  "instance-id": instanceId,
  arguments: args,
});

Deno.test("planGrafana() takes the recording agents of all hosts, each once, the registry's and the publisher's options", async () => {
  const found = await plan({
    a: [
      agent("FakeDataAgent", "faker1"),
      agent("HostManager", "hm-a"),
      agent("RegistryAgent", "reg", "--wait-time", 10),
    ],
    b: [
      agent("FakeDataAgent", "faker1"),
      agent("SomeAgent", "some"),
      agent("InfluxDBAgent", "influx", "--host", "db", "--database", "$x", "--ssl", "True"),
    ],
  });
  assert.deepEqual(found, {
    addressRoot: "observatory",
    agents: [{ instanceId: "faker1", agentClass: "FakeDataAgent" }, {
      instanceId: "some",
      agentClass: "SomeAgent",
    }],
    registry: { instanceId: "reg", waitSeconds: 10 },
    influx: { version: "v1", url: "https://db:8086", database: "$$x", takesAnyCertificate: true },
    warnings: [],
  });
});

Deno.test("planGrafana() takes InfluxDB 2 where the site does, or where it is told, and another place for it", async () => {
  const site = { a: [agent("FakeDataAgent", "faker1"), agent("InfluxDBAgentv2", "influx")] };
  assert.deepEqual((await plan(site)).influx, {
    version: "v2",
    url: "${INFLUXDB_V2_URL}",
    database: "${INFLUXDB_V2_BUCKET}",
    takesAnyCertificate: false,
  });
  const told = await plan(site, { influx: "v1", url: "http://10.0.0.9:8087", database: "other" });
  assert.deepEqual(told.influx, {
    version: "v1",
    url: "http://10.0.0.9:8087",
    database: "other",
    takesAnyCertificate: false,
  });
  assert.deepEqual(told.warnings, [
    "The site has no RegistryAgent, so there is no dashboard of operations",
    "The site has no InfluxDBAgent: dashboards stay empty until one writes to the database",
  ]);
});

Deno.test("planGrafana() says what it cannot make dashboards of", async () => {
  await assert.rejects(plan({ a: [agent("HostManager", "hm")] }), (error) => {
    assert(error instanceof SiteError);
    assert.match(
      error.message,
      /Cannot make dashboards of "\/site\.yaml": it has no agent that records anything/,
    );
    return true;
  });
  const site = { a: [agent("FakeDataAgent", "faker1"), agent("InfluxDBAgent", "influx", "--port", "many")] };
  await assert.rejects(plan(site), OptionError);
  for (const url of ["influxdb:8086", "ftp://x", ""]) {
    await assert.rejects(plan({ a: [agent("FakeDataAgent", "f")] }, { url }), SiteError, url);
  }
});

Deno.test("WITHOUT_RECORDED_FEEDS has no agent of this toolkit that registers a feed to record, but for the registry", async () => {
  for (const name of WITHOUT_RECORDED_FEEDS) {
    const file = AGENT_TABLE[name]?.file;
    assert(file !== undefined, name);
    const folder = new URL("../../../agents/", import.meta.url);
    const texts = [await Deno.readTextFile(new URL(file, folder))];
    const parts = new URL(`${file.replace(/\.ts$/, "")}/`, folder);
    const entries = await Array.fromAsync(Deno.readDir(parts)).catch(() => []);
    for (const { name, isFile } of entries) {
      if (isFile) texts.push(await Deno.readTextFile(new URL(name, parts)));
    }
    assert.equal(texts.some((text) => text.includes("record: true")), name === "RegistryAgent", name);
  }
});
