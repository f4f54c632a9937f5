import assert from "node:assert/strict";
import { freePort } from "../../helpers/free_port.ts";
import { Program } from "../../helpers/process.ts";
import { routerAt } from "../../helpers/router_fixture.ts";
import { writeSite } from "../../helpers/site_file.ts";
import { within } from "../../helpers/until.ts";
import { ocs, startOcs } from "./ocs.ts";

const MAIN = new URL("../../../cli/main.ts", import.meta.url).href;

async function webFolder() {
  const path = await Deno.makeTempDir({ prefix: "web_" });
  await Deno.writeTextFile(`${path}/index.html`, "the page");
  return { path, [Symbol.asyncDispose]: () => Deno.remove(path, { recursive: true }) };
}

async function textOf(url: string): Promise<string> {
  const response = await fetch(url);
  assert.equal(response.status, 200);
  return await response.text();
}

Deno.test("ocs router --web and ocs up --web serve a page with a configuration of the site", async () => {
  await using folder = await webFolder();
  const port = freePort();
  await using site = await writeSite(routerAt(port), [{ agentClass: "FakeDataAgent", instanceId: "faker1" }]);
  const options = ["--web", folder.path, "--site-file", site.file, "--site-host", "localhost"];
  for (const words of [["router"], ["up", "--together"]]) {
    await using program = startOcs([...words, ...options]);
    await program.untilLog(`web page at http://127.0.0.1:${port}/`);
    assert.equal(await textOf(`http://127.0.0.1:${port}/`), "the page");
    const { crossbars: [own] } = JSON.parse(await textOf(`http://127.0.0.1:${port}/config.json`));
    assert.deepEqual([own.url, own.realm, own.addr_root], [
      `ws://127.0.0.1:${port}/ws`,
      "test_realm",
      "observatory",
    ]);
    assert.equal((await program.stop()).code, 0);
  }
});

Deno.test("ocs router --web says what is wrong with the folder, exit 2", async () => {
  await using folder = await webFolder();
  const missing = await ocs(["router", "--port", "0", "--web", `${folder.path}/dist`]);
  assert.equal(missing.code, 2);
  assert.match(missing.stderr, /Error: Cannot serve web page ".*\/dist": there is no such folder\n/);
  const elsewhere = await ocs(["up", "--no-router", "--web", folder.path]);
  assert.equal(elsewhere.code, 1);
  assert.match(
    elsewhere.stderr,
    /Cannot serve web page ".*": the router runs elsewhere, at .*; expected --web where/,
  );
});

Deno.test("ocs router --crossbar-config serves a web page, too", async () => {
  await using folder = await webFolder();
  const config = new URL("../../data/router/crossbar_config.json", import.meta.url).pathname;
  const port = freePort();
  await using program = startOcs([
    ...["router", "--crossbar-config", config, "--port", String(port), "--bind", "127.0.0.1"],
    ...["--web", folder.path, "--web-url", "https://observatory.example/ocs"],
  ]);
  await program.untilLog("Router ready");
  const { crossbars } = JSON.parse(await textOf(`http://127.0.0.1:${port}/config.json`));
  assert.deepEqual(crossbars, [{
    name: "observatory",
    url: "wss://observatory.example/ocs/ws",
    realm: "test_realm",
    addr_root: "observatory",
  }]);
});

Deno.test("ocs router --web needs to read the folder and nothing else, and says when it may not", async () => {
  await using folder = await webFolder();
  const port = freePort();
  const start = (...read: readonly string[]) =>
    Program.start({
      name: "ocs router",
      command: Deno.execPath(),
      args: [
        ...["run", "--quiet", "--no-prompt", "--allow-env", "--allow-sys", "--allow-net", ...read, MAIN],
        ...["router", "--port", String(port), "--web", folder.path],
      ],
      env: { OCS_CONFIG_DIR: "" },
    });
  {
    await using program = start(`--allow-read=${folder.path}`);
    await program.untilLog("Router ready");
    assert.equal(await textOf(`http://127.0.0.1:${port}/`), "the page");
    assert.match(await textOf(`http://127.0.0.1:${port}/config.json`), /"crossbars"/);
  }
  await using refused = start();
  const { code, stderr } = await within(refused.ended, 30_000);
  assert.equal(code, 2);
  assert.match(stderr, /Cannot serve web page ".*": Requires read access to/);
});
