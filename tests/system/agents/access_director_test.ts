import assert from "node:assert/strict";
import { AccessDirector } from "../../../agents/access_director.ts";
import { ACCESS_DIRECTOR } from "../../../agents/access_director/options.ts";
import { FakeDataAgent } from "../../../agents/fake_data.ts";
import { FAKE_DATA } from "../../../agents/fake_data/options.ts";
import { Float, hashPassword } from "../../../ocs/mod.ts";
import { Router } from "../../../router/mod.ts";
import { startTestAgent, type TestAgent } from "../../../testing/mod.ts";

const CONFIG = `
passwords:
  - default: true
    password_1: ''
    password_3: three
  - agent_class: FakeDataAgent
    instance_id: '!faker4'
    password_2: fakers-2
exclusive_access_blocks:
  - name: night-run
    password: let-me-in
    grants:
      - instance_id: 'faker*'
        cred_level: 2
        lockout_levels: [1, 2, 3]
      - agent_class: RegistryAgent
        cred_level: 1
        lockout_levels: [1]
  - name: open
    hash: none
    grants: [{default: true, cred_level: 3}]
`;

/** A director whose configuration is in a folder of its own, and the folder. */
async function startDirector(
  run: (director: TestAgent<AccessDirector>, path: string) => Promise<void>,
  { config = CONFIG, router }: { readonly config?: string; readonly router?: Router } = {},
): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    const path = `${folder}/access.yaml`;
    await Deno.writeTextFile(path, config);
    await using director = await startTestAgent(AccessDirector, ACCESS_DIRECTOR, {
      instanceId: "access-director",
      accessPolicy: "director:access-director",
      options: { configFile: path },
      ...(router === undefined ? {} : { router }),
    });
    await run(director, path);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

type Reply = Readonly<Record<string, unknown>> | null;

/** Asks for a grant by keywords, as clients do. */
async function ask(director: TestAgent, kwargs: Readonly<Record<string, unknown>>): Promise<Reply> {
  const reply = await director.call(`${director.address}.request_exclusive`, [], { kwargs, floats: "keep" });
  // The procedure's replies are objects or null.
  return reply as Reply;
}

const NIGHT = { grant_name: "night-run", password: "let-me-in", grantee: "scheduler" };

/** The control messages since the last look. */
function published(director: TestAgent): Record<string, unknown>[] {
  const feed = director.feed("controls");
  const messages = feed.messages.map((message) => message as Record<string, unknown>);
  feed.clear();
  return messages;
}

async function grants(director: TestAgent): Promise<unknown> {
  return (await director.status("manager")).session.data;
}

Deno.test("OCS 10.9: AccessDirector describes itself as Python's does, without a policy of its own", async () => {
  await startDirector(async (director) => {
    const api = await director.api();
    const [[name, session, manager] = []] = api.processes;
    assert.deepEqual([name, session?.status, manager?.blocking, manager?.min_privs], [
      "manager",
      "running",
      false,
      1,
    ]);
    assert.deepEqual(api.tasks.map(([task, , info]) => [task, info.blocking, info.abortable]), [
      ["reload_config", false, false],
    ]);
    assert.deepEqual(api.feeds.map(([feed, { record }]) => [feed, record]), [
      ["controls", false],
      ["heartbeat", false],
    ]);
    assert.equal(api.access_control?.policy, "none");
    assert.deepEqual((await director.start("manager", { x: 1 })).ok, false);
    const stopped = await director.stop("manager");
    assert.equal(stopped.ok, true);
    const { session: ended } = await director.wait("manager");
    assert.equal(ended.messages?.at(-2)?.[1], "Exited.");
    assert.ok(
      director.logTexts.includes('Stopper for "manager" terminated with ok=True and message Stop initiated.'),
    );
    assert.ok((await director.start("manager")).ok);
  });
});

