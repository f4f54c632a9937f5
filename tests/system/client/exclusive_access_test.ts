import assert from "node:assert/strict";
import { AccessDirector } from "../../../agents/access_director.ts";
import type { ACCESS_DIRECTOR } from "../../../agents/access_director/options.ts";
import type { FAKE_DATA } from "../../../agents/fake_data/options.ts";
import { FakeDataAgent } from "../../../agents/fake_data.ts";
import {
  type ClientSite,
  ConditionError,
  ExclusiveAccessClient,
  holdExclusive,
  OCSClient,
} from "../../../client/mod.ts";
import { createLog, type LogRecord, type RunningAgent, startAgent } from "../../../framework/mod.ts";
import { Router } from "../../../router/mod.ts";
import { untilTrue } from "../../helpers/until.ts";

const CONFIG = `
passwords:
  - {default: true, password_1: '', password_2: two}
exclusive_access_blocks:
  - name: night-run
    password: let-me-in
    grants:
      - {agent_class: FakeDataAgent, cred_level: 3, lockout_levels: [1, 2, 3]}
`;

const NIGHT = { grantName: "night-run", grantee: "scheduler", password: "let-me-in" };

interface Observatory {
  readonly site: ClientSite;
  readonly director: RunningAgent;
  readonly lines: readonly LogRecord[];
}

