import assert from "node:assert/strict";
import { ocs } from "./ocs.ts";

const SITE = ["--site", "none", "--site-hub", "ws://h:7000/ws", "--site-realm", "r", "--address-root", "o"];

Deno.test("OCS 7.4: ocs crossbar-config writes to a new file, leaves the same one alone, and never overwrites another", async () => {
  const folder = await Deno.makeTempDir({ prefix: "crossbar_config_" });
  await using _folder = { [Symbol.asyncDispose]: () => Deno.remove(folder, { recursive: true }) };
  const file = `${folder}/config.json`;
  const shown = await ocs(["crossbar-config", ...SITE]);
  assert.equal(shown.code, 0, shown.stderr);
  const written = await ocs(["crossbar-config", ...SITE, "-o", file]);
  assert.equal(written.code, 0, written.stderr);
  assert.match(written.stdout, /^written .*config\.json: realm "r", address root "o", port 7000\n$/);
  assert.equal(await Deno.readTextFile(file), shown.stdout);
  const again = await ocs(["crossbar-config", ...SITE, "-o", file, "--json"]);
  assert.deepEqual(JSON.parse(again.stdout), {
    file,
    state: "unchanged",
    realm: "r",
    addressRoot: "o",
    port: 7000,
  });
  const other = await ocs(["crossbar-config", ...SITE, "--port", "7001", "-o", file]);
  assert.equal(other.code, 1);
  assert.match(other.stderr, /Cannot write ".*config\.json": it exists already/);
  assert.equal(await Deno.readTextFile(file), shown.stdout);
  const nowhere = await ocs(["crossbar-config", ...SITE, "-o", `${folder}/no/config.json`]);
  assert.deepEqual([nowhere.code, /there is no folder/.test(nowhere.stderr)], [1, true]);
  assert.deepEqual([...Deno.readDirSync(folder)].map(({ name }) => name), ["config.json"]);
});
