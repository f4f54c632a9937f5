import assert from "node:assert/strict";
import { readCrossbarConfig } from "../../../router/core/crossbar_config.ts";
import { crossbarRouterOptions } from "../../../router/crossbar_router_options.ts";
import { ocsRealm } from "../../../router/core/ocs_realm.ts";
import { makeCore } from "./harness.ts";

/** What `ocsbow` of ocs 0.12 renders from its template, for realm `test_realm` and root `observatory`. */
const rendered = await Deno.readTextFile(new URL("../../data/router/crossbar_config.json", import.meta.url));

Deno.test("R85: OCS's crossbar configuration loads unchanged and without a warning", () => {
  const { realms, transports, warnings } = readCrossbarConfig(rendered);
  assert.deepEqual(realms, [ocsRealm({ realm: "test_realm", addressRoot: "observatory" })]);
  assert.deepEqual(transports, [{
    hostname: "0.0.0.0",
    port: 8001,
    webSocketPaths: ["/ws"],
    authentication: { "/ws": { anonymous: { role: "iocs_agent" } } },
    webSocketOptions: { "/ws": { openHandshakeMs: 2500, pingIntervalMs: 10_000, pingTimeoutMs: 5000 } },
    bridges: { "/call": { kind: "caller", realm: "test_realm", role: "iocs_controller" } },
  }]);
  assert.deepEqual(warnings, []);
});

Deno.test("R85: a router with that configuration lets agents register below the root and not outside", () => {
  const { realms, transports } = readCrossbarConfig(rendered);
  const { agent } = makeCore({ realms, authentication: transports[0]?.authentication ?? {} });
  const a = agent();
  a.register("observatory.p");
  a.send({ type: 64, request: 9, options: {}, procedure: "elsewhere.p" });
  assert.equal(a.takeError(64, 9), "wamp.error.not_authorized");
});

Deno.test("readCrossbarConfig() reads tickets, also from the environment, and salted users", () => {
  const [transport] = readCrossbarConfig(
    withAuth({
      ticket: {
        type: "static",
        principals: { a: { ticket: "x", role: "r" }, b: { ticket: "$SECRET", role: "r" } },
      },
      wampcra: {
        type: "static",
        users: { c: { secret: "s", role: "r", salt: "salt", iterations: 10, keylen: 16 } },
      },
    }),
    (name) => name === "SECRET" ? "y" : undefined,
  ).transports;
  assert.deepEqual(transport?.authentication["/ws"], {
    ticket: { principals: { a: { ticket: "x", role: "r" }, b: { ticket: "y", role: "r" } } },
    wampcra: { users: { c: { secret: "s", role: "r", salt: "salt", iterations: 10, keylen: 16 } } },
  });
});

Deno.test("readCrossbarConfig() warns of what it does not know and goes on", () => {
  const config = JSON.parse(rendered);
  config.extra = 1;
  config.workers[0].transports.push({ type: "rawsocket" });
  config.workers[0].transports[0].paths.info = { type: "nodeinfo" };
  config.workers[0].transports[0].paths.web = { type: "static" };
  const { warnings } = readCrossbarConfig(JSON.stringify(config));
  assert.deepEqual(warnings, [
    'top level: unknown key "extra" is ignored',
    'workers[0].transports[0].paths.web: path of type "static" is not served',
    'workers[0].transports[1]: transport of type "rawsocket" is not served, only web',
  ]);
});

Deno.test("readCrossbarConfig() names every place that is wrong, not only the first", () => {
  const config = JSON.parse(rendered);
  config.workers[0].realms[0].roles[0].permissions[0].match = "starts";
  config.workers[0].realms[0].roles[1].permissions[0].allow.call = "yes";
  config.workers[0].transports[0].endpoint.port = "8001";
  assert.throws(() => readCrossbarConfig(JSON.stringify(config)), (error: Error) => {
    assert(error instanceof SyntaxError);
    assert.match(
      error.message,
      /roles\[0\]\.permissions\[0\]: match is "starts", expected exact, prefix or wildcard/,
    );
    assert.match(error.message, /roles\[1\]\.permissions\[0\]\.allow: call is of the wrong type/);
    assert.match(error.message, /transports\[0\]\.endpoint: port is wrong/);
    return true;
  });
});

Deno.test("readCrossbarConfig() refuses what is no configuration and methods that are not served", () => {
  for (const text of ["", "[]", "{}", '{"workers": []}', '{"workers": [5]}', '{"workers": {}}', "null"]) {
    assert.throws(() => readCrossbarConfig(text), SyntaxError);
  }
  assert.throws(
    () => readCrossbarConfig("{\n  // crossbar\n}"),
    /it is no JSON, see line 2 column 3/,
  );
  assert.throws(
    () => readCrossbarConfig(withAuth({ ticket: { type: "dynamic", authenticator: "x" } })),
    /only static/,
  );
  assert.throws(
    () =>
      readCrossbarConfig(
        withAuth({ ticket: { type: "static", principals: { a: { ticket: "$NO", role: "r" } } } }),
      ),
    /a variable that is not set/,
  );
  assert.throws(
    () =>
      readCrossbarConfig(withAuth({ wampcra: { type: "static", users: { a: { secret: "", role: "r" } } } })),
    /users\.a: secret is empty, expected a string/,
  );
});