Deno.test("OCS 108: AccessDirector tells all rules within a minute and after each change, with a larger step", async () => {
  await startDirector(async (director, path) => {
    await director.advance(1);
    const [first, ...none] = published(director);
    assert.deepEqual(none, []);
    const free = { hash: "none", value: "" };
    const everywhere = { default: true, agent_class: null, instance_id: null };
    const rest = { lockout_id: null, lockout_owner: null, lockout_levels: [] };
    const rules = [
      { hashed_pass: free, cred_level: 1, scope_spec: everywhere, ...rest },
      {
        hashed_pass: { hash: "md5", value: hashPassword("md5", "three") },
        cred_level: 3,
        scope_spec: everywhere,
        ...rest,
      },
      {
        hashed_pass: { hash: "md5", value: hashPassword("md5", "fakers-2") },
        cred_level: 2,
        scope_spec: { default: false, agent_class: "FakeDataAgent", instance_id: "!faker4" },
        ...rest,
      },
    ];
    assert.deepEqual(first, { reset: true, ac_version: 1, step: 2, rules });
    assert.equal(
      JSON.stringify(first?.["rules"]),
      JSON.stringify(rules),
      "keys of rules in Python's order",
    );
    await director.advance(60);
    assert.deepEqual(published(director), []);
    for (let second = 0; second < 2; second++) await director.advance(1);
    assert.deepEqual(published(director), [{ reset: true, ac_version: 1, step: 2, rules }]);

    await Deno.writeTextFile(path, "passwords: [{default: true, password_1: ''}]");
    assert.ok((await director.start("reload_config")).ok);
    assert.equal((await director.wait("reload_config")).session.messages?.at(-2)?.[1], "Update requested.");
    await director.advance(1);
    const after = { reset: true, ac_version: 1, step: 3, rules: rules.slice(0, 1) };
    assert.deepEqual(published(director), [after]);

    await Deno.writeTextFile(path, "passwords: [{default: true, password_1: hunter2, password_2: 31337}]");
    await director.start("reload_config");
    const { session } = await director.wait("reload_config");
    assert.equal(session.success, false);
    const told = JSON.stringify(session.messages);
    assert.match(
      told,
      /CRASH: .*Cannot use access configuration .*access\.yaml:1:\d+: error: \\"password_2\\"/,
    );
    assert.ok(!/hunter2|31337/.test(told + director.logTexts.join("\n")));
    await director.advance(62);
    assert.deepEqual(published(director), [after], "the old rules stay in force");
  });
});

Deno.test("OCS 105, 10.9: agent_poll queues an answer with the rules for that agent only", async () => {
  await startDirector(async (director) => {
    await director.advance(1);
    published(director);
    const poll = (args: readonly unknown[], kwargs: Readonly<Record<string, unknown>> = {}) =>
      director.call(`${director.address}.agent_poll`, args, { kwargs });
    assert.equal(await poll([], { instance_id: "faker4", agent_class: "FakeDataAgent" }), true);
    assert.equal(await poll(["faker1", "FakeDataAgent"]), true);
    assert.equal(await poll(["faker1", "FakeDataAgent"]), true);
    assert.ok(director.logTexts.includes("agent-poll received from FakeDataAgent:faker4"));
    for (const wrong of [[null, "A"], ["a", 5], ["a,b", "A"], ["a", "!A"], [[], {}]]) {
      assert.equal(await poll(wrong), false, JSON.stringify(wrong));
    }
    assert.ok(director.logTexts.some((text) => text.startsWith("Failed validation: ")));
    await assert.rejects(
      poll([]),
      /agent_poll\(\) missing 2 required positional arguments: 'instance_id' and 'agent_class'/,
    );
    await assert.rejects(
      poll(["a", "b", "c"]),
      /agent_poll\(\) takes 3 positional arguments but 4 were given/,
    );
    await director.advance(1);
    const messages = published(director);
    assert.deepEqual(messages.map(({ target, step, rules }) => [target, step, (rules as unknown[]).length]), [
      ["faker4", 2, 2],
      ["faker1", 2, 3],
    ]);
    assert.deepEqual(Object.keys(messages[0] ?? {}), ["target", "ac_version", "step", "rules"]);
    assert.equal((await director.status("manager")).session.status, "running");
  });
});

