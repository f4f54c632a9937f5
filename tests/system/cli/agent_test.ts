import assert from "node:assert/strict";
import { runAgentCommand } from "../../../cli/run_agent_command.ts";
import { processConsole } from "../../../cli/output.ts";
import { Router } from "../../../router/mod.ts";
import { serveTree } from "../../../scripts/serve_tree.ts";
import { ocs, startOcs } from "./ocs.ts";

const FRAMEWORK = new URL("../../../framework/mod.ts", import.meta.url).href;

/** An agent's file as docs/writing_agents.md has it. */
const LAB_AGENT = `
import { type Agent, type AgentProgram, runAgent } from "${FRAMEWORK}";
const LAB = {
  name: "LabAgent",
  options: { "mode": { type: "string", choices: ["idle", "acq"], default: "idle", help: "What to begin with." } },
} as const satisfies AgentProgram;
export class LabAgent {
  constructor(agent: Agent, { mode }: { readonly mode: string }) {
    agent.log.info(\`mode is \${mode}\`);
  }
}
export function main(args?: readonly string[]): Promise<number> {
  return runAgent(LabAgent, LAB, { args });
}
export const begin = main;
export const notes = "none";
if (import.meta.main) Deno.exit(await main());
`;

/** A folder with files, and a site file for one host. */
async function labFolder(files: Readonly<Record<string, string>>) {
  const path = await Deno.makeTempDir({ prefix: "lab_" });
  for (const [name, text] of Object.entries(files)) await Deno.writeTextFile(`${path}/${name}`, text);
  return { path, [Symbol.asyncDispose]: () => Deno.remove(path, { recursive: true }) };
}

function siteText(url: string): string {
  return `hub: {wamp_server: '${url}', wamp_realm: test_realm, address_root: observatory}\n` +
    "hosts: {localhost: {agent-instances: [" +
    "{agent-class: LabAgent, instance-id: lab1, arguments: [--mode, acq]}, " +
    "{agent-class: FakeDataAgent, instance-id: faker1, arguments: [--num-channels, 3]}, " +
    "{agent-class: NobodysAgent, instance-id: nobody}, {instance-id: bare}]}}\n";
}

Deno.test("OCS 7.1: ocs agent --agent runs the entry point of a local file, with the site file's and its own arguments", async () => {
  await using router = await Router.start();
  await using folder = await labFolder({ "lab_agent.ts": LAB_AGENT, "default.yaml": siteText(router.url) });
  const env = { OCS_CONFIG_DIR: folder.path, SITE_HOST: "localhost" };
  await using program = startOcs(["agent", "--agent", "lab_agent.ts", "--instance-id", "lab1"], {
    cwd: folder.path,
    env,
  });
  await program.untilLog("mode is acq");
  await program.untilLog("starting LabAgent @ observatory.lab1");
  await program.untilLog("session joined");
  assert.equal((await program.stop()).code, 0);
  assert.doesNotMatch(program.log, /is for the agent-class/);
  // Its own options, another entry point, and an entry that is for another class.
  await using other = startOcs(
    ["agent", "--entrypoint", "begin", "--agent", `${folder.path}/lab_agent.ts`, "--mode", "idle"],
    { env: { ...env, INSTANCE_ID: "nobody" } },
  );
  await other.untilLog("mode is idle");
  await other.untilLog(/entry of "nobody" is for the agent-class NobodysAgent; this is LabAgent/);
  await other.untilLog("session joined");
  assert.equal((await other.stop()).code, 0);
});

Deno.test("ocs agent --agent runs a file of a web server", async () => {
  await using router = await Router.start();
  await using toolkit = serveTree(new URL("../../../", import.meta.url).pathname);
  const agent = LAB_AGENT.replace(FRAMEWORK, `${toolkit.url}framework/mod.ts`);
  await using folder = await labFolder({ "lab_agent.ts": agent });
  await using tree = serveTree(folder.path);
  // Without the checkout's lock file, into which Deno would write what it has fetched.
  await using program = startOcs([
    ...["agent", "--agent", `${tree.url}lab_agent.ts`, "--instance-id", "far1", "--mode", "acq"],
    ...["--site", "none", "--site-hub", router.url, "--site-realm", "test_realm"],
    ...["--address-root", "observatory"],
  ], { denoArgs: ["--no-lock"] });
  await program.untilLog("mode is acq", 30_000);
  await program.untilLog("session joined");
  assert.equal((await program.stop()).code, 0);
});

