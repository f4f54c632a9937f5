import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { cryptosignKey, cryptosignPublicKey } from "../../../wamp/cryptosign.ts";
import { freePort } from "../../helpers/free_port.ts";
import { Program } from "../../helpers/process.ts";
import { routerAt } from "../../helpers/router_fixture.ts";
import { ocs, startOcs } from "./ocs.ts";

const RENDERED = new URL("../../data/router/crossbar_config.json", import.meta.url);
const MOD = new URL("../../../mod.ts", import.meta.url).href;
const SEED = new Uint8Array(32).fill(7);

/** A script, with a connection that it shares. */
const SCRIPT = `
import { runScript } from ${JSON.stringify(MOD)};
await runScript(async (script) => {
  const faker = await script.connect("faker1");
  console.log(faker.instanceId, "answers a script");
});
`;

Deno.test("agents, verbs and scripts log in as the site file says: by key, secret or ticket", async () => {
  const folder = await Deno.makeTempDir({ prefix: "login_" });
  await using _folder = { [Symbol.asyncDispose]: () => Deno.remove(folder, { recursive: true }) };
  const port = freePort();
  const role = "iocs_agent";
  const key = { role, authorized_keys: [cryptosignPublicKey(cryptosignKey(SEED))] };
  const config = JSON.parse(await Deno.readTextFile(RENDERED));
  const [transport] = config.workers[0].transports;
  transport.endpoint = { type: "tcp", port, interface: "127.0.0.1" };
  transport.paths.ws.auth = {
    cryptosign: { type: "static", principals: { daq: key } },
    wampcra: { type: "static", users: { operator: { secret: "hush-secret", role } } },
    ticket: { type: "static", principals: { visitor: { ticket: "hush-ticket", role } } },
  };
  await Deno.writeTextFile(`${folder}/config.json`, JSON.stringify(config));
  await Deno.writeTextFile(`${folder}/daq.key`, Buffer.from(SEED).toString("hex"));
  await Deno.writeTextFile(`${folder}/secret`, "hush-secret\n");
  await Deno.writeTextFile(`${folder}/ticket`, "hush-ticket\n");
  await Deno.writeTextFile(`${folder}/script.ts`, SCRIPT);
  const { url, httpUrl, realm, addressRoot } = routerAt(port);
  const agent = { "agent-class": "FakeDataAgent", "instance-id": "faker1", arguments: ["--mode", "idle"] };
  const site = async (name: string, login: Readonly<Record<string, string>>) => {
    const file = `${folder}/${name}.yaml`;
    await Deno.writeTextFile(
      file,
      JSON.stringify({
        hub: { wamp_server: url, wamp_http: httpUrl, wamp_realm: realm, address_root: addressRoot },
        hosts: { localhost: { ...login, "agent-instances": [agent] } },
      }),
    );
    return ["--site-file", file];
  };
  const byKey = await site("key", { wamp_key_file: "daq.key" });
  const bySecret = await site("secret", { wamp_authid: "operator", wamp_secret_file: "secret" });
  const byTicket = await site("ticket", { wamp_authid: "visitor", wamp_ticket_file: `${folder}/ticket` });
  const anonymous = await site("anonymous", {});
  const wrong = await site("wrong", { wamp_authid: "operator", wamp_ticket_file: "secret" });
  const missing = await site("missing", { wamp_key_file: "away.key" });

  await using router = startOcs(["router", "--crossbar-config", `${folder}/config.json`]);
  await router.untilLog("Router ready");
  for (const how of [[], ["--together"]]) {
    await using up = startOcs(["up", "--no-router", ...how, ...byKey]);
    await up.untilLog("The agent is up", 30_000);
    if (how.length > 0) continue;
    for (const login of [byKey, bySecret, byTicket]) {
      const status = await ocs(["status", "faker1.acq", ...login]);
      assert.equal(status.code, 0, status.stderr);
    }
    const script = await ocs(["run", ...bySecret, `${folder}/script.ts`]);
    assert.match(script.stdout, /faker1 answers a script/, script.stderr);
    const client = await Program.run({
      name: "a client",
      command: Deno.execPath(),
      args: ["run", "-A", "--quiet", "-", byTicket[1] ?? ""],
      stdin: `import { OCSClient } from ${JSON.stringify(MOD)};
await using faker = await OCSClient.connect("faker1", { siteFile: Deno.args[0] });
console.log(faker.instanceId);`,
    });
    assert.equal(client.stdout, "faker1\n");
  }
  for (
    const [login, reason] of [
      [anonymous, /no_auth_method/],
      [wrong, /authentication_failed \(authentication failed\)/],
      [missing, /Cannot log in by cryptosign: Cannot use key file ".*away.key": there is no such file/],
    ] as const
  ) {
    const status = await ocs(["status", "faker1.acq", ...login, "--timeout", "1"]);
    assert.notEqual(status.code, 0);
    assert.match(status.stderr, reason);
    assert(!status.stderr.includes("hush"));
  }
  const shown = await ocs(["config", "show", ...bySecret]);
  assert.match(shown.stdout, /^login +wampcra as "operator", with .*\/secret +\(host localhost\)$/m);
  const { stderr } = await router.stop();
  assert.match(stderr, /Authentication failed: tcp4:127.0.0.1:\d+, authid "operator"/);
  assert(!stderr.includes("hush"));
});

Deno.test("ocs router warns of a site whose programs log in where it has no logins", async () => {
  const folder = await Deno.makeTempDir({ prefix: "login_" });
  await using _folder = { [Symbol.asyncDispose]: () => Deno.remove(folder, { recursive: true }) };
  const file = `${folder}/default.yaml`;
  const hub = { wamp_server: "ws://localhost:1/ws", wamp_realm: "test_realm", address_root: "observatory" };
  await Deno.writeTextFile(file, JSON.stringify({ hub: { ...hub, wamp_key_file: "daq.key" }, hosts: {} }));
  await using router = startOcs(["router", "--site-file", file, "--port", "0"]);
  await router.untilLog("Router ready");
  assert.match((await router.stop()).stderr, /programs log in by cryptosign, but this router has no logins/);
});
