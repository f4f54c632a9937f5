/** A real browser on a page of `ocs router --web`, with the WAMP library and the habits of ocs-web. @module */
import assert from "node:assert/strict";
import { connectWamp } from "../../client/mod.ts";
import { Router } from "../../router/mod.ts";
import { Browser, type Page } from "../helpers/browser.ts";
import { type ChromiumProgram, chromiumProgram } from "../helpers/chromium.ts";
import { testsWith } from "../helpers/interop_test.ts";
import { npmPeers } from "../helpers/npm_peers.ts";
import { startOurAgent } from "../helpers/our_agent.ts";
import { OurRouter } from "../helpers/our_router.ts";
import { ADDRESS_ROOT, REALM } from "../helpers/router_fixture.ts";
import { writeSite } from "../helpers/site_file.ts";
import { startTlsProxy } from "../helpers/tls_proxy.ts";

const PAGE = new URL("../tools/web_page/", import.meta.url).pathname;

const SITE = { name: ADDRESS_ROOT, realm: REALM, addressRoot: ADDRESS_ROOT };

const test = await testsWith("Chromium and autobahn-browser", async () => {
  const [chromium, npm] = await Promise.all([chromiumProgram(), npmPeers()]);
  return { chromium, npm };
});

/** The page in a folder of its own, with its library. */
async function pageFolder(npm: string) {
  const folder = await Deno.makeTempDir({ prefix: "web_page_" });
  for (const name of ["index.html", "page.js"]) await Deno.copyFile(`${PAGE}${name}`, `${folder}/${name}`);
  const library = "autobahn.min.js";
  await Deno.copyFile(`${npm}/node_modules/autobahn-browser/${library}`, `${folder}/${library}`);
  return { folder, [Symbol.asyncDispose]: () => Deno.remove(folder, { recursive: true }) };
}

/** Code and data of an agent's reply in the page. */
async function ask(page: Page, ...args: readonly unknown[]) {
  const [code, text, session] = await page.evaluate(
    `page.request("observatory.faker1", ...${JSON.stringify(args)})`,
  ) as [number, string, { readonly data: Record<string, unknown>; readonly success: unknown } | null];
  return { code, text, session };
}

test("OCS 8.5: a browser lists, watches and operates agents, and is back within 10 s of a restart", async ({ chromium, npm }) => {
  await using web = await pageFolder(npm);
  await using router = await OurRouter.start({ args: ["--web", web.folder] });
  await using site = await writeSite(router, [{
    agentClass: "FakeDataAgent",
    instanceId: "faker1",
    arguments: ["--mode", "acq", "--sample-rate", "10", "--frame-length", "1"],
  }]);
  await using _agent = await startOurAgent(site, { agentClass: "FakeDataAgent", instanceId: "faker1" });
  await using browser = await Browser.start(chromium);
  const page = await browser.open(`http://127.0.0.1:${router.port}/`);

  await page.until("page.session");
  assert.deepEqual(await page.evaluate("page.config"), {
    crossbars: [{
      name: "observatory",
      url: router.url,
      realm: router.realm,
      addr_root: router.addressRoot,
    }],
  });
  await page.until(`page.heartbeats["observatory.faker1"]`);
  await page.until("page.samples.length > 1");
  const temperatures = "page.samples[0].temps.data.channel_00";
  assert.equal(await page.evaluate(`typeof ${temperatures}[0]`), "number");
  const api = await page.evaluate(`page.session.call("observatory.faker1", ["get_api"])`) as {
    readonly agent_class: string;
    readonly tasks: readonly (readonly [string, unknown, unknown])[];
  };
  assert.equal(api.agent_class, "FakeDataAgent");
  assert(api.tasks.some(([name]) => name === "delay_task"));

  // As the panel does it: an array for no parameters, and `wait` with those of `start`.
  assert.equal((await ask(page, "start", "delay_task", { delay: 0.3 })).code, 0);
  const waited = await ask(page, "wait", "delay_task", { delay: 0.3 });
  assert.deepEqual([waited.code, waited.session?.success], [0, true]);
  assert.equal((await ask(page, "stop", "acq", [])).code, 0);
  assert.equal((await ask(page, "start", "acq", {})).code, 0);
  assert.equal((await ask(page, "abort", "delay_task", [])).code, -1);

  // A number that JSON has no word for costs the value, not the session.
  await using source = await connectWamp({ url: router.url, realm: router.realm, timeoutMs: 5_000 });
  await source.register("observatory.odd", () => [NaN, Infinity, 1.5]);
  assert.deepEqual(await page.evaluate(`page.session.call("observatory.odd", [])`), [null, null, 1.5]);

  for (const how of ["SIGTERM", "SIGKILL"] as const) {
    const before = Number(await page.evaluate("page.connections"));
    await router.down(how);
    await page.until("page.session === null");
    await router.up();
    await page.until(`page.connections > ${before} && page.session`, 10_000);
    await page.until(`page.heartbeats["observatory.faker1"] > ${before}`, 10_000);
    assert.equal((await ask(page, "status", "acq", [])).code, 0);
  }
  assert(!page.lines.some((line) => line.includes("exceptionThrown")), page.lines.join("\n"));
});

/** Opens the page and makes one call in it; gives where its WebSocket is. */
async function callFrom(url: string, { router, chromium }: { router: Router; chromium: ChromiumProgram }) {
  await using source = await connectWamp({
    url: router.url,
    realm: REALM,
    openTransport: () => Promise.resolve(router.connectInProcess()),
    timeoutMs: 5_000,
  });
  await source.register("observatory.answer", () => 42);
  await using browser = await Browser.start(chromium);
  const page = await browser.open(`${url}?ocs=observatory`);
  await page.until("page.session");
  assert.equal(await page.evaluate(`page.session.call("observatory.answer", [])`), 42);
  return await page.evaluate("page.config.crossbars[0].url");
}

test("Router serves a page in a folder of a proxy with TLS that tells it nothing", async ({ chromium, npm }) => {
  await using web = await pageFolder(npm);
  await using router = await Router.start({ web: { ...SITE, folder: web.folder } });
  await using proxy = startTlsProxy("/ocs/", router.port);
  const url = await callFrom(proxy.url, { router, chromium });
  assert.equal(url, `${proxy.url.replace("https:", "wss:")}ws`);
});

test("Router serves a page with TLS of its own", async ({ chromium, npm }) => {
  await using web = await pageFolder(npm);
  const file = (name: string) => new URL(`../data/tls/${name}.pem`, import.meta.url).pathname;
  await using router = await Router.start({
    tls: { certificateFile: file("localhost.cert"), keyFile: file("localhost.key") },
    web: { ...SITE, folder: web.folder },
  });
  assert.equal(await callFrom(router.webUrl ?? "", { router, chromium }), router.url);
  assert.match(router.url, /^wss:/);
});
