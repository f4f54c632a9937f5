import assert from "node:assert/strict";
import { crossbarConfig } from "../../../cli/deploy/crossbar_config.ts";
import { planCrossbar } from "../../../cli/deploy/run_crossbar_config.ts";
import { readCrossbarConfig } from "../../../router/core/crossbar_config.ts";
import { SiteError, type SiteOptions } from "../../../site/mod.ts";
import { memoryEnvironment, SITE_TEXT } from "../site/memory_environment.ts";

/** What `ocs-local-support` of ocs 0.12 makes of its template, for realm `test_realm`, root `observatory`, port 8001. */
const template = await Deno.readTextFile(new URL("../../data/router/crossbar_config.json", import.meta.url));

const SITE = {
  realm: "test_realm",
  addressRoot: "observatory",
  port: 8001,
  webSocketPath: "/ws",
  callPath: "/call",
};

async function plan(options: SiteOptions, port?: number, text = SITE_TEXT, hostname = "elsewhere") {
  return await planCrossbar(options, port, memoryEnvironment({ files: { "/site.yaml": text }, hostname }));
}

Deno.test("crossbarConfig() differs from OCS's template in the ping size that crossbar refuses, and in nothing else", () => {
  const expected: unknown = JSON.parse(template.replace('"auto_ping_size": 4', '"auto_ping_size": 12'));
  assert.deepEqual(JSON.parse(crossbarConfig(SITE)), expected);
});

Deno.test("crossbarConfig() writes what readCrossbarConfig() reads, with the site's names and paths", () => {
  const text = crossbarConfig({
    ...SITE,
    realm: 'a "b"',
    addressRoot: "site.two",
    port: 9001,
    webSocketPath: "/wamp",
    callPath: "/rpc",
  });
  const { realms, transports, warnings } = readCrossbarConfig(text);
  assert.deepEqual(warnings, []);
  assert.equal(realms[0]?.name, 'a "b"');
  assert.deepEqual(realms[0]?.roles.map(({ permissions }) => permissions[0]?.uri), [
    "site.two.",
    "site.two.",
  ]);
  assert.equal(transports[0]?.port, 9001);
  assert.deepEqual(Object.keys(transports[0]?.bridges ?? {}), ["/rpc"]);
  assert.deepEqual(transports[0]?.webSocketPaths, ["/wamp"]);
});

Deno.test("crossbarConfig() refuses paths that crossbar cannot serve", () => {
  for (const path of ["/", "/a/b", "/a.b", "ws", "/a%20b"]) {
    assert.throws(
      () => crossbarConfig({ ...SITE, webSocketPath: path }),
      (error: Error) => error instanceof SiteError && error.message.includes(`wamp_server is "${path}"`),
      path,
    );
  }
  assert.throws(
    () => crossbarConfig({ ...SITE, callPath: "/ws" }),
    /both have the path "\/ws", expected two/,
  );
});

Deno.test("planCrossbar() takes realm, root, port and paths from the site file, and --port over it", async () => {
  const found = await plan({ siteFile: "/site.yaml" });
  assert.deepEqual(
    [found.realm, found.addressRoot, found.port, found.webSocketPath, found.callPath],
    ["test_realm", "observatory", 8001, "/ws", "/call"],
  );
  assert.equal((await plan({ siteFile: "/site.yaml" }, 9009)).port, 9009);
  const options = { site: "none", siteHub: "ws://h:7000/w", siteRealm: "r", addressRoot: "o" };
  const bare = await plan(options);
  assert.deepEqual([bare.port, bare.webSocketPath, bare.callPath], [7000, "/w", "/call"]);
});

Deno.test("planCrossbar() makes nothing from defaults, and asks for the port behind a TLS proxy", async () => {
  await assert.rejects(plan({}), /OCS_CONFIG_DIR is not set/);
  await assert.rejects(plan({ site: "none", siteHub: "ws://h:7000/ws" }), /Cannot go on without realm/);
  const tls = SITE_TEXT.replace("ws://10.0.0.3:8001/ws", "wss://obs.example/ws");
  await assert.rejects(plan({ siteFile: "/site.yaml" }, undefined, tls), /expected --port N/);
  assert.equal((await plan({ siteFile: "/site.yaml" }, 8001, tls)).port, 8001);
  const wrong = SITE_TEXT.replace("ws://10.0.0.3:8001/ws", "crossbar");
  await assert.rejects(plan({ siteFile: "/site.yaml" }, undefined, wrong), SiteError);
});