/** A director and an agent that obeys it, in real time. */
async function withObservatory(run: (observatory: Observatory) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await Deno.writeTextFile(`${folder}/access.yaml`, CONFIG);
    await using router = await Router.start({ realm: "test_realm", addressRoot: "observatory" });
    const connection = { url: router.url, realm: "test_realm" };
    const lines: LogRecord[] = [];
    const log = createLog({ level: "trace", sinks: [{ write: (record) => lines.push(record) }] });
    await using director = await startAgent<typeof ACCESS_DIRECTOR.options, AccessDirector>(AccessDirector, {
      instanceId: "access-director",
      connection,
      // Relative to the folder of the site file.
      options: { configFile: "access.yaml" },
      siteFile: `${folder}/default.yaml`,
      log,
    });
    await using faker = await startAgent<typeof FAKE_DATA.options, FakeDataAgent>(FakeDataAgent, {
      instanceId: "faker1",
      connection,
      options: { mode: "idle", numChannels: 2, sampleRate: 10, frameLength: 60 },
      accessPolicy: "director:",
      log,
    });
    const site = {
      wampServer: router.url,
      wampHttp: router.httpUrl,
      realm: "test_realm",
      addressRoot: "observatory",
    };
    assert.equal(faker.agent.accessPolicy, "director");
    await run({ site, director, lines });
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

for (const carrier of ["wamp", "http"] as const) {
  Deno.test(`OCS 8.6: ExclusiveAccessClient acquires, renews and releases as Python's does (${carrier})`, async () => {
    await withObservatory(async ({ site, lines }) => {
      await using access = await ExclusiveAccessClient.connect("access-director", {
        ...NIGHT,
        site,
        carrier,
      });
      assert.deepEqual([access.password, access.expireAt, access.lastReply], [
        undefined,
        undefined,
        { error: "no history" },
      ]);
      assert.deepEqual(await access.renew(), [
        false,
        { error: "Grant is not currently held; cannot renew." },
      ]);
      const before = Date.now() / 1000;
      const [ok, reply] = await access.acquire();
      assert.equal(ok, true);
      assert.deepEqual(access.lastReply, reply);
      assert.match(access.password ?? "", /^[A-Za-z]{8}$/);
      assert.ok((access.expireAt ?? 0) >= before + 100 && (access.expireAt ?? 0) <= Date.now() / 1000 + 100);

      await using faker = await OCSClient.connect("faker1", { site, carrier });
      await access.untilInForce(faker);
      const refused = await faker.operation("set_heartbeat").start();
      assert.equal(
        refused.message,
        "The action requires credential level 1-BASIC but the client has only level 0-BLOCKED Privileges " +
          "diminished; lockouts active: ['night-run[scheduler]']",
      );
      await using holder = await OCSClient.connect("faker1", { site, carrier, privs: access.password });
      assert.equal((await holder.operation("set_heartbeat").start()).session.cred_level, 3);

      const rival = new ExclusiveAccessClient(holder, { ...NIGHT, grantee: "rival" });
      await assert.rejects(rival.acquire(), { uri: "wamp.error.no_such_procedure" }, "not the director");
      await using other = await ExclusiveAccessClient.connect("access-director", {
        ...NIGHT,
        grantee: "rival",
        site,
        carrier,
      });
      const held = { error: "Grant is already held (grantee: scheduler); release it first." };
      assert.deepEqual(await other.acquire(), [false, held]);
      assert.deepEqual(other.lastReply, held);
      const [renewed, { expire_at }] = await access.renew({ expireAt: before + 500 });
      assert.deepEqual([renewed, expire_at, access.expireAt], [true, before + 500, before + 500]);
      assert.equal((await other.acquire({ strict: false }))[0], true);

      const [released, { message, step }] = await other.release();
      assert.deepEqual([released, message, step, other.password, other.expireAt], [
        true,
        "grant released",
        5,
        undefined,
        undefined,
      ]);
      await other.untilInForce(faker);
      assert.equal((await faker.operation("set_heartbeat").start()).session.cred_level, 1);
      assert.deepEqual(await access.release(), [
        false,
        { error: "Grant is not currently held; cannot release." },
      ]);
      assert.equal(access.password, undefined);
      const log = lines.map(({ text }) => text).join("\n");
      for (const secret of ["let-me-in", String(reply.password)]) assert.ok(!log.includes(secret), secret);
    });
  });
}

Deno.test("ExclusiveAccessClient says of an agent without a director that the grant is never in force there", async () => {
  await withObservatory(async ({ site, director }) => {
    await using access = await ExclusiveAccessClient.connect("access-director", { ...NIGHT, site });
    await access.acquire();
    await using directorItself = await OCSClient.connect("access-director", { site });
    await assert.rejects(access.untilInForce(directorItself), {
      name: "ConditionError",
      message:
        'Cannot see the change of grant "night-run" at "access-director": its access policy is none, ' +
        "expected director",
    });
    await using manager = await OCSClient.connect("access-director", { site });
    await manager.operation("manager").stop();
    await manager.operation("manager").wait();
    await access.release();
    await using faker = await OCSClient.connect("faker1", { site });
    await assert.rejects(access.untilInForce(faker, { timeoutSeconds: 0.3 }), /after 0\.3 s, expected 4$/);
    assert.equal(director.agent.accessPolicy, "none");
  });
});

Deno.test("holdExclusive() holds a grant for a block, renews it, and gives it back", async () => {
  await withObservatory(async ({ site, lines }) => {
    await using access = await ExclusiveAccessClient.connect("access-director", { ...NIGHT, site });
    for (const periodSeconds of [2, -1, NaN, Infinity]) {
      await assert.rejects(holdExclusive(access, { periodSeconds }), { name: "RangeError" });
    }
    {
      await using held = await holdExclusive(access, { periodSeconds: 3 });
      assert.equal(held.password, access.password);
      const first = access.expireAt ?? 0;
      await assert.rejects(holdExclusive(access), (error) => {
        assert.ok(error instanceof ConditionError);
        assert.match(error.message, /^Cannot hold grant "night-run": Grant is already held/);
        return true;
      });
      await untilTrue(() => (access.expireAt ?? 0) >= first + 0.9, { what: "a renewal" });
      assert.equal(held.lost.aborted, false);
    }
    assert.equal(access.password, undefined);
    const granted = lines.filter(({ text }) => text.startsWith("Exclusive access relinquished: night-run"));
    assert.equal(granted.length, 1);
  });
});

Deno.test("holdExclusive() tells that the grant is lost", async () => {
  await withObservatory(async ({ site, director }) => {
    await using access = await ExclusiveAccessClient.connect("access-director", {
      ...NIGHT,
      site,
      timeoutSeconds: 2,
    });
    await using held = await holdExclusive(access, { periodSeconds: 3 });
    // Somebody gives away what is not theirs: the next renewal is refused.
    await access.release();
    await untilTrue(() => held.lost.aborted, { what: "the loss" });
    assert.match(String(held.lost.reason), /The grant "night-run" is lost: Grant is not currently held/);

    const warnings: string[] = [];
    const logger = { info() {}, error() {}, warn: (text: string) => void warnings.push(text) };
    await using again = await holdExclusive(access, { periodSeconds: 3, logger });
    await director.stop();
    await untilTrue(() => again.lost.aborted, { what: "the expiry", timeoutMs: 15_000 });
    assert.match(String(again.lost.reason), /lost: it has expired: Cannot call "request_exclusive"/);
    assert.ok(warnings.some((text) => text.startsWith('Cannot renew grant "night-run", trying again: ')));
  });
});

Deno.test("holdExclusive() tells that somebody has taken the grant, and leaves it to them", async () => {
  await withObservatory(async ({ site, lines }) => {
    await using access = await ExclusiveAccessClient.connect("access-director", { ...NIGHT, site });
    await using other = await ExclusiveAccessClient.connect("access-director", {
      ...NIGHT,
      grantee: "rival",
      site,
    });
    {
      await using held = await holdExclusive(access, { periodSeconds: 6 });
      await other.acquire({ strict: false });
      await untilTrue(() => held.lost.aborted, { what: "the loss", timeoutMs: 20_000 });
      assert.match(String(held.lost.reason), /The grant "night-run" is lost: "rival" has taken it/);
    }
    assert.ok(!lines.some(({ text }) => text.startsWith("Exclusive access relinquished")), "given away");
    assert.equal(await other.takenBy(), undefined);
  });
});
