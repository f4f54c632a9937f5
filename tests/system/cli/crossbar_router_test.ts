import assert from "node:assert/strict";
import { connectWamp } from "../../../client/mod.ts";
import { planCrossbarRouter } from "../../../cli/deploy/plan_crossbar_router.ts";
import { memoryEnvironment } from "../../unit/site/memory_environment.ts";
import { freePort } from "../../helpers/free_port.ts";
import { answersInfo, routerAt } from "../../helpers/router_fixture.ts";
import { writeSite } from "../../helpers/site_file.ts";
import { ocs, startOcs } from "./ocs.ts";

/** What Python's `ocs-local-support` writes, for realm `test_realm`, root `observatory`, port 8001. */
const RENDERED = new URL("../../data/router/crossbar_config.json", import.meta.url).pathname;

Deno.test("R85: ocs router --crossbar-config runs OCS's config.json unchanged, --port and --bind over it", async () => {
  const port = freePort();
  const args = ["router", "--crossbar-config", RENDERED, "--port", String(port), "--bind", "127.0.0.1"];
  await using program = startOcs(args);
  await program.untilLog(`Router ready: ws://127.0.0.1:${port}/ws`);
  assert.match(program.stdout, /realm "test_realm", address root "observatory"\n/);
  assert(await answersInfo(port));
  await using client = await connectWamp({
    url: `ws://127.0.0.1:${port}/ws`,
    realm: "test_realm",
    timeoutMs: 5_000,
  });
  // The role's rights, and no others.
  await assert.rejects(
    client.call("observatory.nobody", [], { timeoutMs: 5_000 }),
    /no_such_procedure|no callee/,
  );
  await assert.rejects(
    client.call("elsewhere.nobody", [], { timeoutMs: 5_000 }),
    /not_authorized|not authorized/,
  );
  const reply = await fetch(`http://127.0.0.1:${port}/call`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ procedure: "elsewhere.nobody", args: [] }),
  });
  assert.match(await reply.text(), /not_authorized/);
  assert.equal((await program.stop()).code, 0);
});

Deno.test("ocs router --crossbar-config says what it does not serve, and what the site file wants otherwise", async () => {
  const folder = await Deno.makeTempDir({ prefix: "crossbar_router_" });
  await using _folder = { [Symbol.asyncDispose]: () => Deno.remove(folder, { recursive: true }) };
  const config = JSON.parse(await Deno.readTextFile(RENDERED));
  const [worker] = config.workers;
  worker.realms[0].name = "other_realm";
  worker.transports[0].paths = {
    ...worker.transports[0].paths,
    call: { ...worker.transports[0].paths.call, realm: "other_realm" },
    web: { type: "static", directory: ".." },
  };
  const file = `${folder}/config.json`;
  await Deno.writeTextFile(file, JSON.stringify(config));
  await using site = await writeSite(routerAt(freePort()), []);
  await using program = startOcs([
    ...["router", "--crossbar-config", file, "--site-file", site.file, "--port", "0", "--json"],
    ...["--bind", "127.0.0.1"],
  ]);
  await program.untilLog('"event":"ready"');
  assert.equal(JSON.parse(program.stdout).realm, "other_realm");
  await program.untilLog('paths.web: path of type "static" is not served');
  await program.untilLog(`The site's realm is "test_realm", but the router's is "other_realm"`);
  assert.equal((await program.stop()).code, 0);
});

Deno.test("ocs router --crossbar-config warns of a router that lets anyone in from anywhere, and of no other", async () => {
  const file = "/config.json";
  const text = await Deno.readTextFile(RENDERED);
  const warnings = async (ws: object, call: object, bind: string) => {
    const config = JSON.parse(text);
    const [{ paths }] = config.workers[0].transports;
    Object.assign(paths.ws, ws);
    Object.assign(paths.call, call);
    const plan = await planCrossbarRouter(
      file,
      { bind, port: 8001, site: {} },
      memoryEnvironment({
        files: {
          [file]: JSON.stringify(config),
        },
      }),
    );
    return plan.warnings.filter((warning) => /without authentication|need a login/.test(warning));
  };
  const ticket = { type: "static", principals: { joe: { ticket: "hunter2", role: "iocs_agent" } } };
  const locked = [{ auth: { ticket } }, { options: { key: "k", secret: "hunter2" } }] as const;
  assert.equal((await warnings({}, {}, "0.0.0.0")).length, 1);
  assert.equal((await warnings({}, locked[1], "0.0.0.0")).length, 1);
  const [bridge, ...more] = await warnings(locked[0], {}, "0.0.0.0");
  assert.match(
    bridge ?? "",
    /^Sessions need a login, but not the HTTP bridge "\/call": whoever reaches port 8001 can /,
  );
  assert.equal(more.length, 0);
  assert.deepEqual(await warnings({}, {}, "127.0.0.1"), []);
  assert.deepEqual(await warnings(...locked, "0.0.0.0"), []);
});

Deno.test("ocs router --crossbar-config names what is wrong with the file, and its place", async () => {
  const folder = await Deno.makeTempDir({ prefix: "crossbar_router_" });
  await using _folder = { [Symbol.asyncDispose]: () => Deno.remove(folder, { recursive: true }) };
  const file = `${folder}/config.json`;
  const cases: readonly (readonly [string | undefined, RegExp])[] = [
    [undefined, /Cannot read crossbar configuration ".*config\.json": there is no such file/],
    ["version: 2\n", /Cannot run a router from ".*config\.json": .*it is no JSON\n/],
    ["{\n  // crossbar\n}", /it is no JSON, see line 2 column 3/],
    [
      '{"version": 2, "workers": [{"realms": 5, "transports": []}]}',
      /workers\[0\]: realms is of the wrong type/,
    ],
    ['{"version": 2, "workers": [{"realms": [], "transports": []}]}', /it has no realm, expected one/],
    [" ".repeat(1024 * 1024 + 1), /it has 1048577 bytes, expected at most 1048576/],
  ];
  for (const [text, message] of cases) {
    if (text !== undefined) await Deno.writeTextFile(file, text);
    const end = await ocs(["router", "--crossbar-config", file]);
    assert.equal(end.code, 2, end.stderr);
    assert.match(end.stderr, message);
  }
});