Deno.test("OCS 109, 11.8: request_exclusive refuses in Python's order and words, and lends with an 8-letter password", async () => {
  await startDirector(async (director) => {
    await director.advance(1);
    published(director);
    const errors = async (kwargs: Readonly<Record<string, unknown>>) =>
      (await ask(director, kwargs))?.["error"];
    assert.equal(await errors({}), "No grant_name specified.");
    assert.equal(await errors({ grant_name: "x", action: "acquire" }), "Named grant not found (x)");
    assert.equal(await errors({ grant_name: 5 }), "Named grant not found (5)");
    for (const password of [undefined, null, "", "wrong", 5]) {
      const kwargs = {
        grant_name: "night-run",
        action: "acquire",
        ...password === undefined ? {} : { password },
      };
      assert.equal(await errors(kwargs), "Credential failed to access (night-run)");
    }
    assert.equal(await errors({ ...NIGHT, action: "renew" }), "Grant is not currently held; cannot renew.");
    assert.equal(
      await errors({ ...NIGHT, action: "release" }),
      "Grant is not currently held; cannot release.",
    );
    assert.deepEqual(await ask(director, { ...NIGHT, action: "release", strict: false }), {
      message: "grant released",
      grant_name: "night-run",
      step: 2,
    });
    assert.equal(await ask(director, NIGHT), null);
    assert.equal(await ask(director, { ...NIGHT, action: "steal" }), null);

    const expire_at = director.clock.now() + 30;
    const acquired = await ask(director, { ...NIGHT, action: "acquire", expire_at });
    const { password, ...reply } = acquired ?? {};
    assert.match(String(password), /^[A-Za-z]{8}$/);
    assert.deepEqual(reply, { message: "grant acquired", grant_name: "night-run", expire_at, step: 3 });
    assert.deepEqual(Object.keys(acquired ?? {}), ["message", "password", "grant_name", "expire_at", "step"]);
    const held = "Grant is already held (grantee: scheduler); release it first.";
    assert.equal(await errors({ ...NIGHT, action: "acquire", grantee: "other" }), held);
    await director.advance(1);
    const [{ rules = [], step } = {}] = published(director);
    const value = hashPassword("md5", String(password));
    const lent = [
      {
        hashed_pass: { hash: "md5", value },
        cred_level: 2,
        scope_spec: { default: false, agent_class: null, instance_id: "faker*" },
        lockout_id: "night-run",
        lockout_owner: "scheduler",
        lockout_levels: [1, 2, 3],
      },
      {
        hashed_pass: { hash: "md5", value },
        cred_level: 1,
        scope_spec: { default: false, agent_class: "RegistryAgent", instance_id: null },
        lockout_id: "night-run",
        lockout_owner: "scheduler",
        lockout_levels: [1],
      },
    ];
    assert.equal(step, 3);
    assert.deepEqual((rules as unknown[]).slice(3), lent);
    assert.deepEqual(await grants(director), {
      grants: [{ name: "night-run", expire_at, grantee: "scheduler", rules: lent }],
    });

    const renewed = await ask(director, { ...NIGHT, action: "renew", expire_at: new Float(expire_at + 10) });
    assert.deepEqual(renewed, {
      message: "grant renewed",
      grant_name: "night-run",
      expire_at: new Float(expire_at + 10),
      step: 3,
    });
    const taken = await ask(director, { ...NIGHT, action: "acquire", grantee: null, strict: false });
    assert.deepEqual([taken?.["step"], taken?.["expire_at"]], [4, new Float(director.clock.now() + 60)]);
    assert.notEqual(taken?.["password"], password);
    assert.deepEqual(await ask(director, { ...NIGHT, action: "release" }), {
      message: "grant released",
      grant_name: "night-run",
      step: 5,
    });
    const log = director.logTexts.join("\n");
    for (
      const line of [
        "Exclusive access granted: night-run (grantee scheduler)",
        "Exclusive access taken from scheduler: night-run",
        "Exclusive access relinquished: night-run",
        "Exclusive access refused: Credential failed to access (night-run) (grantee None; 4 refused so far)",
      ]
    ) assert.ok(log.includes(line), `${line}\n\n${log}`);
    for (const secret of ["let-me-in", String(password), String(taken?.["password"])]) {
      assert.ok(!log.includes(secret), `the log holds ${secret}`);
    }
  });
});

