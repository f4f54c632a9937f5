import assert from "node:assert/strict";

import { Program } from "../../helpers/process.ts";
import { serveTree } from "../../../scripts/serve_tree.ts";
import { type ScriptSite, startScriptSite } from "../../helpers/script_site.ts";
import { untilTrue, within } from "../../helpers/until.ts";
import { startOcs } from "./ocs.ts";

const MOD = new URL("../../../mod.ts", import.meta.url).href;

const ACQUIRE = `
import { runScript } from "${MOD}";
Deno.exit(await runScript(async (script) => {
  const faker = await script.connect("faker1");
  await using acq = await faker.operation("acq").running();
  console.log("session", acq.sessionId, Deno.args.join(" "));
  await script.sleep(600);
}));
`;

/** Without `runScript`: what `running()` holds is stopped all the same. */
const BARE = `
import { OCSClient } from "${MOD}";
await using faker = await OCSClient.connect("faker1");
await using acq = await faker.operation("acq").running();
console.log("session", acq.sessionId);
await new Promise((resolve) => setTimeout(resolve, 600_000));
`;

const HANGS = `
console.log("session of its own");
Deno.addSignalListener("SIGTERM", () => {});
setInterval(() => {}, 1000);
`;

/** A folder with a script, and the words that name the site. */
async function withScript(
  text: string,
  run: (tools: {
    readonly script: string;
    readonly folder: string;
    readonly site: ScriptSite;
    readonly siteWords: readonly string[];
  }) => Promise<void>,
): Promise<void> {
  await using site = await startScriptSite({ fakers: ["faker1"] });
  const folder = await Deno.makeTempDir({ prefix: "run_" });
  try {
    const script = `${folder}/script.ts`;
    await Deno.writeTextFile(script, text);
    const siteWords = [
      "--site-hub",
      site.router.url,
      "--site-realm",
      "test_realm",
      "--address-root",
      "observatory",
    ];
    await run({ script, folder, site, siteWords });
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

async function end(program: Program) {
  return await within(program.ended, 60_000, `the end of ${program.name}\n${program.tail()}`);
}

Deno.test("ocs run hands site, arguments and exit code through, and appends to its log file", () =>
  withScript(
    `
import { OCSClient } from "${MOD}";
await using faker = await OCSClient.connect("faker1");
console.log(faker.address, Deno.args);
console.error("to the other stream");
Deno.exit(7);
`,
    async ({ script, folder, siteWords }) => {
      const log = `${folder}/night.log`;
      await Deno.writeTextFile(log, "yesterday\n");
      await using program = startOcs([
        "run",
        ...siteWords,
        "--log",
        log,
        script,
        "--help",
        "--log",
        "x",
        "-3",
      ]);
      const { code, stdout, stderr } = await end(program);
      assert.equal(code, 7, stderr);
      assert.equal(stdout, 'observatory.faker1 [ "--help", "--log", "x", "-3" ]\n');
      assert.equal(stderr, "to the other stream\n");
      const lines = (await Deno.readTextFile(log)).trimEnd().split("\n");
      assert.equal(lines[0], "yesterday");
      const stamp = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z /;
      assert.ok(lines.slice(1).every((line) => stamp.test(line)), lines.join("\n"));
      const texts = lines.slice(1).map((line) => line.replace(stamp, ""));
      assert.match(texts[0] ?? "", /^run pid \d+: .*script\.ts --help --log x -3$/);
      assert.deepEqual(texts.slice(1, 3).sort(), [
        "err to the other stream",
        'out observatory.faker1 [ "--help", "--log", "x", "-3" ]',
      ]);
      assert.match(texts[3] ?? "", /^run ended with code 7 after \d+\.\d s$/);
    },
  ));

Deno.test("ocs run takes a URL, and writes to no lock file of the folder it is in", () =>
  withScript("", async ({ folder, siteWords }) => {
    await using tree = serveTree(new URL("../../../", import.meta.url).pathname);
    await Deno.writeTextFile(`${folder}/deno.json`, "{}\n");
    const script = `${tree.url}scripts/examples/acquire.ts`;
    await using program = startOcs(["run", ...siteWords, script, "--minutes", "0.01", "faker1"], {
      cwd: folder,
    });
    const { code, stderr } = await end(program);
    assert.equal(code, 0, stderr);
    assert.match(stderr, /^faker1\.acq: session \d+\nDone, stopping\.\n$/);
    assert.deepEqual([...Deno.readDirSync(folder)].map(({ name }) => name).sort(), [
      "deno.json",
      "script.ts",
    ]);
  }));

Deno.test("ocs run passes SIGTERM on: the script cleans up, and its exit code is 143", () =>
  withScript(ACQUIRE, async ({ script, site, siteWords }) => {
    await using program = startOcs(["run", ...siteWords, script]);
    await program.untilLog("session", 30_000);
    assert.deepEqual(await site.on(), ["faker1.acq"]);
    program.signal("SIGTERM");
    const { code, stderr } = await end(program);
    assert.equal(code, 143, stderr);
    assert.match(stderr, /SIGTERM: finishing .*\n {2}on: faker1\.acq\n/);
    assert.match(stderr, /Cleaned up: nothing/);
    assert.deepEqual(await site.on(), []);
  }));

Deno.test("ocs run --deadline climbs the ladder, and gives 4", () =>
  withScript(ACQUIRE, async ({ script, site, siteWords }) => {
    await using program = startOcs(["run", ...siteWords, "--deadline", "8", script]);
    const { code, stderr } = await end(program);
    assert.equal(code, 4, stderr);
    assert.match(stderr, /ocs run: The deadline of 8 s has passed: asking the script to end/);
    assert.deepEqual(await site.on(), []);
  }));

Deno.test("ocs run kills a script that does not react to the third request", () =>
  withScript(HANGS, async ({ script, siteWords }) => {
    await using program = startOcs(["run", ...siteWords, script]);
    await program.untilLog("session", 30_000);
    for (let n = 0; n < 3; n++) {
      program.signal("SIGTERM");
      // Closer together they would be one request: that is what is tested elsewhere.
      await new Promise((resolve) => setTimeout(resolve, 400));
    }
    const { code, stderr } = await end(program);
    assert.equal(code, 137, stderr);
    assert.match(stderr, /does not react, and is killed/);
  }));

Deno.test("a script that is killed leaves on what it started", () =>
  withScript(ACQUIRE, async ({ script, site, siteWords }) => {
    await using program = startOcs(["run", ...siteWords, script]);
    await program.untilLog("session", 30_000);
    await program.kill();
    assert.deepEqual(await site.on(), ["faker1.acq"]);
  }));

Deno.test("running() without runScript is stopped by SIGINT before the process ends", () =>
  withScript(BARE, async ({ script, site }) => {
    await using program = Program.start({
      name: "bare script",
      command: Deno.execPath(),
      args: ["run", "-A", "--quiet", script],
      env: {
        OCS_SITE_HUB: site.router.url,
        OCS_SITE_REALM: "test_realm",
        OCS_ADDRESS_ROOT: "observatory",
        OCS_CONFIG_DIR: "",
      },
    });
    await program.untilLog("session", 30_000);
    program.signal("SIGINT");
    const { code, stderr } = await end(program);
    assert.equal(code, 130, stderr);
    assert.match(stderr, /SIGINT: ending faker1\.acq/);
    assert.deepEqual(await site.on(), []);
  }));

Deno.test("ocs run refuses what is no script, no site file and no log file with exit code 2", () =>
  withScript(ACQUIRE, async ({ script, folder, siteWords }) => {
    const refusals: readonly (readonly [readonly string[], RegExp])[] = [
      [[`${folder}/none.ts`], /Cannot run ".*none\.ts": there is no such file/],
      [["--log", `${folder}/no/folder.log`, script], /Cannot append to log file/],
      [["--site-file", `${folder}/none.yaml`, script], /Cannot read site file/],
      [["--deadline", "soon", script], /deadline|number/i],
    ];
    for (const [words, expected] of refusals) {
      await using program = startOcs(["run", ...(words[0] === "--site-file" ? [] : siteWords), ...words]);
      const { code, stderr } = await end(program);
      assert.match(stderr, expected);
      assert.equal(code, 2, stderr);
    }
  }));

Deno.test("ocs run shows its own help, and asks for a script", async () => {
  await using help = startOcs(["run", "--help"]);
  const { code, stdout } = await end(help);
  assert.equal(code, 0);
  assert.match(stdout, /--deadline SECONDS/);
  await using nothing = startOcs(["run"]);
  assert.equal((await end(nothing)).code, 2);
  await untilTrue(() => !nothing.running);
});