Deno.test("ocs agent --agent runs a file of a web server with TLS, and refuses one whose certificate nobody vouches for", async () => {
  const tls = new URL("../../data/tls/localhost", import.meta.url).pathname;
  const server = Deno.serve({
    hostname: "localhost",
    port: 0,
    cert: await Deno.readTextFile(`${tls}.cert.pem`),
    key: await Deno.readTextFile(`${tls}.key.pem`),
    onListen: () => {},
  }, () =>
    new Response("export function main(args) { console.log('args', args.join(' ')); return 7; }\n", {
      headers: { "content-type": "text/javascript" },
    }));
  try {
    // Deno keeps what it has fetched from an address.
    const url = `https://localhost:${server.addr.port}/${crypto.randomUUID()}/lab_agent.js`;
    const run = async (...denoArgs: string[]) => {
      await using program = startOcs(["agent", "--agent", url, "--mode", "acq"], {
        denoArgs: ["--no-lock", ...denoArgs],
      });
      return await program.ended;
    };
    const refused = await run();
    assert.equal(refused.code, 2);
    assert.match(refused.stderr, /Error: Cannot load "https:.*": .*certificate/i);
    // The tests' certificate is one of its own authority, which Deno does not take for a server's otherwise.
    const trusted = await run("--unsafely-ignore-certificate-errors=localhost");
    assert.equal(trusted.code, 7, trusted.stderr);
    assert.match(trusted.stdout, /^args --mode acq$/m);
  } finally {
    await server.shutdown();
  }
});

Deno.test("OCS 78: ocs agent without a class finds it in the site file, by INSTANCE_ID alone", async () => {
  await using router = await Router.start();
  // The router's address of the environment wins over that of the file.
  await using folder = await labFolder({ "default.yaml": siteText("ws://127.0.0.1:1/ws") });
  await using program = startOcs(["agent", "--mode", "idle"], {
    env: {
      OCS_CONFIG_DIR: folder.path,
      SITE_HOST: "localhost",
      INSTANCE_ID: "faker1",
      SITE_HUB: router.url,
      CROSSBAR_TIMEOUT: "3",
      LOGLEVEL: "debug",
    },
  });
  await program.untilLog("starting FakeDataAgent @ observatory.faker1");
  await program.untilLog("session joined");
  await program.untilLog(/observatory\.faker1 heartbeat/);
  assert.equal((await program.stop()).code, 0);
});

Deno.test("ocs agent says in one line what is wrong with a file, its entry point or an instance", async () => {
  await using tree = serveTree("/nonexistent");
  await using folder = await labFolder({
    "lab_agent.ts": LAB_AGENT,
    "default.yaml": siteText("ws://127.0.0.1:1/ws"),
    "empty.ts": "export {};\n",
    "throws.ts": "function open() { throw new Error('no device'); }\nopen();\nexport {};\n",
    "syntax.ts": "export const main = (;\n",
    "missing.ts": 'import "./not_there.ts";\nexport const main = () => 0;\n',
  });
  const at = (name: string) => `${folder.path}/${name}`;
  const site = ["--site-file", at("default.yaml"), "--site-host", "localhost"];
  const cases: readonly (readonly [readonly string[], RegExp])[] = [
    [["--agent", at("none.ts")], /^Cannot load ".*none\.ts": there is no such file$/],
    [["--agent", folder.path], /^Cannot load ".*": it is no file$/],
    [["--agent", at("throws.ts")], /^Cannot load ".*throws\.ts": no device, at file:\/\/.*throws\.ts:1:25$/],
    [
      ["--agent", at("syntax.ts")],
      /^Cannot load ".*syntax\.ts": SyntaxError: .*, at file:.*syntax\.ts:1:22$/,
    ],
    [
      ["--agent", at("missing.ts")],
      /^Cannot load ".*": Module not found ".*not_there\.ts", at file:.*missing\.ts:1:8$/,
    ],
    [["--agent", `${tree.url}x.ts`], /^Cannot load "http.*x\.ts": .*(404|not found)/i],
    [["--agent", at("empty.ts")], /: it exports no "main", only nothing; expected a function main\(args\)/],
    [
      ["--agent", at("lab_agent.ts"), "--entrypoint", "mian"],
      /it exports no "mian", only LabAgent, begin, main, notes; .* did you mean --entrypoint main\?$/,
    ],
    [
      ["--agent", at("lab_agent.ts"), "--entrypoint", "notes"],
      /: its "notes" is no function, expected a function/,
    ],
    [
      [...site, "--instance-id", "lab2"],
      /^Could not find matching device description.* did you mean "lab1"\?$/,
    ],
    [[...site, "--instance-id", "nobody"], /^Cannot run agent "NobodysAgent": expected one of /],
    [
      [...site, "--instance-id", "bare"],
      /^Cannot run agent "bare": its entry of host "localhost" of .* has no agent-class$/,
    ],
    [
      ["--site", "none", "--instance-id", "x"],
      /^Cannot run agent "x": there is no site file that says its class/,
    ],
  ];
  for (const [words, text] of cases) {
    await assert.rejects(runAgentCommand(words, processConsole()), { message: text });
  }
  const nobody = await ocs(["agent"]);
  assert.equal(nobody.code, 2);
  assert.match(
    nobody.stderr,
    /^Error: --instance-id \(or \$INSTANCE_ID\) not provided\. .*expected ocs agent CLASS/,
  );
});
