import assert from "node:assert/strict";
import { OptionError, type OptionSpecs, parseAgentArgs, SiteError } from "../../../site/mod.ts";
import { memoryEnvironment, SITE_TEXT } from "./memory_environment.ts";

const OPTIONS = {
  "mode": { type: "string", choices: ["idle", "acq"], default: "idle", help: "" },
  "num-channels": { type: "int", default: 2, min: 1, help: "" },
  "offset": { type: "float", default: 0, help: "" },
  "names": { type: "string", multiple: true, help: "" },
  "quiet": { type: "flag", help: "" },
} as const satisfies OptionSpecs;

function parse(
  args: readonly string[],
  variables: Readonly<Record<string, string>> = {},
  text = SITE_TEXT,
) {
  const environment = memoryEnvironment({
    files: { "/etc/ocs/default.yaml": text },
    variables: { OCS_CONFIG_DIR: "/etc/ocs", ...variables },
  });
  return parseAgentArgs({ agentClass: "FakeDataAgent", options: OPTIONS, args, environment });
}

async function parsed(...parameters: Parameters<typeof parse>) {
  const result = await parse(...parameters);
  assert(result.help === undefined);
  return result;
}

/** A site whose one agent has these arguments, in YAML. */
function siteWith(argumentsText: string): string {
  return "hub: {wamp_server: 'ws://h:1/ws', wamp_realm: r, address_root: a}\n" +
    `hosts: {daq-1: {agent-instances: [{agent-class: FakeDataAgent, instance-id: f, arguments: ${argumentsText}}]}}\n`;
}

Deno.test("OCS 75: nested argument lists are flattened and numbers turned into text", async () => {
  const { values } = await parsed(["--instance-id", "faker1"]);
  assert.equal(values.mode, "acq");
  assert.equal(values.numChannels, 4);
});

Deno.test("OCS 76: a command-line option replaces all values of the same option in the site file", async () => {
  const text = siteWith("[--names, a, b, --names, c, --mode, acq]");
  assert.deepEqual((await parsed([], {}, text)).values.names, ["c"]);
  const { values } = await parsed(["--names", "d"], {}, text);
  assert.deepEqual(values.names, ["d"]);
  assert.equal(values.mode, "acq");
  const inline = await parsed(["--num-channels", "5"], {}, siteWith("['--num-channels=3']"));
  assert.equal(inline.values.numChannels, 5);
});

Deno.test("OCS 77: -3.5 in an argument list is a value, not an option", async () => {
  assert.equal((await parsed(["--instance-id", "faker1"])).values.offset, -3.5);
  assert.equal((await parsed(["--offset", "-.5", "--instance-id", "faker1"])).values.offset, -0.5);
  assert.equal((await parsed([], {}, siteWith("[--offset, -3.0]"))).values.offset, -3);
});

Deno.test("OCS 78: variables are honoured, the command line takes precedence over them, both over the file", async () => {
  const variables = {
    INSTANCE_ID: "faker1",
    SITE_HUB: "ws://env:1/ws",
    SITE_HTTP: "http://env:1/call",
    SITE_HOST: "daq-1",
    CROSSBAR_TIMEOUT: "7",
  };
  const { site } = await parsed([], variables);
  assert.equal(site.instanceId, "faker1");
  assert.equal(site.wampServer, "ws://env:1/ws");
  assert.equal(site.wampHttp, "http://env:1/call");
  assert.equal(site.crossbarTimeoutSeconds, 7);
  const line = await parsed(["--instance-id=faker2", "--site-hub", "ws://line:1/ws"], variables);
  assert.equal(line.site.instanceId, "faker2");
  assert.equal(line.site.wampServer, "ws://line:1/ws");
});

Deno.test("parseAgentArgs() names the variable that is wrong", async () => {
  await assert.rejects(
    parse(["--instance-id", "faker1"], { CROSSBAR_TIMEOUT: "soon" }),
    /the environment \(CROSSBAR_TIMEOUT\): --crossbar-timeout is "soon": expected an int of at least 0/,
  );
});

Deno.test("parseAgentArgs() takes site options from the instance's arguments", async () => {
  const { site } = await parsed(
    [],
    {},
    siteWith("[--crossbar-timeout, 0, --log-dir, /tmp/x, --access-policy, none]"),
  );
  assert.equal(site.crossbarTimeoutSeconds, 0);
  assert.equal(site.logDir, "/tmp/x");
  assert.equal(site.accessPolicy, "none");
  assert.equal(site.instanceId, "f");
});

Deno.test("parseAgentArgs() drops positional elements of the file, as Python does", async () => {
  const { values } = await parsed([], {}, siteWith("[stray, 5, --mode, acq]"));
  assert.equal(values.mode, "acq");
});

Deno.test("parseAgentArgs() tells every problem at once, those of the file with their place", async () => {
  await assert.rejects(
    parse(["--mod", "acc", "--quiet=1", "--nmu-channels", "3"], {}, siteWith("[--num-channels, many]")),
    (error) => {
      assert(error instanceof OptionError);
      assert.match(
        error.message,
        /default\.yaml:2:\d+: --num-channels is "many": expected an int of at least 1/,
      );
      assert.match(error.message, /--mode is "acc": expected one of idle, acq; did you mean "acq"\?/);
      assert.match(error.message, /--quiet has the value "1": expected no value/);
      assert.match(error.message, /--nmu-channels is not an option here; did you mean "--num-channels"\?/);
      return true;
    },
  );
});

Deno.test("parseAgentArgs() shows help without looking at anything else", async () => {
  const environment = memoryEnvironment({});
  const { help } = await parseAgentArgs({
    agentClass: "FakeDataAgent",
    options: OPTIONS,
    args: ["--site-file", "/none", "--help"],
    summary: "Makes up data.",
    environment,
  });
  for (
    const text of [
      "Makes up data.",
      "--num-channels N",
      "at least 1; default 2",
      "--site-file",
      "INSTANCE_ID",
    ]
  ) {
    assert(help?.includes(text), text);
  }
});

Deno.test("parseAgentArgs() tells a misspelt option together with the site file that is missing because of it", async () => {
  const environment = memoryEnvironment({});
  await assert.rejects(
    parseAgentArgs({ agentClass: "A", options: {}, args: ["--siet-file", "/x"], environment }),
    /--siet-file is not an option here; did you mean "--site-file"\?\nCannot find the site file/,
  );
});

Deno.test("parseAgentArgs() refuses an agent's option of the name of a site option", async () => {
  const environment = memoryEnvironment({});
  const options = { "log-dir": { type: "string", help: "" } } as const;
  await assert.rejects(parseAgentArgs({ agentClass: "A", options, args: [], environment }), TypeError);
});

Deno.test("parseAgentArgs() has missing required options among its problems", async () => {
  const environment = memoryEnvironment({});
  const options = { "port": { type: "int", required: true, min: 1, max: 65535, help: "" } } as const;
  await assert.rejects(
    parseAgentArgs({ agentClass: "A", options, args: ["--site", "none"], environment }),
    /--port is missing: expected an int from 1 to 65535/,
  );
  await assert.rejects(
    parseAgentArgs({ agentClass: "A", options, args: ["--site", "all", "--port", "0"], environment }),
    (error) => error instanceof SiteError,
  );
});
