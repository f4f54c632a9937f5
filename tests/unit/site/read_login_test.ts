import assert from "node:assert/strict";
import { checkSite } from "../../../site/check_site.ts";
import { readSite } from "../../../site/read_site.ts";
import { resolveSite } from "../../../site/resolve_site.ts";
import { memoryEnvironment } from "./memory_environment.ts";

const site = (hub: readonly string[], host: readonly string[] = []) =>
  [
    "hub:",
    "  wamp_server: ws://10.0.0.3:8001/ws",
    "  wamp_http: http://10.0.0.3:8001/call",
    "  wamp_realm: test_realm",
    "  address_root: observatory",
    ...hub.map((line) => `  ${line}`),
    "hosts:",
    "  localhost:",
    ...host.map((line) => `    ${line}`),
    "    agent-instances: []",
  ].join("\n");

Deno.test("readSite() reads how programs log in, with paths beside the file, the host's before the hub's", async () => {
  const text = site(["wamp_key_file: hub.key"], ["wamp_authid: daq-1", "wamp_secret_file: /etc/ocs/secret"]);
  assert.deepEqual(await checkSite(text, "/srv/ocs/default.yaml"), []);
  const { site: read } = await readSite(text, "/srv/ocs/default.yaml");
  assert.deepEqual(read?.hub.login, { method: "cryptosign", authId: undefined, file: "/srv/ocs/hub.key" });
  const login = { method: "wampcra", authId: "daq-1", file: "/etc/ocs/secret" };
  assert.deepEqual(read?.hosts.get("localhost")?.login, login);
  const environment = memoryEnvironment({ files: { "/srv/ocs/default.yaml": text } });
  const found = await resolveSite({ siteFile: "/srv/ocs/default.yaml" }, { environment });
  assert.deepEqual(found.login, login);
});

Deno.test("readSite() refuses logins that are none, each at its line", async () => {
  const cases: readonly (readonly [readonly string[], number, RegExp])[] = [
    [["wamp_authid: daq"], 6, /"wamp_authid" of the hub is there without a file that proves it/],
    [["wamp_key_file: a", "wamp_ticket_file: b"], 7, /both "wamp_key_file" and "wamp_ticket_file"/],
    [["wamp_secret_file: a"], 6, /"wamp_secret_file" without "wamp_authid"/],
    [["wamp_ticket_file: a"], 6, /"wamp_ticket_file" without "wamp_authid"/],
    [["wamp_key_file: 5"], 6, /"wamp_key_file" of the hub is 5/],
    [["wamp_authid: [a]", "wamp_key_file: a"], 6, /"wamp_authid" of the hub is a list/],
  ];
  for (const [lines, line, what] of cases) {
    const { problems } = await readSite(site(lines), "/srv/ocs/default.yaml");
    assert.equal(problems.length, 1, JSON.stringify(problems));
    assert.equal(problems[0]?.line, line);
    assert.equal(problems[0]?.severity, "error");
    assert.match(problems[0]?.what ?? "", what);
  }
});
