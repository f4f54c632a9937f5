/** The router's metrics, read by Prometheus itself. @module */
import assert from "node:assert/strict";
import { debianProgram } from "../helpers/debian_package.ts";
import { freePort } from "../helpers/free_port.ts";
import { testsWith } from "../helpers/interop_test.ts";
import { startOurAgent } from "../helpers/our_agent.ts";
import { OurRouter } from "../helpers/our_router.ts";
import { Program } from "../helpers/process.ts";
import { checkMetrics, promtool } from "../helpers/promtool.ts";
import { startPythonAgent } from "../helpers/python_agent.ts";
import { pythonPeers } from "../helpers/python_peers.ts";
import { writeSite } from "../helpers/site_file.ts";
import { untilTrue } from "../helpers/until.ts";

const test = await testsWith("Python peers and Prometheus", async () => ({
  peers: await pythonPeers(),
  promtool: await promtool(),
  prometheus: await debianProgram({
    name: "prometheus",
    program: "prometheus",
    variable: "OCS_PROMETHEUS",
  }),
}));

/** What Prometheus answers to a query, by the values of a label. */
async function query(port: number, expression: string, label: string): Promise<Record<string, number>> {
  const url = new URL(`http://127.0.0.1:${port}/api/v1/query`);
  url.searchParams.set("query", expression);
  const reply = await fetch(url, { signal: AbortSignal.timeout(5_000) });
  const { status, data } = await reply.json();
  assert.equal(status, "success");
  return Object.fromEntries(
    data.result.map(({ metric, value }: { metric: Record<string, string>; value: [number, string] }) => [
      metric[label],
      Number(value[1]),
    ]),
  );
}

test("Router's metrics are read by a real Prometheus, with Python's agents and ours in them", async ({ peers, ...programs }) => {
  await using router = await OurRouter.start({ args: ["--metrics"] });
  await using site = await writeSite(router, [
    { agentClass: "FakeDataAgent", instanceId: "ours", arguments: ["--mode", "acq"] },
    { agentClass: "FakeDataAgent", instanceId: "theirs", arguments: ["--mode", "idle"] },
  ]);
  const port = freePort();
  const config = `${site.folder}/prometheus.yml`;
  await Deno.writeTextFile(
    config,
    `global: {scrape_interval: 1s}
scrape_configs: [{job_name: ocs, static_configs: [{targets: ["127.0.0.1:${router.port}"]}]}]
`,
  );
  await using _prometheus = Program.start({
    name: "prometheus",
    command: programs.prometheus,
    args: [
      `--config.file=${config}`,
      `--storage.tsdb.path=${site.folder}/tsdb`,
      `--web.listen-address=127.0.0.1:${port}`,
    ],
  });
  await using ours = await startOurAgent(site, { agentClass: "FakeDataAgent", instanceId: "ours" });
  await using _theirs = await startPythonAgent({ peers, site, instanceId: "theirs" });
  const [own, python] = ["observatory.ours", "observatory.theirs"];
  await untilTrue(async () => {
    assert.deepEqual(await query(port, "ocs_agent_up", "agent"), { [own]: 1, [python]: 1 });
    assert.deepEqual(await query(port, `ocs_operation_code{agent="${own}"}`, "operation"), {
      acq: 3,
      count: 3,
      set_heartbeat: 1,
      delay_task: 1,
    });
    return true;
  }, { what: "both agents in Prometheus", timeoutMs: 60_000, pollMs: 200 });
  const theirCodes = await query(port, `ocs_operation_code{agent="${python}"}`, "operation");
  assert.deepEqual([theirCodes.acq, theirCodes.delay_task], [1, 1]);
  assert.equal((await query(port, 'ocs_agent_info{agent_class="FakeDataAgent"}', "agent"))[python], 1);

  await ours.kill();
  await untilTrue(async () => {
    assert.deepEqual(await query(port, "ocs_agent_up", "agent"), { [own]: 0, [python]: 1 });
    assert.deepEqual(Object.values(await query(port, `ocs_operation_code{agent="${own}"}`, "operation")), [
      7,
      7,
      7,
      7,
    ]);
    return true;
  }, { what: "the agent's end in Prometheus", timeoutMs: 30_000, pollMs: 200 });

  const text = await (await fetch(`http://127.0.0.1:${router.port}/metrics`)).text();
  await checkMetrics(programs.promtool, text);
  await assert.rejects(checkMetrics(programs.promtool, text.replace('agent="', 'agent="\n')), /promtool/);
});

/** Runs the rules of the docs against made-up metrics. */
const RULE_TESTS = `
rule_files: [rules.yml]
evaluation_interval: 10s
tests:
  - interval: 10s
    input_series:
      - {series: 'up{job="ocs"}', values: "1x11 0x10"}
      - {series: 'ocs_agent_up{agent="observatory.registry"}', values: "1x20"}
      - {series: 'ocs_agent_heartbeat_age_seconds{agent="observatory.faker1"}', values: "0x5 10 20 30 40 50"}
      - {series: 'ocs_operation_code{agent="observatory.faker1",operation="acq"}', values: "3x5 6x20"}
      - {series: 'ocs_router_dropped_total{reason="oversized"}', values: "0x5 2x20"}
    alert_rule_test:
      - {eval_time: 50s, alertname: OcsAgentSilent, exp_alerts: []}
      - {eval_time: 80s, alertname: OcsAgentSilent, exp_alerts: []}
      - eval_time: 90s
        alertname: OcsAgentSilent
        exp_alerts:
          - exp_labels: {agent: observatory.faker1}
            exp_annotations: {summary: observatory.faker1 has sent no heartbeat for 40s}
      - eval_time: 60s
        alertname: OcsOperationFailed
        exp_alerts:
          - exp_labels: {agent: observatory.faker1, operation: acq}
            exp_annotations: {summary: acq of observatory.faker1 has failed}
      - {eval_time: 110s, alertname: OcsAcquisitionStopped, exp_alerts: []}
      - eval_time: 120s
        alertname: OcsAcquisitionStopped
        exp_alerts:
          - exp_labels: {agent: observatory.faker1, operation: acq}
            exp_annotations: {summary: "acq of observatory.faker1 does not run, or is degraded"}
      - eval_time: 60s
        alertname: OcsMessagesDropped
        exp_alerts:
          - exp_labels: {reason: oversized}
            exp_annotations: {summary: "The router dropped messages: oversized"}
      - eval_time: 150s
        alertname: OcsRouterDown
        exp_alerts:
          - exp_labels: {job: ocs}
            exp_annotations: {summary: The router does not answer}
      - {eval_time: 150s, alertname: OcsAgentAbsent, exp_alerts: []}
`;

test("docs/monitoring.md has alert rules that Prometheus takes, and that ring when they should", async ({ promtool }) => {
  const folder = await Deno.makeTempDir({ prefix: "rules_" });
  await using _folder = { [Symbol.asyncDispose]: () => Deno.remove(folder, { recursive: true }) };
  const page = await Deno.readTextFile(new URL("../../docs/monitoring.md", import.meta.url));
  const [, rules = ""] = /```yaml\n(groups:\n[^`]*)```/.exec(page) ?? [];
  await Deno.writeTextFile(`${folder}/rules.yml`, rules);
  await Deno.writeTextFile(`${folder}/tests.yml`, RULE_TESTS);
  const run = (args: readonly string[]) =>
    Program.run({ name: "promtool", command: promtool, args, cwd: folder });
  const { stdout } = await run(["check", "rules", "rules.yml"]);
  assert.match(stdout, /SUCCESS: 8 rules found/);
  await run(["test", "rules", "tests.yml"]);
});
