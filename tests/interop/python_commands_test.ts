import assert from "node:assert/strict";
import { testsWith } from "../helpers/interop_test.ts";
import { startOurAgent } from "../helpers/our_agent.ts";
import { OurRouter } from "../helpers/our_router.ts";
import { Program, type ProgramEnd } from "../helpers/process.ts";
import { startPythonAgent } from "../helpers/python_agent.ts";
import { type PythonPeers, pythonPeers } from "../helpers/python_peers.ts";
import { writeSite } from "../helpers/site_file.ts";
import { untilTrue, within } from "../helpers/until.ts";

const test = await testsWith("Python peers", pythonPeers);

const MAIN = new URL("../../cli/main.ts", import.meta.url).href;

/** The same words for `ocs-client-cli` and for `ocs client`. */
function startBoth(peers: PythonPeers, words: readonly string[], env: Readonly<Record<string, string>>) {
  const python = Program.start({
    name: `ocs-client-cli ${words.join(" ")}`,
    command: peers.program("ocs-client-cli"),
    args: words,
    env: { ...env, PYTHONUNBUFFERED: "1" },
  });
  const ours = Program.start({
    name: `ocs client ${words.join(" ")}`,
    command: Deno.execPath(),
    args: ["run", "-A", "--quiet", MAIN, "client", ...words],
    env,
  });
  return {
    python,
    ours,
    async ends(): Promise<readonly [ProgramEnd, ProgramEnd]> {
      return await within(Promise.all([python.ended, ours.ended]), 40_000, "the end of both");
    },
    async [Symbol.asyncDispose]() {
      await python.stop();
      await ours.stop();
    },
  };
}

/** From its head on: what stands before is Python's log. */
function listOf({ stdout }: ProgramEnd): string {
  return stdout.slice(stdout.indexOf("List of"));
}

test("OCS 7.2: ocs client scan and listen print what ocs-client-cli prints, of Python's agents", async (peers) => {
  await using router = await OurRouter.start();
  const faker = { agentClass: "FakeDataAgent", instanceId: "faker1", arguments: ["--mode", "acq"] };
  await using site = await writeSite(router, [faker, {
    agentClass: "RegistryAgent",
    instanceId: "registry",
  }]);
  await using _faker = await startPythonAgent({ peers, site, ...faker });
  const env = { OCS_CONFIG_DIR: site.folder };
  const before = ["--site-file", site.file, "--site-host", "localhost"];
  await using scans = startBoth(peers, [...before, "scan", "--details"], env);
  const [python, ours] = await scans.ends();
  assert.match(listOf(python), /^List of Detected Agents: \(1\)\n {2}faker1\n {4}acq /);
  assert.equal(listOf(ours), listOf(python));
  assert.equal(ours.code, python.code);

  await using _registry = await startOurAgent(site, { agentClass: "RegistryAgent", instanceId: "registry" });
  const registered = await untilTrue(async () => {
    await using both = startBoth(peers, ["scan", "--use-registry", "--details"], env);
    const ends = await both.ends();
    return ends.every((end) => end.stdout.includes("faker1")) ? ends : undefined;
  }, { what: "faker1 in the registry", timeoutMs: 60_000 });
  assert.equal(listOf(registered[1]), listOf(registered[0]));

  const selector = "observatory.faker1.feeds.heartbeat";
  await using texts = startBoth(peers, ["listen", selector], env);
  const lineOf = (program: Program) =>
    program.stdout.split("\n").find((line) => line.includes(`[${selector}]`) && line.endsWith("]"))
      // Without the second in which it was printed.
      ?.replace(/^[\d-]+T[\d:]+/, "");
  const lines = await untilTrue(() => {
    const found = [lineOf(texts.python), lineOf(texts.ours)];
    return found.every((line) => line !== undefined) ? found : undefined;
  }, { what: "an event at both", timeoutMs: 40_000 });
  assert.equal(lines[1], lines[0]);

  await using jsons = startBoth(peers, ["listen", "--json", selector], env);
  const jsonOf = (program: Program) => program.stdout.split("\n").find((line) => /^\{.*\}$/.test(line));
  const events = await untilTrue(() => {
    const found = [jsonOf(jsons.python), jsonOf(jsons.ours)];
    return found.every((line) => line !== undefined) ? found : undefined;
  }, { what: "an event at both", timeoutMs: 40_000 });
  assert.deepEqual(JSON.parse(events[1] ?? ""), JSON.parse(events[0] ?? ""));
});

test("OCS 7.2: ocs client refuses what ocs-client-cli refuses, with its words", async (peers) => {
  await using folder = await temporarySite();
  for (const [words, text] of [[["shell"], "No instance_id provided."], [[], ""], [["blah"], ""]] as const) {
    await using both = startBoth(peers, ["--site-file", folder.file, ...words], { OCS_CONFIG_DIR: "" });
    const [python, ours] = await both.ends();
    assert.equal(python.code, 2, python.stderr);
    assert.equal(ours.code, 2, ours.stderr);
    assert(python.stderr.includes(text) && ours.stderr.includes(text), ours.stderr);
  }
});

/** A site file whose router is not there. */
async function temporarySite() {
  const folder = await Deno.makeTempDir();
  const file = `${folder}/default.yaml`;
  await Deno.writeTextFile(
    file,
    "hub: {wamp_server: ws://127.0.0.1:9/ws, wamp_http: http://127.0.0.1:9/call, wamp_realm: r, address_root: o}\n" +
      "hosts: {localhost: {agent-instances: []}}\n",
  );
  return { file, [Symbol.asyncDispose]: () => Deno.remove(folder, { recursive: true }) };
}
