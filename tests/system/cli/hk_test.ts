import assert from "node:assert/strict";
import { LAST_INDEX_FILE, LastIndex } from "../../../hk/io/mod.ts";
import { ocs } from "./ocs.ts";

/** Keeps an index in a folder with one field, just now. */
async function record(folder: string, agent: string): Promise<void> {
  await Deno.mkdir(folder, { recursive: true });
  const index = LastIndex.open(`${folder}/${LAST_INDEX_FILE}`);
  const feed = {
    address: `observatory.${agent}.feeds.temps`,
    sessionId: "1",
    freshSeconds: 180,
    frameSeconds: 300,
  };
  index.note(feed, [{ field: "channel_0", kind: "float", value: 4.5, timeSeconds: Date.now() / 1000 }]);
  index.commit();
}

async function inFolder(test: (folder: string) => Promise<void>): Promise<void> {
  // Without links, for a program says where it is.
  const folder = await Deno.realPath(await Deno.makeTempDir());
  try {
    await test(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("ocs hk last looks where it is told, where the site's aggregator records, or where the demo does", () =>
  inFolder(async (folder) => {
    const none = await ocs(["hk", "last"], { cwd: folder });
    assert.equal(none.code, 2, none.stdout);
    assert.match(
      none.stderr,
      /Cannot find the housekeeping files: no site file was read, and there is no folder/,
    );

    await record(`${folder}/ocs-data/hk`, "demo1");
    const demo = await ocs(["hk", "last"], { cwd: folder });
    assert.equal(demo.code, 0, demo.stderr);
    assert.match(demo.stdout, /^FIELD.*\ndemo1\.temps\.channel_0 +4\.5 +\d+\.\d s +landing +-\n/);

    await record(`${folder}/site`, "site1");
    const site = (aggregators: string) =>
      Deno.writeTextFile(
        `${folder}/default.yaml`,
        "hub: {wamp_server: 'ws://127.0.0.1:1/ws', wamp_realm: test_realm, address_root: observatory}\n" +
          `hosts: {localhost: {agent-instances: [${aggregators}]}, other: {agent-instances: [` +
          "{agent-class: AggregatorAgent, instance-id: elsewhere, arguments: [--data-dir, /else]}]}}\n",
      );
    const env = { OCS_CONFIG_DIR: folder };
    const one =
      `{agent-class: AggregatorAgent, instance-id: aggregator, arguments: [--initial-state, record, --data-dir, ${folder}/site]}`;
    await site(one);
    const named = await ocs(["hk", "last", "--json"], { cwd: folder, env });
    assert.equal(named.code, 0, named.stderr);
    const { dataDir, recorder, fields } = JSON.parse(named.stdout);
    assert.deepEqual([dataDir, recorder.state, fields[0].name, fields[0].value], [
      `${folder}/site`,
      "recording",
      "site1.temps.channel_0",
      4.5,
    ]);

    await site(`${one}, {agent-class: AggregatorAgent, instance-id: b, arguments: ['--data-dir=/b']}`);
    const several = await ocs(["hk", "last"], { cwd: folder, env });
    assert.equal(several.code, 2);
    assert.match(
      several.stderr,
      /host "localhost" record to ".*\/site", "\/b"; choose one with --data-dir DIR/,
    );

    const told = await ocs(["hk", "last", "demo*", "--data-dir", "ocs-data/hk"], { cwd: folder, env });
    assert.equal(told.code, 0, told.stderr);
  }));

Deno.test("ocs hk last fails where there is no index, and ocs hk index makes one from the files", () =>
  inFolder(async (folder) => {
    const missing = await ocs(["hk", "last", "--data-dir", folder]);
    assert.equal(missing.code, 1);
    assert.match(missing.stderr, /Cannot read index ".*": there is none; .*"ocs hk index" makes one/);
    await Deno.copyFile(new URL("../../data/g3/hk_v2.g3", import.meta.url), `${folder}/hk_v2.g3`);
    const made = await ocs(["hk", "index", "--data-dir", folder, "--since", "2000-01-01"]);
    assert.equal(made.code, 0, made.stderr);
    assert.match(made.stdout, /^Read 1 files since 2000-01-01: \d+ fields, \d+ of them new to the index of/);
    const { stdout, code } = await ocs(["hk", "last", "--data-dir", folder]);
    assert.equal(code, 1);
    assert.match(stdout, /^The recorder of .* has not been heard of for .* days; this is what came last\.\n/);
    const nowhere = await ocs(["hk", "index", "--data-dir", `${folder}/none`]);
    assert.equal(nowhere.code, 1);
    assert.match(nowhere.stderr, /Cannot index ".*none": there is no such file/);
  }));
