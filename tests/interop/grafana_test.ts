/** What `ocs grafana` writes, asked of a real InfluxDB 1.x as Grafana would ask. @module */
import assert from "node:assert/strict";
import type { Dashboard, Panel } from "../../cli/deploy/grafana/dashboard.ts";
import { parseYaml } from "../../deps/yaml.ts";
import { influxProgram, InfluxServer } from "../helpers/influxdb.ts";
import { testsWith } from "../helpers/interop_test.ts";
import { startOurAgent } from "../helpers/our_agent.ts";
import { OurRouter } from "../helpers/our_router.ts";
import { Program } from "../helpers/process.ts";
import { writeSite } from "../helpers/site_file.ts";
import { untilTrue } from "../helpers/until.ts";

const test = await testsWith("InfluxDB", influxProgram);
const MAIN = new URL("../../cli/main.ts", import.meta.url).href;

interface Series {
  readonly name: string;
  readonly tags?: Readonly<Record<string, string>>;
  readonly columns: readonly string[];
  readonly values: readonly (readonly unknown[])[];
}

/** The folder that Grafana is given, and the database behind its data source. */
class Provisioning {
  readonly #folder: string;
  readonly #source: { readonly url: string; readonly jsonData: { readonly dbName: string } };

  constructor(folder: string) {
    this.#folder = folder;
    const { datasources } = parseYaml(Deno.readTextFileSync(`${folder}/datasources/ocs.yaml`));
    this.#source = datasources[0];
  }

  async dashboard(name: string): Promise<Dashboard> {
    return JSON.parse(await Deno.readTextFile(`${this.#folder}/dashboards/ocs/${name}.json`));
  }

  /** Asks a query; an error of the database is one. */
  async ask(query: string): Promise<readonly Series[]> {
    const url = new URL(`${this.#source.url}/query`);
    url.search = String(new URLSearchParams({ db: this.#source.jsonData.dbName, q: query, epoch: "ms" }));
    const reply = await fetch(url, { signal: AbortSignal.timeout(10_000) });
    const { error, results: [result] } = await reply.json();
    assert.equal(error ?? result.error, undefined, query);
    return result.series ?? [];
  }

  /** Series of a panel, as with these values of variables. */
  async series(panel: Panel, variables: Readonly<Record<string, string>> = {}): Promise<readonly Series[]> {
    const range = panel.timeFrom ?? "1h";
    const asked = panel.targets.map(({ query }) =>
      this.ask(
        query.replaceAll("$timeFilter", `time >= now() - ${range} and time <= now()`)
          .replaceAll("$__interval", panel.interval ?? "10s")
          .replaceAll(/\$\{(\w+):regex\}/g, (_, name) => RegExp.escape(variables[name] ?? "")),
      )
    );
    return (await Promise.all(asked)).flat();
  }
}

test("ocs grafana's dashboards show every feed that our publisher has written, and the state of every operation", async (influxd) => {
  await using influx = await InfluxServer.start(influxd);
  await using router = await OurRouter.start();
  const influxArguments = ["--host", "127.0.0.1", "--port", influx.port, "--database", "feeds"];
  await using site = await writeSite(router, [
    { agentClass: "RegistryAgent", instanceId: "registry", arguments: ["--wait-time", 1] },
    { agentClass: "InfluxDBAgent", instanceId: "influx-1", arguments: influxArguments },
    { agentClass: "FakeDataAgent", instanceId: "faker1", arguments: ["--mode", "acq", "--num-channels", 2] },
    { agentClass: "FakeDataAgent", instanceId: "faker2", arguments: ["--mode", "idle"] },
    { agentClass: "BarebonesAgent", instanceId: "bare-1", arguments: ["--mode", "count"] },
  ]);
  const folder = `${site.folder}/grafana`;
  await Program.run({
    name: "ocs grafana",
    command: Deno.execPath(),
    args: ["run", "-A", "--quiet", MAIN, "grafana", "--site-file", site.file, "--out", folder],
  });
  const provisioning = new Provisioning(folder);
  const env = { XDG_STATE_HOME: site.folder };
  const start = (agentClass: string, instanceId: string) =>
    startOurAgent(site, { agentClass, instanceId, env });
  await using _influx = await start("InfluxDBAgent", "influx-1");
  await using _faker1 = await start("FakeDataAgent", "faker1");
  await using _faker2 = await start("FakeDataAgent", "faker2");
  await using _bare = await start("BarebonesAgent", "bare-1");
  await using _registry = await start("RegistryAgent", "registry");

  const { panels, templating: { list } } = await provisioning.dashboard("housekeeping");
  /** Feeds of an agent, as its variable finds them. */
  const feedsOf = async (variable: string) => {
    const query = list.find(({ name }) => name === variable)?.query ?? "";
    return (await provisioning.ask(query)).flatMap(({ values }) => values.map(([, feed]) => String(feed)));
  };
  await untilTrue(async () => {
    assert.deepEqual(await feedsOf("feeds_faker1"), ["false_temperatures"]);
    assert.deepEqual(await feedsOf("feeds_bare_1"), ["feed_name"]);
    return true;
  }, { what: "the feeds of both agents", timeoutMs: 30_000, pollMs: 200 });
  // It publishes nothing, and the points of another agent of its class are not taken for its own.
  assert.deepEqual(await feedsOf("feeds_faker2"), []);
  assert.deepEqual(list.map(({ name }) => name), ["feeds_faker1", "feeds_faker2", "feeds_bare_1"]);

  const shown: Record<string, unknown> = {};
  for (const panel of panels) {
    if (panel.type === "row") continue;
    const variable = panel.repeat ?? "";
    for (const feed of await feedsOf(variable)) {
      const found = await provisioning.series(panel, { [variable]: feed });
      for (const { values } of found) assert(values.some((row) => row.slice(1).every(Number.isFinite)));
      shown[panel.title.replace(/\$\{.*\}/, feed)] = found.map(({ columns, tags }) =>
        `${columns.slice(1)} ${tags?.channel ?? ""}`
      );
    }
  }
  assert.deepEqual(shown, {
    "faker1: false_temperatures": ["mean_temperature 0", "mean_temperature 1"],
    "bare-1: feed_name": ["mean_value "],
  });

  const [now, timeline] = (await provisioning.dashboard("operations")).panels;
  assert(now?.type === "stat" && timeline?.type === "state-timeline");
  const codes = async (panel: Panel) => {
    const [found] = await provisioning.series(panel);
    const last = found?.values.findLast((row) => row.slice(1).some((code) => code !== null)) ?? [];
    return Object.fromEntries(
      last.map((code, at) => [found?.columns[at]?.replace(/^last_/, ""), code]).slice(1),
    );
  };
  const expected = {
    observatory_faker1_acq: 3,
    observatory_faker1_count: 3,
    observatory_faker1_delay_task: 1,
    observatory_faker1_set_heartbeat: 1,
    observatory_faker2_acq: 1,
    observatory_bare_1_count: 3,
    observatory_influx_1_record: 3,
  };
  for (const panel of [now, timeline]) {
    await untilTrue(async () => {
      assert.deepEqual({ ...await codes(panel), ...expected }, await codes(panel));
      return true;
    }, { what: `the operations in "${panel.title}"`, timeoutMs: 30_000, pollMs: 200 });
  }
});
