import assert from "node:assert/strict";
import { FakeDataAgent } from "../../../agents/fake_data.ts";
import type { FAKE_DATA } from "../../../agents/fake_data/options.ts";
import { RegistryAgent } from "../../../agents/registry.ts";
import type { REGISTRY } from "../../../agents/registry/options.ts";
import { type Agent, OpCode, startAgent } from "../../../framework/mod.ts";
import { Router } from "../../../router/mod.ts";
import { Program } from "../../helpers/process.ts";
import { untilTrue, within } from "../../helpers/until.ts";
import { ocs, startOcs } from "./ocs.ts";

/** A router with an agent that acquires and a registry that has heard of it. */
async function observatory() {
  await using stack = new AsyncDisposableStack();
  const router = await Router.start();
  stack.defer(() => router.stop());
  const connection = { url: router.url, realm: "test_realm" };
  const faker = await startAgent<typeof FAKE_DATA.options, FakeDataAgent>(FakeDataAgent, {
    instanceId: "faker1",
    connection,
    options: { mode: "acq", numChannels: 2, sampleRate: 5, frameLength: 60 },
  });
  stack.defer(() => faker.stop());
  const registry = await startAgent<typeof REGISTRY.options, RegistryAgent>(RegistryAgent, {
    instanceId: "registry",
    connection,
    options: { waitTime: 30 },
  });
  stack.defer(() => registry.stop());
  const owned = stack.move();
  return {
    url: router.url,
    run: (...args: readonly string[]) => ocs(["client", "--site-hub", router.url, ...args]),
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

Deno.test("OCS 7.2: ocs client scan lists who is heard, in the form of ocs-client-cli", async () => {
  await using site = await observatory();
  const [{ code, stdout }, asJson] = await Promise.all([
    site.run("scan", "--details"),
    site.run("scan", "--json"),
  ]);
  assert.equal(code, 0);
  const [first, head, ...lines] = stdout.split("\n");
  assert.equal(first, "Listening to heartbeat feeds for 2 seconds ...");
  assert.equal(head, "List of Detected Agents: (2)");
  assert.equal(lines[0], "  faker1");
  assert(lines.includes("    acq                 : RUNNING"));
  assert(lines.includes("  registry"));
  assert.deepEqual(lines.slice(-2), ["", ""]);
  const json = JSON.parse(asJson.stdout);
  assert.deepEqual(json.map(({ instance }: { instance: string }) => instance), ["faker1", "registry"]);
});

Deno.test("OCS 7.2: ocs client scan --use-registry asks the registry, and says when it is not there", async () => {
  await using site = await observatory();
  const listed = await untilTrue(async () => {
    const scan = await site.run("scan", "--use-registry", "--details");
    assert.equal(scan.code, 0, scan.stderr);
    // The registry hears each agent within a second.
    return scan.stdout.includes("faker1") ? scan : undefined;
  }, { what: "faker1 in the registry", timeoutMs: 20_000 });
  assert.match(listed.stdout, /^List of Registered Agents: \(1\)\n {2}faker1\n {4}acq {17}: RUNNING\n/);
  const missing = await site.run("scan", "--use-registry", "other");
  assert.equal(missing.code, 3);
  assert.match(
    missing.stderr,
    /Failed to connect to registry at observatory\.other; the registry must be running for "scan" to work\./,
  );
});

Deno.test("OCS 7.2: ocs client scan --use-registry lists the expired as well, and others by their whole address", async () => {
  await using site = await observatory();
  /** Says what a registry says of agents that are gone. */
  class OldRegistry {
    constructor(agent: Agent) {
      agent.registerProcess("main", { params: {}, startup: true }, async (session) => {
        const entry = (agent_address: string, code: OpCode) => ({
          agent_address,
          agent_class: "X",
          expired: code === OpCode.EXPIRED,
          time_expired: null,
          last_updated: 1,
          op_codes: { acq: code },
        });
        session.data = {
          "observatory.gone": entry("observatory.gone", OpCode.EXPIRED),
          "other.faker1": entry("other.faker1", OpCode.RUNNING),
        };
        while (!session.signal.aborted) await session.sleep(3600);
        return "done";
      });
    }
  }
  const old = await startAgent(OldRegistry, {
    instanceId: "old",
    connection: { url: site.url, realm: "test_realm" },
    options: {},
  });
  await using stack = new AsyncDisposableStack();
  stack.defer(() => old.stop());
  const { stdout } = await untilTrue(async () => {
    const scan = await site.run("scan", "--use-registry", "old", "--details");
    return scan.stdout.includes("gone") ? scan : undefined;
  }, { what: "a listing", timeoutMs: 20_000 });
  assert.equal(
    stdout,
    "List of Registered Agents: (2)\n  gone\n    acq                 : EXPIRED\n" +
      "  other.faker1\n    acq                 : RUNNING\n\n",
  );
});

Deno.test("OCS 7.2: ocs client listen prints events as ocs-client-cli does, and the same JSON", async () => {
  await using site = await observatory();
  const selector = "observatory..feeds.heartbeat";
  const firstOf = async (...args: readonly string[]) => {
    await using program = startOcs(["client", "listen", selector, "--site-hub", site.url, ...args]);
    await program.until(() => program.stdout.includes("faker1"), "an event", 20_000);
    return program.stdout.split("\n");
  };
  const [head, event] = await firstOf();
  assert.equal(head, `Subscribing to ${selector}`);
  assert.match(
    event ?? "",
    /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[+-]\d{4} \[observatory\.(faker1|registry)\.feeds\.heartbeat\] \[\{'/,
  );
  const [json] = await firstOf("--json");
  const { topic, message } = JSON.parse(json ?? "");
  assert.match(topic, /^observatory\..*\.feeds\.heartbeat$/);
  assert.equal(message.length, 2);
  assert.equal(message[1].feed_name, "heartbeat");
});

Deno.test("OCS 7.2: ocs client shell has client for one agent and clients for several", async () => {
  await using site = await observatory();
  const shell = async (ids: readonly string[], lines: readonly string[]) => {
    await using program = Program.start({
      name: "ocs client shell",
      command: Deno.execPath(),
      args: [
        "run",
        "-A",
        "--quiet",
        new URL("../../../cli/main.ts", import.meta.url).href,
        ...["client", "shell", ...ids, "--simple", "--site-hub", site.url],
      ],
      env: { OCS_CONFIG_DIR: "" },
      stdin: `${lines.join("\n")}\n`,
    });
    return await within(program.ended, 30_000, "the end of the shell");
  };
  const one = await shell(["faker1"], [
    "(await client.acq.status()).session.status",
    "clients.length",
    "client = 5",
    "client",
  ]);
  assert.equal(one.code, 0, one.stderr);
  assert.equal(one.stdout, '"running"\n1\n5\n5\n');
  assert.match(one.stderr, /^ocs client -- use client\.<op_name> to talk to faker1$/m);
  const two = await shell(["faker1", "registry"], ["clients[1].main.kind", "typeof client"]);
  assert.equal(two.stdout, '"process"\n"undefined"\n');
  assert.match(
    two.stderr,
    /^ocs client --\n {2}-- use clients\[0\]\.<op_name> to talk to faker1\n {2}-- use clients\[1\]\.<op_name> to talk to registry$/m,
  );
  const missing = await shell(["nobody"], []);
  assert.equal(missing.code, 3);
  assert.match(missing.stderr, /no agent is registered at "observatory\.nobody"/);
});
