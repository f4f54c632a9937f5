/**
 * The tree served over HTTP and used from a folder that has nothing of ours: no `deno.json`, no lock file.
 *
 * @module
 */
import assert from "node:assert/strict";
import { serveTree } from "../../scripts/serve_tree.ts";
import { bridgeCall } from "../helpers/bridge.ts";
import { OurRouter } from "../helpers/our_router.ts";
import { Program } from "../helpers/process.ts";
import { writeSite } from "../helpers/site_file.ts";

const ROOT = new URL("../../", import.meta.url).pathname;

/** A user's own folder. */
async function userFolder(): Promise<AsyncDisposable & { readonly path: string }> {
  const path = await Deno.makeTempDir({ prefix: "user_" });
  return { path, [Symbol.asyncDispose]: () => Deno.remove(path, { recursive: true }) };
}

/** Starts `deno run` in the user's folder. */
function denoRun(
  name: string,
  cwd: string,
  args: readonly string[],
  env: Record<string, string> = {},
): Program {
  return Program.start({ name, command: Deno.execPath(), args: ["run", "-A", ...args], cwd, env });
}

/** The one TypeScript block of a page that imports `./mod.ts`. */
function scriptOf(page: string): string {
  const script = /```ts[^\n]*\n(import [^`]*"\.\/mod\.ts";\n[^`]*)```/.exec(page)?.[1];
  assert(script !== undefined, "the page shows a script that imports ./mod.ts");
  return script;
}

Deno.test("README's script of five lines runs by URL import, from a folder of the user's own", async () => {
  const script = scriptOf(await Deno.readTextFile(`${ROOT}README.md`));
  assert.equal(script.trimEnd().split("\n").length, 5);
  await using tree = serveTree(ROOT);
  await using folder = await userFolder();
  await using router = await OurRouter.start();
  await using site = await writeSite(router, [{ agentClass: "FakeDataAgent", instanceId: "faker1" }]);
  await using agent = denoRun("fake data agent by URL", folder.path, [
    `${tree.url}agents/fake_data.ts`,
    ...["--instance-id", "faker1", "--site-file", site.file, "--site-host", "localhost"],
  ]);
  await agent.until(
    () => bridgeCall(router, "observatory.faker1", ["get_api"]),
    "an answer to get_api",
    60_000,
  );
  await Deno.writeTextFile(`${folder.path}/script.ts`, script.replace("./mod.ts", `${tree.url}mod.ts`));
  const { stdout } = await Program.run({
    name: "README's script",
    command: Deno.execPath(),
    args: ["run", "-A", "script.ts"],
    cwd: folder.path,
    env: { OCS_CONFIG_DIR: site.folder },
  });
  assert.match(stdout, /requested_delay: 2, delay_so_far: 2/);
});

Deno.test("A user's own agent runs on a framework imported by URL, and a checked script drives it", async () => {
  await using tree = serveTree(ROOT);
  await using folder = await userFolder();
  await using router = await OurRouter.start();
  await Deno.writeTextFile(
    `${folder.path}/lamp.ts`,
    `
import { type Agent, flag, runAgent } from "${tree.url}framework/mod.ts";

export class LampAgent {
  constructor(agent: Agent) {
    agent.registerTask("switch", { params: { on: flag() } }, (session, { on }) => {
      session.data = { on };
      return Promise.resolve(on ? "lamp is on" : "lamp is off");
    });
  }
}

if (import.meta.main) Deno.exit(await runAgent(LampAgent, { name: "LampAgent", options: {} }));
`,
  );
  const site = ["--site-hub", router.url, "--site-http", router.httpUrl, "--site-realm", router.realm];
  await using agent = denoRun("lamp agent", folder.path, [
    ...["--check", "lamp.ts", "--site", "none", "--instance-id", "lamp1"],
    ...[...site, "--address-root", router.addressRoot],
  ]);
  await agent.until(
    () => bridgeCall(router, "observatory.lamp1", ["get_api"]),
    "an answer to get_api",
    60_000,
  );
  await Deno.writeTextFile(
    `${folder.path}/script.ts`,
    `
import { OCSClient } from "${tree.url}client/mod.ts";

const site = { wampServer: "${router.url}", realm: "${router.realm}", addressRoot: "${router.addressRoot}" };
await using lamp = await OCSClient.connect("lamp1", { site });
const [ok, message, session] = await lamp.operation("switch")({ on: true });
console.log(JSON.stringify([ok, message, session?.data]));
`,
  );
  const { stdout } = await Program.run({
    name: "the user's script",
    command: Deno.execPath(),
    args: ["run", "-A", "--check", "script.ts"],
    cwd: folder.path,
  });
  assert.match(stdout, /"on":true/);
});

for await (const { name } of Deno.readDir(`${ROOT}agents`)) {
  if (!name.endsWith(".ts") || name === "table.ts") continue;
  Deno.test(`agents/${name} shows its help when it is run by URL`, async () => {
    await using tree = serveTree(ROOT);
    await using folder = await userFolder();
    const { stdout } = await Program.run({
      name: `${name} --help`,
      command: Deno.execPath(),
      args: ["run", "-A", `${tree.url}agents/${name}`, "--help"],
      cwd: folder.path,
    });
    assert.match(stdout, /--instance-id/);
    assert.match(stdout, /^Usage: /);
  });
}
