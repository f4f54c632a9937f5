import assert from "node:assert/strict";
import { OpCode } from "../../../client/mod.ts";
import { ManualClock } from "../../../internal/manual_clock.ts";
import { Router } from "../../../router/mod.ts";
import { agents } from "../../../verbs/agents.ts";
import { FleetWatch } from "../../../verbs/fleet_watch.ts";
import { type Look, PLAIN } from "../../../verbs/look.ts";
import { openSharedLink } from "../../../verbs/shared_link.ts";
import { untilTrue } from "../../helpers/until.ts";
import { PlainAgents } from "./plain_agents.ts";

const NARROW: Look = { columns: 80, style: (_style, text) => text };

Deno.test("agents() sorts trouble first, and tells router gone, agent gone and value old apart", async () => {
  const router = await Router.start();
  try {
    await using plain = await PlainAgents.start({
      url: router.url,
      instances: ["c-up", "b-failed", "a-late", "d-gone", "e-stuck"],
    });
    for (const name of plain.agents.keys()) {
      plain.set(name, "acq", { sessionId: 1, code: OpCode.RUNNING, messages: [] });
    }
    plain.set("b-failed", "acq", { sessionId: 1, code: OpCode.FAILED, messages: [] });
    plain.get("e-stuck").hangs = true;
    await using link = await openSharedLink({
      site: { site: "none", siteHub: router.url, siteRealm: "test_realm", addressRoot: "observatory" },
    });
    const clock = new ManualClock();
    await using fleet = FleetWatch.open(link, { clock });
    await untilTrue(async () => {
      await plain.beat();
      await clock.advance(0.3);
      return !fleet.listening && fleet.agents.size === 5 &&
        [...fleet.agents.values()].every(({ api, state }) => api !== undefined || state === "stuck");
    });
    /** So many seconds, in which some are heard. */
    const pass = async (seconds: number, ...heard: readonly string[]) => {
      for (let second = 0; second < seconds; second++) {
        await clock.advance(1);
        await plain.beat(...heard);
        const nowMs = fleet.nowMs;
        await untilTrue(() => heard.every((name) => fleet.agents.get(name)?.heardMs === nowMs));
      }
    };
    await pass(3, "c-up", "b-failed", "a-late", "e-stuck");
    await pass(3, "c-up", "b-failed", "e-stuck");
    const variableOf = (instance: string) => instance.replaceAll("-", "_");
    const { result, data, text } = await agents({ link, fleet, variableOf });
    assert.equal(result, "failed");
    assert.deepEqual(data.map(({ instance, state }) => [instance, state]), [
      ["d-gone", "expired"],
      ["e-stuck", "stuck"],
      ["b-failed", "up"],
      ["a-late", "late"],
      ["c-up", "up"],
    ]);
    assert.equal(data.find(({ instance }) => instance === "a-late")?.heartbeatAgeSeconds, 3);
    const lines = text(NARROW).split("\n");
    assert.match(lines[0] ?? "", /^INSTANCE +CLASS +STATE +HEARD +OPERATIONS$/);
    assert.match(lines[1] ?? "", /^d-gone = d_gone +PlainAgent +expired +6\.\d s +-$/);
    assert.match(lines[3] ?? "", /^b-failed .* acq:failed$/);
    assert.match(
      text(NARROW),
      /\n\n2 of 5 in trouble: d-gone \(expired on here, heard 6\.\d s ago\), e-stuck \(stuck\)$/,
    );
    assert(lines.every((line) => line.length <= 80));
    await router.stop();
    await untilTrue(() => fleet.router.state === "lost");
    await clock.advance(60);
    const lost = await agents({ link, fleet });
    assert.equal(lost.result, "failed");
    assert.deepEqual(lost.data.map(({ state }) => state).sort(), [
      "expired",
      "unknown",
      "unknown",
      "unknown",
      "unknown",
    ]);
    assert.match(
      lost.text(PLAIN),
      /^The router at ws:.* has been lost for 60\.0 s; this is what was heard last\.\n/,
    );
  } finally {
    await router.stop();
  }
});

Deno.test("agents() gives agents time to be heard before it says that nobody is there", async () => {
  await using router = await Router.start();
  const site = { site: "none", siteHub: router.url, siteRealm: "test_realm", addressRoot: "observatory" };
  const nobody = await agents({ site });
  assert.equal(nobody.text(PLAIN), `No agents heard under "observatory" on ${router.url}.`);
  assert.equal(nobody.result, "ok");
  const abort = new AbortController();
  const listening = agents({ site, listenSeconds: 100, signal: abort.signal });
  abort.abort(new Error("enough"));
  await assert.rejects(listening);
});
