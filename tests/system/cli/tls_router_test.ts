import assert from "node:assert/strict";
import { Program } from "../../helpers/process.ts";
import { routerAt } from "../../helpers/router_fixture.ts";
import { writeSite } from "../../helpers/site_file.ts";
import { CA_FILE, tlsFiles } from "../../helpers/tls_files.ts";
import { freePort } from "../../helpers/free_port.ts";
import { ocs, startOcs } from "./ocs.ts";

const { certificateFile, keyFile } = tlsFiles("signed");
const TLS = ["--tls-cert", certificateFile, "--tls-key", keyFile];
const MOD = new URL("../../../mod.ts", import.meta.url).href;

/** Asks by the HTTP bridge, in a process that knows other authorities than this one. */
const BY_HTTP = `
import { OCSClient } from ${JSON.stringify(MOD)};
try {
  await using faker = await OCSClient.connect("faker1", { carrier: "http", siteFile: Deno.args[0] });
  console.log(faker.instanceId, "answers");
} catch (error) {
  console.log(error.message);
}
`;

async function secureSite(port: number) {
  const router = {
    ...routerAt(port),
    url: `wss://localhost:${port}/ws`,
    httpUrl: `https://localhost:${port}/call`,
  };
  return await writeSite(router, [{
    agentClass: "FakeDataAgent",
    instanceId: "faker1",
    arguments: ["--mode", "idle"],
  }]);
}

Deno.test("C31: ocs up --tls-cert runs a site over TLS; agents, verbs and scripts find its authority in DENO_CERT", async () => {
  const port = freePort();
  await using site = await secureSite(port);
  const env = { DENO_CERT: CA_FILE };
  await using up = startOcs(["up", "--site-file", site.file, ...TLS], { env });
  await up.untilLog("The agent is up", 30_000);
  const status = await ocs(["status", "faker1.acq", "--site-file", site.file, "--json"], { env });
  assert.equal(status.code, 0, status.stderr);
  const byHttp = (variables: Readonly<Record<string, string>>) =>
    Program.run({
      name: "a script over https",
      command: Deno.execPath(),
      args: ["run", "-A", "--quiet", "-", site.file],
      stdin: BY_HTTP,
      env: variables,
    });
  assert.equal((await byHttp(env)).stdout, "faker1 answers\n");

  const strange = await ocs(["status", "faker1.acq", "--site-file", site.file, "--timeout", "1"]);
  assert.equal(strange.code, 3);
  assert.match(
    strange.stderr,
    /localhost:\d+\/ws": its certificate .* is signed by "Observatory CA", which is not known/,
  );
  assert.match(
    (await byHttp({})).stdout,
    /HTTP bridge at https:\/\/localhost:\d+\/call: invalid peer certificate: UnknownIssuer; .*DENO_CERT/,
  );
  const plain = ["--site-hub", `ws://localhost:${port}/ws`, "--timeout", "1"];
  assert.match(
    (await ocs(["agents", "--site-file", site.file, ...plain])).stderr,
    /if it speaks TLS, a wss:\/\/ URL/,
  );
  const { code, stderr } = await up.stop();
  assert.equal(code, 0);
  assert(!/this router speaks/.test(stderr), stderr);
  assert.match(
    stderr,
    /Refused tcp4:127.0.0.1:\d+: it does not take the certificate of this router \(UnknownCA\)/,
  );
});

Deno.test("ocs router says what does not fit: half the files, a wrong one, URLs without TLS, no authentication", async () => {
  await using site = await secureSite(freePort());
  const run = (...args: string[]) => ocs(["router", "--site-file", site.file, "--port", "0", ...args]);
  const half = await run("--tls-key", keyFile);
  assert.match(half.stderr, /--tls-key is there without --tls-cert, expected both or none/);
  assert.equal(half.code, 2);
  const swapped = await run("--tls-cert", keyFile, "--tls-key", certificateFile);
  assert.match(swapped.stderr, /Cannot use certificate ".*key.pem": it holds "PRIVATE KEY"/);
  assert.equal(swapped.code, 2);

  const started = async (...args: string[]) => {
    await using router = startOcs(["router", "--site-file", site.file, "--port", "0", ...args]);
    await router.untilLog("Router ready");
    return (await router.stop()).stderr;
  };
  const plain = await started();
  assert.match(
    plain,
    /wamp_server is a wss:\/\/ URL: this router speaks no TLS; give it --tls-cert and --tls-key/,
  );
  assert.match(plain, /wamp_http is a https:\/\/ URL/);
  const hub = ["--site-hub", "ws://localhost:1/ws", "--site-http", "http://localhost:1/call"];
  const secure = await started(...hub, ...TLS, "--bind", "0.0.0.0");
  assert.match(
    secure,
    /wamp_server is a ws:\/\/ URL: this router speaks TLS, and agents and clients need wss:\/\//,
  );
  assert.match(
    secure,
    /on all addresses without authentication: .*\(TLS shows who the router is, not who comes to it\)/,
  );
  assert(!/without authentication/.test(plain));
});

Deno.test("ocs router --crossbar-config serves the endpoint's tls, with paths beside the file", async () => {
  const folder = await Deno.makeTempDir({ prefix: "tls_config_" });
  await using _folder = { [Symbol.asyncDispose]: () => Deno.remove(folder, { recursive: true }) };
  const rendered = new URL("../../data/router/crossbar_config.json", import.meta.url);
  const config = JSON.parse(await Deno.readTextFile(rendered));
  const port = freePort();
  config.workers[0].transports[0].endpoint = {
    type: "tcp",
    port,
    interface: "127.0.0.1",
    tls: { certificate: "cert.pem", key: "key.pem" },
  };
  await Deno.writeTextFile(`${folder}/config.json`, JSON.stringify(config));
  const args = ["router", "--crossbar-config", `${folder}/config.json`];
  const missing = await ocs(args);
  assert.match(missing.stderr, /Cannot use certificate ".*tls_config_.*\/cert.pem": there is no such file/);
  await Deno.copyFile(certificateFile, `${folder}/cert.pem`);
  await Deno.copyFile(keyFile, `${folder}/key.pem`);
  await using site = await secureSite(port);
  await using router = startOcs([...args, "--site-file", site.file]);
  await router.untilLog(`Router ready: wss://127.0.0.1:${port}/ws`);
  const seen = await ocs(["agents", "--site-file", site.file], { env: { DENO_CERT: CA_FILE } });
  // The one agent of the site does not run, which is known only by way of the router.
  assert.match(seen.stdout, /^faker1 .* silent /m, seen.stderr);
  const { stderr } = await router.stop();
  assert(!/The site's scheme/.test(stderr), stderr);
});