Deno.test("OCS 10.9: AccessDirector takes an expired grant back, with a larger step", async () => {
  await startDirector(async (director) => {
    await director.advance(1);
    await ask(director, { ...NIGHT, action: "acquire", expire_at: director.clock.now() + 2.5 });
    await ask(director, { grant_name: "open", action: "acquire" });
    await director.advance(1);
    published(director);
    await director.advance(1);
    assert.deepEqual(published(director), []);
    await director.advance(1);
    const [{ step, rules } = {}] = published(director);
    assert.deepEqual([step, (rules as unknown[]).length], [5, 4]);
    assert.ok(director.logTexts.includes("Grant expiring: night-run"));
    assert.deepEqual(
      (await grants(director) as { grants: { name: string }[] }).grants.map(({ name }) => name),
      [
        "open",
      ],
    );
  });
});

Deno.test("AccessDirector outlives hostile requests, which break Python's manager or the agents", async () => {
  await startDirector(async (director) => {
    const refused = async (kwargs: Readonly<Record<string, unknown>>, text: RegExp) =>
      assert.match(
        String((await ask(director, { grant_name: "open", action: "acquire", ...kwargs }))?.["error"]),
        text,
      );
    for (const expire_at of ["soon", true, [], {}, NaN, Infinity]) {
      await refused({ expire_at }, /^Cannot use expire_at .*: expected Unix seconds$/);
    }
    for (const grantee of [5, ["a"], { a: 1 }, false]) {
      await refused({ grantee }, /^Cannot lend "open": grantee is .*, expected a text$/);
    }
    await assert.rejects(ask(director, { who: 1 }), /got an unexpected keyword argument 'who'/);
    await assert.rejects(
      director.call(`${director.address}.request_exclusive`, [1, 2, 3, 4, 5, 6, 7]),
      /request_exclusive\(\) takes from 1 to 7 positional arguments but 8 were given/,
    );
    const byPosition = await director.call(
      `${director.address}.request_exclusive`,
      ["open", null, "acquire", null, "me\n\u001b[31m"],
    );
    assert.equal((byPosition as Record<string, unknown>)["message"], "grant acquired");
    await director.advance(2);
    assert.equal((await director.status("manager")).session.status, "running");
    assert.ok(!director.logTexts.some((text) => text.includes("\u001b")));
  });
});

Deno.test("AccessDirector tells all at once when more agents ask than it can answer one by one", async () => {
  await startDirector(async (director) => {
    await director.advance(1);
    published(director);
    const poll = (at: number) => director.call(`${director.address}.agent_poll`, [`agent${at}`, "A"]);
    for (let at = 0; at < 10_100; at += 100) {
      await Promise.all(Array.from({ length: 100 }, (_, more) => poll(at + more)));
    }
    await director.advance(1);
    const messages = published(director);
    assert.equal(messages.filter((message) => "reset" in message).length, 1);
    assert.ok(messages.length < 200, `${messages.length} messages`);
  });
});

