/** TLS and cryptosign between both routers and both kinds of clients. @module */
import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { type Authentication, connectWamp, JoinError } from "../../client/mod.ts";
import { cryptosignKey, cryptosignPublicKey } from "../../wamp/cryptosign.ts";
import { Crossbar, type CrossbarOptions, crossbarTemplate } from "../helpers/crossbar.ts";
import { freePort } from "../helpers/free_port.ts";
import { testsWith } from "../helpers/interop_test.ts";
import { startPythonAgent } from "../helpers/python_agent.ts";
import { pythonJson } from "../helpers/python_client.ts";
import { type PythonPeers, pythonPeers } from "../helpers/python_peers.ts";
import { REALM, routerAt } from "../helpers/router_fixture.ts";
import { writeSite } from "../helpers/site_file.ts";
import { CA_CERT, CA_FILE, tlsFiles } from "../helpers/tls_files.ts";
import { startOcs } from "../system/cli/ocs.ts";

const test = await testsWith("Python peers", pythonPeers);
const SCRIPT = await Deno.readTextFile(new URL("../tools/secure_autobahn.py", import.meta.url));

const seed = (fill: number) => Buffer.alloc(32, fill).toString("hex");
const publicKey = (fill: number) => cryptosignPublicKey(cryptosignKey(new Uint8Array(32).fill(fill)));

/** Who tries to join, with which key; null: nobody, without one. */
const ATTEMPTS: readonly (readonly [authId: string | null, key: string | null])[] = [
  ["daq", seed(1)],
  ["daq", seed(2)],
  ["telescope", seed(3)],
  [null, seed(3)],
  ["daq", seed(3)],
  ["daq", seed(9)],
  ["nobody", seed(1)],
  [null, seed(9)],
  [null, null],
];

const EXPECTED = [
  ["joined", "daq", "iocs_agent", "cryptosign"],
  ["joined", "daq", "iocs_agent", "cryptosign"],
  ["joined", "telescope", "iocs_controller", "cryptosign"],
  ["joined", "telescope", "iocs_controller", "cryptosign"],
  ...Array.from({ length: 5 }, () => ["refused"]),
];

/** A certificate, and keys in place of anonymous sessions. */
function secureOptions(): Pick<CrossbarOptions, "auth" | "tls"> {
  const principals = {
    daq: { realm: REALM, role: "iocs_agent", authorized_keys: [publicKey(1), publicKey(2)] },
    telescope: { realm: REALM, role: "iocs_controller", authorized_keys: [publicKey(3)] },
  };
  const { certificateFile, keyFile } = tlsFiles("signed");
  return {
    auth: { cryptosign: { type: "static", principals } },
    tls: { certificate: certificateFile, key: keyFile },
  };
}

/** What both kinds of clients see of a router. */
async function outcomes(peers: PythonPeers, port: number): Promise<{ python: unknown; ours: unknown }> {
  const url = `wss://localhost:${port}/ws`;
  const python = await pythonJson({
    peers,
    name: "autobahn over TLS",
    script: SCRIPT,
    args: [url, REALM, JSON.stringify(ATTEMPTS)],
    env: { SSL_CERT_FILE: CA_FILE },
  });
  const ours: unknown[] = [];
  for (const [authId, key] of ATTEMPTS) {
    const authentication: Authentication | undefined = key === null
      ? undefined
      : { method: "cryptosign", privateKey: key, ...(authId === null ? {} : { authId }) };
    try {
      await using session = await connectWamp({
        url,
        realm: REALM,
        caCerts: [CA_CERT],
        authentication,
        reconnect: false,
      });
      const { authid, authrole, authmethod } = session.welcome ?? {};
      ours.push(["joined", authid, authrole, authmethod]);
    } catch (error) {
      assert(error instanceof JoinError, String(error));
      ours.push(["refused", error.reason]);
    }
  }
  return { python, ours };
}

const withoutReasons = (seen: unknown) =>
  (seen as string[][]).map((one) => one[0] === "refused" ? ["refused"] : one);

test("C6, C31: autobahn and our client join by cryptosign over TLS: crossbar, and our router from crossbar's file", async (peers) => {
  const ports = [freePort(), freePort()] as const;
  const folder = await Deno.makeTempDir({ prefix: "secure_" });
  await using _folder = { [Symbol.asyncDispose]: () => Deno.remove(folder, { recursive: true }) };
  const config = JSON.stringify(crossbarTemplate(ports[1], secureOptions()));
  await Deno.writeTextFile(`${folder}/config.json`, config);
  await using crossbar = await Crossbar.start(peers, { port: ports[0], ...secureOptions(), caCert: CA_CERT });
  await using router = startOcs(["router", "--crossbar-config", `${folder}/config.json`]);
  await router.untilLog("Router ready: wss://");
  assert(!/without authentication|warning: .*cryptosign/.test(router.tail()), router.tail());

  const [theirs, own] = [await outcomes(peers, ports[0]), await outcomes(peers, ports[1])];
  for (const seen of [theirs, own]) {
    assert.deepEqual(withoutReasons(seen.python), EXPECTED, crossbar.tail());
    assert.deepEqual(withoutReasons(seen.ours), EXPECTED);
  }
  // Ours says the same of all but the one who came without a key.
  const [failed, none] = [
    ["refused", "wamp.error.authentication_failed"],
    ["refused", "wamp.error.no_auth_method"],
  ];
  assert.deepEqual((own.python as unknown[]).slice(4), [failed, failed, failed, failed, none]);
});

test("C31: Python's agents and clients work over our router's TLS, and refuse an authority that they do not know", async (peers) => {
  const port = freePort();
  const router = {
    ...routerAt(port),
    url: `wss://localhost:${port}/ws`,
    httpUrl: `https://localhost:${port}/call`,
  };
  await using site = await writeSite(router, [
    { agentClass: "FakeDataAgent", instanceId: "faker1", arguments: ["--mode", "idle"] },
  ]);
  const { certificateFile, keyFile } = tlsFiles("signed");
  const tls = ["--tls-cert", certificateFile, "--tls-key", keyFile];
  await using program = startOcs(["router", "--site-file", site.file, ...tls]);
  await program.untilLog("Router ready: wss://");
  const env = { SSL_CERT_FILE: CA_FILE, REQUESTS_CA_BUNDLE: CA_FILE };
  await using agent = await startPythonAgent({ peers, site, instanceId: "faker1", env, noWait: true });
  await agent.untilLog("session joined", 30_000);
  const seen = await pythonJson({
    peers,
    name: "OCSClient over TLS",
    env,
    args: [site.file],
    script: [
      "import json, sys, os",
      "from ocs.ocs_client import OCSClient",
      "c = OCSClient('faker1', args=['--site-file', sys.argv[1], '--site-host', 'localhost'])",
      "r = c.delay_task(delay=0)",
      "del os.environ['REQUESTS_CA_BUNDLE']",
      "try:",
      "    OCSClient('faker1', args=['--site-file', sys.argv[1], '--site-host', 'localhost'])",
      "    refused = 'nothing'",
      "except Exception as error: refused = str(error)",
      "print(json.dumps([r.status, r.session['success'], 'connection' in refused]))",
    ].join("\n"),
  });
  assert.deepEqual(seen, [0, true, true]);
});