Deno.test("readCrossbarConfig() reads the options of paths, TLS and keys, and refuses half a signature", () => {
  const config = JSON.parse(rendered);
  const [transport] = config.workers[0].transports;
  transport.paths.ws.serializers = ["cbor", "flatbuffers"];
  transport.paths.ws.options = {
    auto_ping_interval: 0,
    auto_ping_timeout: 0,
    max_message_size: 5000,
    max_frame_size: 4000,
    allowed_origins: ["https://*.example"],
    allow_null_origin: false,
    require_websocket_subprotocol: false,
    compression: {},
  };
  transport.paths.call.options = {
    key: "k",
    secret: "s",
    timestamp_delta_limit: 0,
    require_ip: ["10.0.0.0/8"],
    require_tls: true,
    post_body_limit: 9,
  };
  const { transports, warnings } = readCrossbarConfig(JSON.stringify(config));
  assert.deepEqual(warnings, []);
  assert.deepEqual(transports[0]?.webSocketOptions["/ws"], {
    pingIntervalMs: 0,
    pingTimeoutMs: 0,
    maxMessageBytes: 4000,
    allowedOrigins: ["https://*.example"],
    allowNullOrigin: false,
    requireSubprotocol: false,
    subprotocols: ["wamp.2.cbor.batched", "wamp.2.cbor"],
  });
  assert.deepEqual(transports[0]?.bridges["/call"], {
    kind: "caller",
    realm: "test_realm",
    role: "iocs_controller",
    signature: { key: "k", secret: "s", timestampDeltaSeconds: 0 },
    requireIp: ["10.0.0.0/8"],
    requireTls: true,
    postBodyLimit: 9,
  });

  transport.endpoint.tls = {
    key: "k.pem",
    certificate: "c.pem",
    chain_certificates: ["i.pem"],
    ciphers: "x",
  };
  const principals = { daq: { role: "iocs_agent", realm: "test_realm", authorized_keys: ["ab".repeat(32)] } };
  transport.paths.ws.auth.cryptosign = { type: "static", principals };
  const secure = readCrossbarConfig(JSON.stringify(config));
  assert.deepEqual(secure.transports[0]?.tls, {
    certificateFile: "c.pem",
    keyFile: "k.pem",
    chainFiles: ["i.pem"],
  });
  assert.deepEqual(secure.transports[0]?.authentication["/ws"]?.cryptosign, {
    principals: { daq: { role: "iocs_agent", realm: "test_realm", authorizedKeys: ["ab".repeat(32)] } },
  });
  assert.match(secure.warnings.join(), /endpoint.tls: ciphers has no effect/);

  transport.endpoint.tls = { key: "k.pem", ca_certificates: ["ca.pem"] };
  principals.daq.authorized_keys = ["ab"];
  Object.assign(principals, { empty: { role: "iocs_agent" } });
  transport.paths.ws.serializers = ["ubjson"];
  transport.paths.ws.options = { auto_ping_size: 3, max_message_size: -1, allowed_origins: "*" };
  delete transport.paths.call.options.secret;
  assert.throws(() => readCrossbarConfig(JSON.stringify(config)), (error: Error) => {
    for (
      const part of [
        "endpoint.tls: certificate is missing, expected a string",
        "endpoint.tls: ca_certificates is there, but certificates of clients are not asked for here",
        "cryptosign.principals.daq: authorized_keys has something that is no public key",
        "cryptosign.principals.empty: authorized_keys is missing",
        "paths.ws: serializers has none of json, msgpack and cbor",
        "paths.ws.options: auto_ping_size is 3, expected 4 to 125",
        "paths.ws.options: max_message_size is wrong",
        "paths.ws.options: allowed_origins is of the wrong type",
        "paths.call.options: only one of key and secret is there",
      ]
    ) assert(error.message.includes(part), `${part}: ${error.message}`);
    return true;
  });
});

Deno.test("crossbarRouterOptions() takes everything over and refuses what one router cannot serve", () => {
  const options = crossbarRouterOptions(readCrossbarConfig(rendered));
  assert.equal(options.port, 8001);
  assert.deepEqual(options.limits, { pingIntervalMs: 10_000, pingTimeoutMs: 5000 });
  assert.deepEqual(options.coreLimits, { helloMs: 10_000 });
  const wrong: readonly (readonly [(worker: CrossbarWorker) => void, RegExp])[] = [
    [(worker) => worker.realms = [], /it has no realm, expected one/],
    [(worker) => worker.transports = [], /it has no web transports, expected one/],
    [(worker) => worker.transports.push(worker.transports[0]!), /it has 2 web transports, expected one/],
    [(worker) => delete worker.transports[0]!.paths.ws, /it has no WebSocket paths, expected one/],
    [
      (worker) => worker.transports[0]!.paths.ws2 = { type: "websocket" },
      /it has 2 WebSocket paths, expected one/,
    ],
    [
      (worker) => worker.transports[0]!.paths.call!.realm = "x",
      /path "\/call" names realm "x", which is not there/,
    ],
    [
      (worker) => worker.transports[0]!.paths.call!.role = "x",
      /path "\/call" names role "x", expected one of realm "test_realm": iocs_agent, iocs_controller/,
    ],
  ];
  for (const [change, message] of wrong) {
    const config = JSON.parse(rendered);
    change(config.workers[0]);
    assert.throws(() => crossbarRouterOptions(readCrossbarConfig(JSON.stringify(config))), message);
  }
});

/** What the tests above change of a worker. */
interface CrossbarWorker {
  realms: unknown[];
  transports: { paths: Record<string, Record<string, unknown>> }[];
}

function withAuth(auth: unknown): string {
  const config = JSON.parse(rendered);
  config.workers[0].transports[0].paths.ws.auth = auth;
  return JSON.stringify(config);
}
