import assert from "node:assert/strict";
import { AGENT_TABLE } from "../../../agents/table.ts";
import { AGENT_FILES, loadAgent } from "../../../cli/agent_files.ts";
import { withDefaultSite } from "../../../cli/default_site.ts";
import { explainError } from "../../../cli/explain_error.ts";
import { jsonText } from "../../../internal/json_text.ts";
import { COMMANDS, parseCommand } from "../../../cli/parse_command.ts";
import { planRouter } from "../../../cli/router_plan.ts";
import { CallTimeoutError, ControlClientError, JoinError } from "../../../client/errors.ts";
import { OptionError, SiteError } from "../../../site/mod.ts";
import { memoryEnvironment, SITE_TEXT } from "../site/memory_environment.ts";

const PIPE = { columns: Infinity, colors: false };

function parse(...args: readonly string[]) {
  const parsed = parseCommand(args, PIPE);
  assert("command" in parsed, "err" in parsed ? parsed.err : "");
  return parsed.command;
}

function refuse(...args: readonly string[]): string {
  const parsed = parseCommand(args, PIPE);
  assert("err" in parsed);
  assert.equal(parsed.code, 2, args.join(" "));
  return parsed.err;
}

Deno.test("parseCommand() knows each verb of the list, and its help", () => {
  for (const verb of COMMANDS) {
    const parsed = parseCommand([verb, "--help"], PIPE);
    assert("out" in parsed && parsed.code === 0 && parsed.out.includes(`ocs ${verb}`), verb);
  }
  const all = parseCommand(["--help"], PIPE);
  assert("out" in all);
  for (const verb of COMMANDS) assert(all.out.includes(`\n  ${verb} `), verb);
});

