import assert from "node:assert/strict";
import { connectWamp } from "../../../client/mod.ts";
import { Router } from "../../../router/mod.ts";

const PAGE = new URL("../../../docs/writing_agents.md", import.meta.url);
const FRAMEWORK = new URL("../../../framework/mod.ts", import.meta.url).href;

/** The agent file of each step of the guide. */
async function steps(): Promise<string[]> {
  const page = await Deno.readTextFile(PAGE);
  return [...page.matchAll(/```ts\n(\/\/ thermometer\.ts, step [^]*?)```/g)].map((match) => match[1] ?? "");
}

/** What to start at each step, and with which params; the rest is seen to be there. */
const OPERATIONS = [
  ["identify"],
  ["acq"],
  ["acq"],
  ["ramp", { target: 77, dry_run: true }],
  ["set_heater", { power: 3 }],
  ["acq"],
  ["identify"],
] as const;

Deno.test("every step of docs/writing_agents.md is an agent that runs", async (t) => {
  const files = await steps();
  assert.equal(files.length, OPERATIONS.length);
  await using router = await Router.start({ realm: "test_realm", addressRoot: "observatory" });
  await using client = await connectWamp({ url: router.url, realm: "test_realm" });
  const folder = await Deno.makeTempDir();
  try {
    for (const [index, text] of files.entries()) {
      await t.step(`step ${index + 1}`, async () => {
        const file = `${folder}/thermometer.ts`;
        await Deno.writeTextFile(file, text.replaceAll("../framework/mod.ts", FRAMEWORK));
        const args = [
          ...["run", "-A", "--no-config", "--no-lock", file, "--instance-id", "thermo1"],
          ...["--site-hub", router.url, "--site-realm", "test_realm", "--address-root", "observatory"],
        ];
        const child = new Deno.Command(Deno.execPath(), { args, cwd: folder, stdout: "null" }).spawn();
        try {
          const address = "observatory.thermo1";
          const deadline = Date.now() + 15_000;
          const answers = () => client.call(address, ["get_agent_class"]).then(() => true, () => false);
          while (!await answers()) {
            assert.ok(Date.now() < deadline, "the agent does not answer");
            await new Promise((resolve) => setTimeout(resolve, 20));
          }
          const [name, params = null] = OPERATIONS[index] ?? [""];
          const ops = (...request: unknown[]) => client.call(`${address}.ops`, request);
          const isProcess = name === "acq";
          const [code, message] = await ops("start", name, params) as [number, string];
          if (index === 5) assert.equal(message, 'Operation "acq" already in progress.');
          else assert.equal(code, 0, message);
          if (isProcess) await ops("stop", name);
          const [, outcome] = await ops("wait", name, null, 10) as [number, string];
          assert.equal(outcome, `Operation "${name}" is currently not running (SUCCEEDED).`);
        } finally {
          child.kill("SIGTERM");
          assert.equal((await child.status).code, 0);
        }
      });
    }
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
