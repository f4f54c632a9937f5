import assert from "node:assert/strict";
import { routerAt } from "../../helpers/router_fixture.ts";
import { freePort } from "../../helpers/free_port.ts";
import { writeSite } from "../../helpers/site_file.ts";
import { ocs } from "./ocs.ts";

Deno.test("ocs grafana writes a folder for Grafana, and never over another file", async () => {
  await using site = await writeSite(routerAt(freePort()), [
    { agentClass: "RegistryAgent", instanceId: "registry" },
    { agentClass: "FakeDataAgent", instanceId: "faker1" },
  ]);
  const run = (...args: readonly string[]) =>
    ocs(["grafana", "--site-file", site.file, ...args], { cwd: site.folder });
  const first = await run();
  assert.equal(first.code, 0, first.stderr);
  assert.deepEqual(first.stdout.split("\n").slice(0, 5), [
    "written    grafana/datasources/ocs.yaml",
    "written    grafana/dashboards/ocs.yaml",
    "written    grafana/dashboards/ocs/housekeeping.json",
    "written    grafana/dashboards/ocs/operations.json",
    "",
  ]);
  assert.match(first.stdout, /let Grafana see grafana as \/etc\/grafana\/provisioning/);
  assert.match(
    first.stderr,
    /warning: The site has no InfluxDBAgent and no InfluxDBAgentv2: dashboards stay empty/,
  );

  const again = await run("--json");
  assert.deepEqual(JSON.parse(again.stdout).map(({ state }: { state: string }) => state), [
    "unchanged",
    "unchanged",
    "unchanged",
    "unchanged",
  ]);
  const mine = `${site.folder}/grafana/dashboards/ocs/housekeeping.json`;
  await Deno.writeTextFile(mine, "{}\n");
  await Deno.remove(`${site.folder}/grafana/datasources/ocs.yaml`);
  const other = await run();
  assert.equal(other.code, 1);
  assert.match(
    other.stderr,
    /Cannot write "grafana\/dashboards\/ocs\/housekeeping\.json": it exists already, with/,
  );
  assert.equal(await Deno.readTextFile(mine), "{}\n");
  assert.deepEqual([...Deno.readDirSync(`${site.folder}/grafana/datasources`)], []);

  const inTheWay = await run("--out", site.file);
  assert.equal(inTheWay.code, 1);
  assert.match(inTheWay.stderr, /Cannot make folder ".*default\.yaml\/datasources": /);
});

Deno.test("ocs grafana takes InfluxDB 2, another place for the database and for the folder", async () => {
  await using site = await writeSite(routerAt(freePort()), [
    { agentClass: "FakeDataAgent", instanceId: "faker1" },
    { agentClass: "InfluxDBAgentv2", instanceId: "influx" },
  ]);
  const folder = `${site.folder}/out`;
  const { code, stdout, stderr } = await ocs([
    ...["grafana", "--site-file", site.file, "-o", folder, "--url", "https://db.example:8086"],
    ...["--provisioning-dir", "/srv/provisioning/"],
  ]);
  assert.equal(code, 0, stderr);
  assert.match(stdout, /INFLUXDB_V2_BUCKET and INFLUXDB_V2_TOKEN/);
  assert.match(stderr, /no RegistryAgent, so there is no dashboard of operations/);
  const source = await Deno.readTextFile(`${folder}/datasources/ocs.yaml`);
  assert.match(source, /url: "https:\/\/db\.example:8086"\n/);
  assert.match(source, /dbName: "\$\{INFLUXDB_V2_BUCKET\}"\n/);
  const provider = await Deno.readTextFile(`${folder}/dashboards/ocs.yaml`);
  assert.match(provider, /path: "\/srv\/provisioning\/dashboards\/ocs"\n/);
  assert.deepEqual([...Deno.readDirSync(`${folder}/dashboards/ocs`)].map(({ name }) => name), [
    "housekeeping.json",
  ]);
});