Deno.test("parseCommand() lists what operators do before what sets a site up, with its briefs as they are", () => {
  const all = parseCommand(["--help"], PIPE);
  assert("out" in all);
  assert(all.out.indexOf("\n  agents ") < all.out.indexOf("\n  demo "));
  assert.match(all.out, /\n {2}repl +Open the operators' prompt: these verbs, and TypeScript\.\n/);
});

Deno.test("parseCommand() keeps parameters as they are typed, in any order with options", () => {
  const command = parse("start", "--json", "faker1.op", "args=[--band, 4]", "--timeout", "5", "x=-2", "-w");
  assert(command.command === "start");
  assert.deepEqual(command.params, ["args=[--band, 4]", "x=-2"]);
  assert.deepEqual([command.target, command.json, command.timeout, command.wait], [
    "faker1.op",
    true,
    5,
    true,
  ]);
});

Deno.test("parseCommand() takes the --site-* names as well as the short ones", () => {
  const command = parse(
    "router",
    "--site-realm",
    "r",
    "--address-root",
    "a",
    "--port",
    "0",
    "--bind",
    "0.0.0.0",
  );
  assert(command.command === "router");
  assert.deepEqual([command.siteRealm, command.addressRoot, command.port, command.bind], [
    "r",
    "a",
    0,
    "0.0.0.0",
  ]);
  const short = parse("router", "--realm", "r");
  assert(short.command === "router" && short.siteRealm === "r");
});

Deno.test("parseCommand() suggests verbs and options, and says where to look", () => {
  assert.match(refuse("agnts"), /agents/);
  assert.match(refuse("agents", "--jsn"), /Did you mean --json\?/);
  assert.match(refuse("start"), /AGENT\.OP.*ocs start --help/s);
  assert.match(refuse("router", "--port", "70000"), /65,?535/);
  assert.match(refuse("router", "--port", "x"), /--port/);
  assert.match(refuse("wait", "a.b", "--timeout", "-1"), /--timeout/);
  refuse("agents", "extra");
  refuse("config", "chekc");
});

Deno.test("parseCommand() offers completions for five shells", () => {
  for (const shell of ["bash", "zsh", "fish", "nu", "pwsh"]) {
    const parsed = parseCommand(["completion", shell], PIPE);
    assert("out" in parsed && parsed.code === 0 && parsed.out.includes("ocs"), shell);
  }
});

Deno.test("AGENT_FILES has each agent of the table and no other", async () => {
  assert.deepEqual(Object.keys(AGENT_FILES).sort(), Object.keys(AGENT_TABLE).sort());
  for (const [name, { file }] of Object.entries(AGENT_TABLE)) {
    assert.equal((await loadAgent(name)).name, name);
    assert((await Deno.stat(new URL(`../../../agents/${file}`, import.meta.url))).isFile);
  }
  await assert.rejects(loadAgent("constructor"), RangeError);
});

Deno.test("explainError() gives the exit codes of the page", () => {
  const cases: readonly (readonly [unknown, number])[] = [
    [new OptionError(["x"]), 2],
    [new SiteError("x"), 2],
    [new SyntaxError("x"), 2],
    [new JoinError("x", "wamp.close.transport_lost"), 3],
    [new ControlClientError("x", "wamp.error.no_such_procedure"), 3],
    [new ControlClientError("x", "wamp.error.canceled"), 3],
    [new ControlClientError("x", "wamp.error.timeout"), 4],
    [new CallTimeoutError("x", "p", 1), 4],
    [new ControlClientError("x", "wamp.error.runtime_error"), 1],
    [new Error("x"), 1],
    ["x", 1],
  ];
  for (const [error, code] of cases) {
    assert.equal(explainError(error, { isTerminal: false, ...PIPE }).code, code, String(error));
  }
});

Deno.test("withDefaultSite() fills in the demo site only where nobody names a site", () => {
  const bare = memoryEnvironment({});
  assert.deepEqual(withDefaultSite({}, bare).site.siteHub, "ws://127.0.0.1:8001/ws");
  assert.equal(withDefaultSite({}, bare).assumed, true);
  const partly = withDefaultSite({ siteHub: "ws://h:1/ws" }, bare);
  assert.deepEqual([partly.site.siteHub, partly.site.siteRealm, partly.assumed], [
    "ws://h:1/ws",
    "test_realm",
    false,
  ]);
  const named = { siteFile: "/x.yaml" };
  assert.equal(withDefaultSite(named, bare).site, named);
  const folder = memoryEnvironment({ variables: { OCS_CONFIG_DIR: "/etc/ocs" } });
  assert.deepEqual(withDefaultSite({}, folder).site, {});
});

Deno.test("planRouter() takes port, paths and reach from the site file, options over it", async () => {
  const text = SITE_TEXT.replaceAll("8001/ws", "8123/wamp").replace("8001/call", "8123/rpc");
  const environment = memoryEnvironment({ files: { "/f.yaml": text }, hostname: "elsewhere" });
  const plan = await planRouter({ siteFile: "/f.yaml" }, {}, environment);
  assert.deepEqual(
    [
      plan.hostname,
      plan.port,
      plan.realm,
      plan.addressRoot,
      plan.webSocketPath,
      plan.callPath,
    ],
    ["0.0.0.0", 8123, "test_realm", "observatory", "/wamp", "/rpc"],
  );
  const [open, ...more] = plan.warnings;
  assert.match(
    open ?? "",
    /^It listens on all addresses without authentication: whoever reaches port 8123 can/,
  );
  assert.deepEqual(more, []);
  const other = await planRouter({ siteFile: "/f.yaml", siteRealm: "r", addressRoot: "a" }, {
    port: 9000,
    bind: "127.0.0.1",
  }, environment);
  assert.deepEqual([other.hostname, other.port, other.realm, other.addressRoot], [
    "127.0.0.1",
    9000,
    "r",
    "a",
  ]);
  assert.equal(other.warnings.length, 2);
});

Deno.test("planRouter() warns of a router that everybody can reach, and of no other", async () => {
  const warningsAt = async (bind: string) => (await planRouter({}, { bind }, memoryEnvironment({}))).warnings;
  for (const bind of ["127.0.0.1", "127.8.8.8", "localhost", "::1", "[::1]"]) {
    assert.deepEqual(await warningsAt(bind), [], bind);
  }
  for (
    const [bind, where] of [["0.0.0.0", "all addresses"], ["::", "all addresses"], ["10.0.0.3", "10.0.0.3"]]
  ) {
    const [warning = "", ...more] = await warningsAt(bind ?? "");
    assert.ok(warning.startsWith(`It listens on ${where} without authentication`), warning);
    assert.deepEqual(more, []);
  }
});

Deno.test("planRouter() without a site file is the demo site's", async () => {
  const plan = await planRouter({}, {}, memoryEnvironment({}));
  assert.deepEqual([plan.hostname, plan.port, plan.realm, plan.isThisHost], [
    "127.0.0.1",
    8001,
    "test_realm",
    true,
  ]);
  await assert.rejects(
    planRouter({ siteHub: "nonsense" }, {}, memoryEnvironment({})),
    /wamp_server is "nonsense"/,
  );
});

Deno.test("jsonText() writes what JSON has no notion of", () => {
  assert.equal(
    jsonText({ big: 2n ** 70n, bytes: Uint8Array.of(1, 2), nan: NaN }),
    '{"big":"1180591620717411303424","bytes":"AQI=","nan":null}',
  );
});

Deno.test("planRouter() names the web page after the site file, or after the address root", async () => {
  const file = "hub: {wamp_server: ws://localhost:8001/ws, wamp_realm: r, address_root: lab}\nhosts: {}\n";
  const plan = async (choice: { web?: string; webUrl?: string }, siteFile?: string) => {
    const files = siteFile === undefined ? {} : { [siteFile]: file };
    return (await planRouter({ siteFile }, choice, memoryEnvironment({ files }))).web;
  };
  const web = "/srv/dist";
  assert.deepEqual(await plan({ web }, "/etc/ocs/telescope.yaml"), {
    folder: web,
    url: undefined,
    realm: "r",
    addressRoot: "lab",
    name: "telescope",
  });
  assert.equal((await plan({ web }, "/etc/ocs/default.yaml"))?.name, "lab");
  assert.equal((await plan({ web }))?.name, "observatory");
  assert.equal(await plan({}), undefined);
  assert.equal((await plan({ web, webUrl: "https://x/ocs/" }))?.url, "https://x/ocs/");
  await assert.rejects(plan({ webUrl: "https://x/" }), /Cannot use --web-url without --web/);
  for (const webUrl of ["observatory.example", "wss://x/ws", ""]) {
    await assert.rejects(plan({ web, webUrl }), /Cannot use --web-url ".*": expected a URL such as https:/);
  }
});
