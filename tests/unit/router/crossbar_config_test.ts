import assert from "node:assert/strict";
import { readCrossbarConfig } from "../../../router/core/crossbar_config.ts";
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
  const { warnings } = readCrossbarConfig(JSON.stringify(config));
  assert.deepEqual(warnings, [
    'top level: unknown key "extra" is ignored',
    'workers[0].transports[0].paths.info: path of type "nodeinfo" is not served',
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
});

function withAuth(auth: unknown): string {
  const config = JSON.parse(rendered);
  config.workers[0].transports[0].paths.ws.auth = auth;
  return JSON.stringify(config);
}
