import assert from "node:assert/strict";
import { resolveSite } from "../../../site/mod.ts";
import { type NewEntry, NightLog } from "../../../verbs/night_log.ts";
import { siteKey } from "../../../verbs/state_folder.ts";
import { ocs } from "../cli/ocs.ts";

function typed(line: string, more: Partial<NewEntry> = {}): NewEntry {
  const now = Date.now() / 1000;
  return {
    timeSeconds: now,
    line,
    kind: "verb",
    reply: "a reply",
    outcome: "ok",
    durationSeconds: 0.5,
    ...more,
  };
}

Deno.test("ocs journal finds what was typed at the site, without a router", async () => {
  const folder = await Deno.makeTempDir({ prefix: "journal_" });
  try {
    const siteFile = `${folder}/default.yaml`;
    await Deno.writeTextFile(
      siteFile,
      "hub: {wamp_server: 'ws://127.0.0.1:1/ws', wamp_realm: r, address_root: o}\nhosts: {}\n",
    );
    const env = { XDG_STATE_HOME: `${folder}/state` };
    const run = (...args: string[]) => ocs(["journal", ...args, "--site-file", siteFile], { env });
    const empty = await run();
    assert.equal(empty.code, 0, empty.stderr);
    assert.match(empty.stdout, /^Nothing was typed yet in .*\/state\/ocs\//);
    await assert.rejects(Deno.stat(`${folder}/state`), Deno.errors.NotFound, "reading makes no folder");

    const log = { info: assert.fail, warn: assert.fail, error: assert.fail };
    const site = siteKey(await resolveSite({ siteFile }));
    const night = await NightLog.open({ folder: `${folder}/state/ocs`, site, who: "ann@control", log });
    await night.append(typed("start faker1.acq", { timeSeconds: Date.now() / 1000 - 3 * 86_400 }));
    await night.append(typed("start faker1.acq --privs hunter2", { outcome: "refused", reply: "no\nno" }));
    await night.append(typed("a = 1\nb = 2", { kind: "typescript" }));
    const all = await run();
    assert.match(
      all.stdout,
      /^N +TIME +WHO +OUTCOME +TOOK +LINE\n1 +\d{4}-\d\d-\d\d \d\d:\d\d:\d\d +ann@control +ok +0\.5 s +start faker1\.acq\n/,
    );
    assert.match(all.stdout, /^3 .* a = 1 … 1 more lines$/m);
    const one = await run("REFUSED", "--since", "1h");
    assert.match(one.stdout, /^2 .* start faker1\.acq --privs \*\*\*\n {2}no\n {2}no\n$/m);
    const json = await run("acq", "-n", "1", "--json");
    const [[entry]] = JSON.parse(`[${json.stdout}]`);
    assert.equal(entry.n, 2);
    assert.equal((await run("--since", "soon")).code, 2);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
