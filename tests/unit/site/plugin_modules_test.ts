import assert from "node:assert/strict";
import { findPlugins, SiteError, type SiteOptions, withSiteVariables } from "../../../site/mod.ts";
import { memoryEnvironment } from "./memory_environment.ts";

const HUB =
  "hub: {wamp_server: 'ws://h:1/ws', wamp_realm: r, address_root: a, agent-plugins: [lab.ts, 'https://x/y.ts']}\n";
const SITE = `${HUB}hosts:
  daq-1: {agent-instances: []}
  daq-2: {agent-plugins: ../own.ts, agent-instances: []}
  daq-3: {agent-plugins: [], agent-instances: []}
`;

async function find(options: SiteOptions, variables: Readonly<Record<string, string>> = {}, text = SITE) {
  const environment = memoryEnvironment({
    files: { "/etc/ocs/default.yaml": text },
    variables,
    hostname: "daq-1",
  });
  return (await findPlugins(options, environment)).map(({ module, origin }) => [module, origin]);
}

Deno.test("findPlugins() gives the hub's lists, or the host's own in their place, with paths from the site file's folder", async () => {
  const siteFile = "/etc/ocs/default.yaml";
  assert.deepEqual(await find({ siteFile }), [
    ["/etc/ocs/lab.ts", "/etc/ocs/default.yaml:1:83"],
    ["https://x/y.ts", "/etc/ocs/default.yaml:1:91"],
  ]);
  assert.deepEqual(await find({ siteFile, siteHost: "daq-2" }), [[
    "/etc/own.ts",
    "/etc/ocs/default.yaml:4:26",
  ]]);
  assert.deepEqual(await find({ siteFile, siteHost: "daq-3" }), []);
});

Deno.test("findPlugins() has those of OCS_PLUGINS first, each once, and these alone without a site file", async () => {
  const origin = "the environment (OCS_PLUGINS)";
  const variables = { OCS_CONFIG_DIR: "/etc/ocs", OCS_PLUGINS: " one.ts , https://x/y.ts,,/opt/two.ts" };
  assert.deepEqual(await find({}, variables), [
    ["/cwd/one.ts", origin],
    ["https://x/y.ts", origin],
    ["/opt/two.ts", origin],
    ["/etc/ocs/lab.ts", "/etc/ocs/default.yaml:1:83"],
  ]);
  assert.deepEqual(await find({ site: "none" }, { OCS_PLUGINS: "/opt/two.ts" }), [["/opt/two.ts", origin]]);
  assert.deepEqual(await find({}, { OCS_PLUGINS: "" }), []);
});

Deno.test("findPlugins() fails as the site file does that cannot be used", async () => {
  await assert.rejects(find({ siteFile: "/nowhere.yaml" }), SiteError);
  const many = SITE.replace("../own.ts", JSON.stringify(Array.from({ length: 101 }, (_, at) => `${at}.ts`)));
  await assert.rejects(find({ siteFile: "/etc/ocs/default.yaml" }, {}, many), {
    message: /"agent-plugins" of the host "daq-2" has 101 lists.*expected at most 100/s,
  });
  const wrong = SITE.replace("../own.ts", "{a: 1}");
  await assert.rejects(find({ siteFile: "/etc/ocs/default.yaml" }, {}, wrong), {
    message: /"agent-plugins" of the host "daq-2" has a mapping.*expected paths or URLs of modules/s,
  });
});

Deno.test("OCS 7.1: withSiteVariables() fills in what was not given, and refuses what is no URL", () => {
  const variables = {
    SITE_HUB: "ws://env:1/ws",
    SITE_HTTP: "http://env:1/call",
    SITE_HOST: "h",
    INSTANCE_ID: "x",
  };
  const environment = memoryEnvironment({ variables });
  assert.deepEqual(withSiteVariables({ siteHub: "ws://line:1/ws", siteHttp: undefined }, environment), {
    siteHub: "ws://line:1/ws",
    siteHttp: "http://env:1/call",
    siteHost: "h",
  });
  assert.deepEqual(withSiteVariables({}, memoryEnvironment({ variables: { SITE_HUB: "" } })), {});
  for (const [variable, text] of [["SITE_HUB", "http://h:1/ws"], ["SITE_HTTP", "ws://h:1/call"]] as const) {
    assert.throws(() => withSiteVariables({}, memoryEnvironment({ variables: { [variable]: text } })), {
      name: "SiteError",
      message: new RegExp(`^Cannot use ${variable} of the environment, "${text}": expected a URL such as`),
    });
  }
});
