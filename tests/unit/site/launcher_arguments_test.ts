import assert from "node:assert/strict";
import { parseAgentArgs, readLauncherOptions } from "../../../site/mod.ts";
import { memoryEnvironment, SITE_TEXT } from "./memory_environment.ts";

const VARIABLES = {
  INSTANCE_ID: "of-env",
  SITE_HUB: "ws://env:1/ws",
  SITE_HTTP: "http://env:1/call",
  SITE_HOST: "env-host",
  CROSSBAR_TIMEOUT: "7",
};

Deno.test("OCS 78: readLauncherOptions() prefers the command line to variables, however it writes an option", () => {
  const environment = memoryEnvironment({ variables: VARIABLES });
  const read = (...args: string[]) => readLauncherOptions(args, environment);
  assert.equal(read().instanceId, "of-env");
  assert.equal(read("--instance-id", "line").instanceId, "line");
  assert.equal(read("--instance-id=line").instanceId, "line");
  // Python's option parser takes abbreviations, and so do we.
  assert.equal(read("--inst", "line").instanceId, "line");
  assert.equal(read("--site-hu=ws://line:1/ws").siteHub, "ws://line:1/ws");
  assert.deepEqual(
    [read().siteHub, read().siteHttp, read().siteHost, read().crossbarTimeout],
    ["ws://env:1/ws", "http://env:1/call", "env-host", 7],
  );
});

Deno.test("readLauncherOptions() takes an empty variable for none, and looks over options it does not know", () => {
  const environment = memoryEnvironment({ variables: { INSTANCE_ID: "", CROSSBAR_TIMEOUT: "" } });
  const options = readLauncherOptions(["--mode", "acq", "--site-host", "h", "stray"], environment);
  assert.deepEqual([options.instanceId, options.crossbarTimeout, options.siteHost], [
    undefined,
    undefined,
    "h",
  ]);
});

Deno.test("OCS 78: parseAgentArgs() puts command line, variables, arguments, host and hub in this order", async () => {
  const text = "hub: {wamp_server: 'ws://hub:1/ws', wamp_realm: r, address_root: a}\n" +
    "hosts: {h: {wamp_server: 'ws://host:1/ws', crossbar_timeout: 20, agent-instances: [{agent-class: A, instance-id: x, " +
    "arguments: [--site-hub, 'ws://args:1/ws', --crossbar-timeout, 30]}, {agent-class: B, instance-id: y}]}}\n";
  const site = async (id: string, args: readonly string[], variables: Readonly<Record<string, string>>) => {
    const environment = memoryEnvironment({
      files: { "/etc/ocs/default.yaml": text },
      variables: { OCS_CONFIG_DIR: "/etc/ocs", SITE_HOST: "h", INSTANCE_ID: id, ...variables },
    });
    const parsed = await parseAgentArgs({ agentClass: "A", options: {}, args, environment });
    assert(parsed.help === undefined);
    return [parsed.site.wampServer, parsed.site.crossbarTimeoutSeconds];
  };
  const env = { SITE_HUB: "ws://env:1/ws", CROSSBAR_TIMEOUT: "40" };
  const line = ["--site-hub", "ws://line:1/ws", "--crossbar-timeout", "50"];
  assert.deepEqual(await site("x", line, env), ["ws://line:1/ws", 50]);
  assert.deepEqual(await site("x", ["--site-hu", "ws://line:1/ws"], env), ["ws://line:1/ws", 40]);
  assert.deepEqual(await site("x", [], env), ["ws://env:1/ws", 40]);
  assert.deepEqual(await site("x", [], {}), ["ws://args:1/ws", 30]);
  assert.deepEqual(await site("y", [], {}), ["ws://host:1/ws", 20]);
  assert.deepEqual(await site("y", [], { CROSSBAR_TIMEOUT: "0" }), ["ws://host:1/ws", 0]);
});

Deno.test("parseAgentArgs() refuses variables and router addresses that cannot be, and says where they are from", async () => {
  const parse = (args: readonly string[], variables: Readonly<Record<string, string>>, text = SITE_TEXT) =>
    parseAgentArgs({
      agentClass: "FakeDataAgent",
      options: {},
      args,
      environment: memoryEnvironment({
        files: { "/etc/ocs/default.yaml": text },
        variables: { OCS_CONFIG_DIR: "/etc/ocs", INSTANCE_ID: "registry", SITE_HOST: "daq-1", ...variables },
      }),
    });
  const cases: readonly (readonly [readonly string[], Readonly<Record<string, string>>, RegExp])[] = [
    [
      [],
      { SITE_HUB: "garbage" },
      /^the environment \(SITE_HUB\): --site-hub is "garbage": expected a URL such as ws:/,
    ],
    [[], { SITE_HUB: "http://h:1/ws" }, /SITE_HUB.*expected a URL such as ws:/],
    [
      ["--site-hub", "ws://h:x/ws"],
      {},
      /^the command line: --site-hub is "ws:\/\/h:x\/ws": .* a port from 1 to 65535/,
    ],
    [["--site-hub=h"], {}, /^the command line: --site-hub is "h"/],
    [
      [],
      { CROSSBAR_TIMEOUT: "-1" },
      /CROSSBAR_TIMEOUT\): --crossbar-timeout is "-1": expected an int of at least 0/,
    ],
    [[], { CROSSBAR_TIMEOUT: "1.5" }, /CROSSBAR_TIMEOUT\): --crossbar-timeout is "1.5"/],
    [[], { CROSSBAR_TIMEOUT: "none" }, /CROSSBAR_TIMEOUT\): --crossbar-timeout is "none"/],
    [[], { INSTANCE_ID: "nobody" }, /Could not find matching device description\. No instance-id "nobody"/],
    [[], { SITE_HOST: "nowhere" }, /No instance-id "registry" in host "localhost"/],
  ];
  for (const [args, variables, text] of cases) {
    await assert.rejects(parse(args, variables), { message: text });
  }
  const file = "hub: {wamp_server: nonsense, wamp_realm: r, address_root: a}\n" +
    "hosts: {daq-1: {agent-instances: [{agent-class: F, instance-id: registry}]}}\n";
  await assert.rejects(parse([], {}, file), {
    message: /^"wamp_server" of "\/etc\/ocs\/default\.yaml" is "nonsense"/,
  });
});