Deno.test("AccessDirector does not start with a configuration that it cannot use, and says all that is wrong", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const path = `${folder}/access.yaml`;
    const start = () => startTestAgent(AccessDirector, ACCESS_DIRECTOR, { options: { configFile: path } });
    await assert.rejects(start(), {
      name: "TypeError",
      message: `Cannot read access configuration "${path}": there is no such file`,
    });
    await assert.rejects(
      startTestAgent(AccessDirector, ACCESS_DIRECTOR, { options: { configFile: folder } }),
      /it is no file/,
    );
    await Deno.writeTextFile(path, "passwords: [{default: true, password_1: 1, password_2: 2}]");
    await assert.rejects(start(), (error: Error) => {
      assert.equal(error.name, "AccessFileError");
      assert.match(error.message, /"password_1" of passwords entry 1 is a number in YAML[^]*"password_2" of/);
      return true;
    });
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("OCS 100, 102, 106, 107: an agent under our director is blocked, ruled, locked out and let go", async () => {
  const router = await Router.start({ realm: "test_realm", addressRoot: "observatory" });
  try {
    await startFaker(router);
  } finally {
    await router.stop();
  }
});

async function startFaker(router: Router): Promise<void> {
  await using faker = await startTestAgent(FakeDataAgent, FAKE_DATA, {
    instanceId: "faker1",
    accessPolicy: "director:access-director",
    router,
  });
  const before = await faker.api();
  const { version, policy, update_count, step } = before.access_control ?? {};
  assert.deepEqual([version, policy, update_count, step], [1, "director", 0, 0]);
  const attempt = async (password?: string) =>
    (await faker.start("set_heartbeat", {}, password === undefined ? {} : { password })).message;
  const blocked = "The action requires credential level 1-BASIC but the client has only level 0-BLOCKED";
  assert.equal(await attempt(), blocked);
  assert.equal(await attempt("three"), blocked);
  await startDirector(async (director) => {
    const told = async () => {
      await director.advance(1);
      await faker.advance(0);
      return (await faker.api()).access_control?.step;
    };
    assert.equal(await told(), 2);
    const level = async (password?: string) => {
      const reply = await faker.start("count", {}, password === undefined ? {} : { password });
      await faker.stop("count", password === undefined ? {} : { password });
      await faker.advance(2);
      return reply.session.cred_level;
    };
    assert.deepEqual([await level(), await level("fakers-2"), await level("three"), await level("x")], [
      1,
      2,
      3,
      1,
    ]);
    const grant = await ask(director, { ...NIGHT, action: "acquire" });
    assert.equal(await told(), 3);
    const locked = "Privileges diminished; lockouts active: ['night-run[scheduler]']";
    assert.equal(await attempt("three"), `${blocked} ${locked}`);
    const refused = await faker.stop("count");
    assert.equal(refused.message, blocked, "only start tells the detail");
    assert.equal(await level(String(grant?.["password"])), 2);
    await ask(director, { ...NIGHT, action: "release" });
    assert.equal(await told(), 4);
    assert.equal(await level("three"), 3);
    assert.equal((await faker.api()).access_control?.update_count, 3);
  }, { router });
  const { count, last } = await faker.call(faker.address, ["get_refusals"]) as {
    count: number;
    last: Record<string, unknown>[];
  };
  assert.equal(count, 4);
  assert.deepEqual(last.map(({ action, op_name, level, required }) => [action, op_name, level, required]), [
    ["start", "set_heartbeat", 0, 1],
    ["start", "set_heartbeat", 0, 1],
    ["start", "set_heartbeat", 0, 1],
    ["stop", "count", 0, 1],
  ]);
  assert.ok(
    faker.logTexts.includes(
      'Rejected underprivileged "stop" request for count: it has level 0-BLOCKED, expected 1-BASIC or more ' +
        "(4 refused so far)",
    ),
  );
  assert.ok(faker.logTexts.includes("start of count with level 3-FULL"));
}
