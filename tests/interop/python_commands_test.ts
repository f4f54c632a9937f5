import assert from "node:assert/strict";
import { AGENT_TABLE } from "../../agents/table.ts";
import page from "../../docs/coming_from_python.md" with { type: "text" };
import { codeSpans, docRows } from "../helpers/doc_tables.ts";
import { testsWith } from "../helpers/interop_test.ts";
import { startOurAgent } from "../helpers/our_agent.ts";
import { OurRouter } from "../helpers/our_router.ts";
import { Program, type ProgramEnd } from "../helpers/process.ts";
import { startPythonAgent } from "../helpers/python_agent.ts";
import { type PythonPeers, pythonPeers } from "../helpers/python_peers.ts";
import { writeSite } from "../helpers/site_file.ts";
import { untilTrue, within } from "../helpers/until.ts";
import { HostBed, IDLE } from "../system/agents/host_manager_bed.ts";

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
  const selector = "observatory.faker1.feeds.heartbeat";
  await using scans = startBoth(peers, [...before, "scan", "--details"], env);
  await using texts = startBoth(peers, ["listen", selector], env);
  await using jsons = startBoth(peers, ["listen", "--json", selector], env);
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

  const lineOf = (program: Program) =>
    program.stdout.split("\n").find((line) => line.includes(`[${selector}]`) && line.endsWith("]"))
      // Without the second in which it was printed.
      ?.replace(/^[\d-]+T[\d:]+/, "");
  const lines = await untilTrue(() => {
    const found = [lineOf(texts.python), lineOf(texts.ours)];
    return found.every((line) => line !== undefined) ? found : undefined;
  }, { what: "an event at both", timeoutMs: 40_000 });
  assert.equal(lines[1], lines[0]);

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

test("OCS 7.3, 7.4: ocsbow and ocs-local-support find our router, put our HostManager's process to sleep and wake it", async (peers) => {
  await using router = await OurRouter.start();
  await using bed = await HostBed.make(router, [{ id: "idle1", exe: IDLE }, { id: "idle2", exe: IDLE }]);
  const run = async (program: "ocsbow" | "ocs-local-support", ...words: readonly string[]) => {
    const { stdout } = await Program.run({
      name: `${program} ${words.join(" ")}`,
      command: peers.program(program),
      args: ["--site-file", bed.site.file, "--site-host", "localhost", ...words],
    });
    return stdout;
  };
  const support = (...words: readonly string[]) => run("ocs-local-support", ...words);
  await bed.start();
  await bed.untilState(["idle1", "idle2"], "up");
  const found = await support("status");
  assert.match(found, /connection to server\?: +True/);
  assert.match(found, /agent running\? +True\n +manager process running\?: +True\n +instance-id: +hm1/);

  assert.match(await support("stop", "process"), /Stopping manager process \.\.\./);
  await untilTrue(async () => /hm1 +HostManager +sleeping +n\/a/.test(await run("ocsbow")), {
    what: "a manager that sleeps",
    timeoutMs: 40_000,
  });
  // ocsbow starts the process with ("all", "down") before what it was asked for.
  assert.match(await run("ocsbow", "up", "idle1"), /up agent idle1 via hm1\nStarting manager process\./);
  await bed.untilState(["idle1"], "up");
  await bed.untilState(["idle2"], "down");
  await support("start", "process");
  await bed.untilState(["idle1", "idle2"], "up");

  await router.down("SIGTERM");
  assert.match(await run("ocsbow", "status"), /\*\*\*\*Warning\*\*\*\* http bridge not found at http:/);
});

/** What tests/tools/python_names.py prints. */
interface PythonNames {
  readonly names: readonly string[];
  /** Arguments that its calls take by name. */
  readonly keywords: readonly string[];
  /** Words that lead to each option and choice of a program. */
  readonly programs: Readonly<Record<string, readonly (readonly string[])[]>>;
  /** Options that all programs and agents take. */
  readonly site: readonly string[];
  readonly agents: Readonly<Record<string, readonly string[]>>;
}

test("coming_from_python.md has every public name, named argument, command and option of Python OCS", async (peers) => {
  const { stdout } = await Program.run({
    name: "python_names.py",
    command: peers.python,
    args: [new URL("../tools/python_names.py", import.meta.url).pathname],
  });
  // The program's only output is this object.
  const python = JSON.parse(stdout) as PythonNames;
  assert(python.names.length > 150 && Object.keys(python.programs).length === 5);
  const spans = docRows(page).flatMap(({ cells }) => codeSpans(cells[0] ?? ""));
  // `ControlClient.request("start", …)` is about `ControlClient.request`; `OpCode.*` about all that OpCode has.
  const named = new Set(spans.map((span) => /^[\w.*]+/.exec(span)?.[0] ?? span));
  const missing = python.names.filter((name) => !named.has(name) && !named.has(name.replace(/\..*$/, ".*")));
  missing.push(
    ...python.keywords.filter((keyword) => !spans.some((span) => new RegExp(`\\b${keyword}=`).test(span))),
  );
  for (const [program, uses] of Object.entries(python.programs)) {
    const lines = spans.filter((span) => span.split(" ")[0] === program).map((span) => span.split(" "));
    for (const words of uses) {
      if (words.at(-1) === "--help") continue;
      const isNamed = lines.some((line) => words.every((word) => line.includes(word)));
      if (!isNamed && !python.site.includes(words.at(-1) ?? "")) {
        missing.push(`${program} ${words.join(" ")}`);
      }
    }
  }
  for (const option of python.site) {
    if (!spans.some((span) => span.split(" ")[0] === option)) missing.push(option);
  }
  for (const [agentClass, options] of Object.entries(python.agents)) {
    if (!named.has(agentClass)) missing.push(agentClass);
    const ours = AGENT_TABLE[agentClass]?.options ?? {};
    missing.push(
      ...options.filter((option) => option !== "--help" && !Object.hasOwn(ours, option.slice(2)))
        .map((option) => `${agentClass} ${option}`),
    );
  }
  assert.deepEqual(missing, []);
});
