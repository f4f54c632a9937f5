import assert from "node:assert/strict";
import { FakeDataAgent } from "../../../agents/fake_data.ts";
import type { FAKE_DATA } from "../../../agents/fake_data/options.ts";
import { JoinError } from "../../../client/mod.ts";
import { startAgent } from "../../../framework/mod.ts";
import { Router } from "../../../router/mod.ts";
import { status } from "../../../verbs/operate.ts";
import { openSharedLink } from "../../../verbs/shared_link.ts";
import { openSite } from "../../../verbs/site_link.ts";
import { freePort } from "../../helpers/free_port.ts";

/** The options that lead to a port of this machine, whether or not a router is there. */
function siteAt(port: number) {
  return {
    site: "none",
    siteHub: `ws://127.0.0.1:${port}/ws`,
    siteRealm: "test_realm",
    addressRoot: "observatory",
  };
}

function startFaker(url: string) {
  return startAgent<typeof FAKE_DATA.options, FakeDataAgent>(FakeDataAgent, {
    instanceId: "faker1",
    connection: { url, realm: "test_realm" },
    options: { mode: "idle", numChannels: 1, sampleRate: 1, frameLength: 60 },
  });
}

Deno.test("openSharedLink() needs no router yet; a verb waits for it within its own deadline", async () => {
  const port = freePort();
  await using link = await openSharedLink({ site: siteAt(port) });
  await assert.rejects(
    status("faker1.acq", { link, timeoutSeconds: 0.2 }),
    (error) => error instanceof JoinError && /no session within 0\.2 s.*ECONNREFUSED/.test(error.message),
  );
  const abort = AbortSignal.abort(new Error("enough"));
  await assert.rejects(openSite({ link, signal: abort }), /enough/);
  const waiting = status("faker1.acq", { link, timeoutSeconds: 20 }).catch((error: unknown) => error);
  await using _router = await Router.start({ port });
  // The router is there now, the agent is not: what fails is the question, not the connection.
  assert.match(String(await waiting), /no agent is registered at "observatory\.faker1"/);
});

Deno.test("openSharedLink() keeps clients until they are forgotten, and is not closed by who borrows it", async () => {
  await using router = await Router.start();
  const agent = await startFaker(router.url);
  try {
    await using link = await openSharedLink({ site: siteAt(router.port) });
    {
      await using borrowed = await openSite({ link });
      assert.equal(await borrowed.client("faker1"), await link.client("faker1"));
      assert.notEqual(await borrowed.client("faker1", { privs: "secret" }), await link.client("faker1"));
    }
    assert.equal(link.connection.state, "joined");
    assert.equal((await status("faker1.acq", { link })).result, "ok");
    const before = await link.client("faker1");
    link.forget("other");
    assert.equal(await link.client("faker1"), before);
    link.forget("faker1");
    assert.notEqual(await link.client("faker1"), before);
  } finally {
    await agent.stop();
  }
});
