// deno-lint-ignore-file no-console -- a random test says its seed
/** Access control in all mixes: both directors, agents and clients, ours and Python's, on both routers. @module */
import assert from "node:assert/strict";
import * as yaml from "../../deps/yaml.ts";
import { connectWamp, ExclusiveAccessClient, OCSClient } from "../../client/mod.ts";
import { findPassword } from "../../client/passwords.ts";
import { readAccessConfig } from "../../site/read_access_config.ts";
import { bridgeCall } from "../helpers/bridge.ts";
import { Crossbar } from "../helpers/crossbar.ts";
import { testsWith } from "../helpers/interop_test.ts";
import { startOurAgent } from "../helpers/our_agent.ts";
import { startPythonAgent } from "../helpers/python_agent.ts";
import { pythonJson } from "../helpers/python_client.ts";
import { OurRouter } from "../helpers/our_router.ts";
import { type PythonPeers, pythonPeers } from "../helpers/python_peers.ts";
import { Random } from "../helpers/random_values.ts";
import type { RouterFixture } from "../helpers/router_fixture.ts";
import { type SiteAgent, type SiteFolder, writeSite } from "../helpers/site_file.ts";
import { untilTrue } from "../helpers/until.ts";

const test = await testsWith("Python peers", pythonPeers);

const KINDS = ["py", "ts"] as const;

/** Agents that start when their director has long been there. */
const LATE = ["py-late-ts", "ts-late-py"] as const;

const CONFIG = `
passwords:
  - default: true
    password_1: ''
    password_3: three
    password_4: {hash: md5, value: 8cbad96aced40b38}
  - agent_class: FakeDataAgent
    instance_id: '!*-other*'
    password_2: two
exclusive_access_blocks:
  - name: night
    password: let-me-in
    grants:
      - instance_id: '*-faker-*'
        cred_level: 2
        lockout_levels: [1, 2, 3]
  - name: top
    hash: none
    grants:
      - agent_class: 'Fake*,!Other*'
        cred_level: 3
        lockout_levels: [3]
`;

const PASSWORDS = `
- default: true
  password_3: three
- agent_class: FakeDataAgent
  password_2: two
`;

type Wire = Readonly<Record<string, unknown>>;

async function post(
  router: RouterFixture,
  procedure: string,
  args: readonly unknown[],
  kwargs: Wire = {},
): Promise<unknown> {
  const reply = await fetch(router.httpUrl, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ procedure, args, kwargs }),
    signal: AbortSignal.timeout(30_000),
  });
  const answer = await reply.json();
  return "error" in answer ? `${answer.error}: ${answer.args[0]}` : answer.args[0];
}

/** Code, message and level of a request to an operation; waits until the run is over. */
async function attempt(
  router: RouterFixture,
  agent: string,
  [action, op, password]: readonly [action: string, op: string, password?: string],
): Promise<unknown> {
  const ops = `observatory.${agent}.ops`;
  const params = op === "delay_task" ? { delay: 0 } : {};
  const reply = await post(router, ops, [action, op, params], password === undefined ? {} : { password });
  if (action === "start") await post(router, ops, ["wait", op, {}], { timeout: 5 });
  if (!Array.isArray(reply)) return reply;
  // The names of the grants come out of a set: in no particular order, and in another one each time.
  const message = String(reply[1]).replace(
    /\['.*'\]$/,
    (list) => list.slice(1, -1).split(", ").sort().join(", "),
  );
  return [reply[0], message, reply[2]?.cred_level ?? null];
}

async function accessOf(router: RouterFixture, agent: string): Promise<Wire> {
  const [api] = await bridgeCall(router, `observatory.${agent}`, ["get_api"]);
  // What an agent answers to that; both kinds have the key.
  return (api as { readonly access_control: Wire }).access_control;
}

/** Everything that a director and its two agents answer, but for passwords and times. */
async function transcript(
  router: RouterFixture,
  director: string,
  { agents, folder }: { readonly agents: readonly string[]; readonly folder: string },
): Promise<unknown[]> {
  const seen: unknown[] = [];
  const secrets: string[] = [];
  const told = (value: unknown): void => {
    let text = JSON.stringify(value) ?? "undefined";
    for (const secret of secrets) text = text.replaceAll(secret, "SECRET");
    // Hashes of the holders' passwords, times, and who it was.
    text = text.replaceAll(/"value":"[0-9a-f]{16}"/g, '"value":"HASH"').replaceAll(/\d{10}\.\d+/g, "0");
    seen.push(JSON.parse(text.replaceAll(/\b(py|ts)-/g, "")));
  };
  const all = async (...request: Parameters<typeof attempt>[2]): Promise<void> => {
    const [one, ...others] = await Promise.all(agents.map((agent) => attempt(router, agent, request)));
    for (const other of others) assert.deepEqual(other, one, `${director}: ${request}`);
    told(one);
  };
  const exclusive = async (kwargs: Wire): Promise<Wire> => {
    const reply = await post(router, `observatory.${director}.request_exclusive`, [], kwargs) as Wire;
    if (typeof reply?.["password"] === "string") {
      assert.match(reply["password"], /^[A-Za-z]{8}$/);
      secrets.push(reply["password"]);
    }
    told([Object.keys(reply ?? {}), reply]);
    return reply;
  };
  const untilStep = async (step: number): Promise<void> => {
    for (const agent of agents) {
      await untilTrue(async () => Number((await accessOf(router, agent))["step"]) >= step, {
        what: `step ${step} of ${director} at ${agent}`,
        timeoutMs: 30_000,
        pollMs: 100,
      });
    }
  };
  const levels = async (...passwords: readonly (string | undefined)[]): Promise<void> => {
    for (const password of passwords) {
      await all("start", "set_heartbeat", ...password === undefined ? [] : [password] as const);
    }
  };
  const manager = async (): Promise<void> => {
    const reply = await post(router, `observatory.${director}.ops`, ["status", "manager"]);
    assert.ok(Array.isArray(reply), String(reply));
    told([reply[0], reply[1], reply[2].status, reply[2].data]);
  };
  const reload = async (): Promise<void> => {
    const ops = `observatory.${director}.ops`;
    told((await post(router, ops, ["start", "reload_config", {}]) as unknown[]).slice(0, 2));
    const [, , session] = await post(router, ops, ["wait", "reload_config"], { timeout: 5 }) as [0, "", Wire];
    const messages = session["messages"] as [number, string][];
    told([session["success"], messages.map(([, text]) => text.startsWith("CRASH: ") ? "CRASH" : text)]);
  };

  await untilStep(2);
  const [begun, ...alike] = await Promise.all(agents.map(async (agent) => {
    const { update_timestamp, update_count, ...rest } = await accessOf(router, agent);
    assert.ok(Number(update_timestamp) > 1e9 && Number(update_count) >= 1);
    return rest;
  }));
  for (const other of alike) assert.deepEqual(other, begun);
  told(begun);
  await levels(undefined, "two", "three", "four", "x");
  await all("start", "delay_task");
  await all("start", "delay_task", "two");
  await all("abort", "delay_task");

  for (
    const kwargs of [
      {},
      { grant_name: "nothing" },
      { grant_name: "night", action: "acquire" },
      { grant_name: "night", action: "acquire", password: "wrong" },
      { grant_name: "night", action: "renew", password: "let-me-in" },
      { grant_name: "night", action: "release", password: "let-me-in" },
      { grant_name: "night", action: "release", password: "let-me-in", strict: false },
      { grant_name: "night", action: "steal", password: "let-me-in" },
      { grant_name: "night", password: "let-me-in" },
    ]
  ) await exclusive(kwargs);
  const night = { grant_name: "night", password: "let-me-in", grantee: "scheduler" };
  const grant = await exclusive({ ...night, action: "acquire", expire_at: 4_000_000_000 });
  await exclusive({ ...night, action: "acquire" });
  await untilStep(3);
  await levels(undefined, "two", "three", "four", "x", String(grant["password"]));
  await all("start", "delay_task", "three");
  await all("stop", "acq");
  await manager();
  await exclusive({ ...night, action: "renew", expire_at: 4_000_000_001 });
  const top = await exclusive({ grant_name: "top", action: "acquire", expire_at: 4_000_000_002 });
  await untilStep(4);
  await all("start", "delay_task", "three");
  await levels(String(top["password"]), "four");
  await manager();
  await exclusive({ ...night, action: "release" });
  await exclusive({
    grant_name: "top",
    action: "acquire",
    grantee: "thief",
    strict: false,
    expire_at: 4_000_000_003,
  });
  await exclusive({ grant_name: "top", action: "release" });
  await untilStep(7);
  await levels("three");

  await exclusive({ ...night, action: "acquire", expire_at: 4_000_000_004 });
  await untilStep(8);
  await exclusive({ ...night, action: "renew", expire_at: 1_700_000_000 });
  await untilStep(9);
  await manager();

  await Deno.writeTextFile(`${folder}/${director}.yaml`, "passwords: [{default: true, password_1: 5}]");
  await reload();
  await Deno.writeTextFile(`${folder}/${director}.yaml`, "passwords: [{default: true, password_1: new}]");
  await reload();
  await untilStep(10);
  await levels(undefined, "new", "three");
  await Deno.writeTextFile(`${folder}/${director}.yaml`, CONFIG);
  await reload();
  await untilStep(11);
  for (
    const [args, kwargs] of [
      [["a", "B"], {}],
      [["a"], { agent_class: "B" }],
      [[null, "B"], {}],
      [[], {}],
      [["a", "B", "c"], {}],
    ] as const
  ) told(await post(router, `observatory.${director}.agent_poll`, args, kwargs));
  return seen;
}

/** Entries of the site file, by instance id. */
function entriesOf(directors: readonly string[], fakers: readonly string[]): SiteAgent[] {
  return [
    ...directors.map((instanceId) => ({
      agentClass: "AccessDirector",
      instanceId,
      arguments: ["--config-file", `${instanceId}.yaml`],
    })),
    ...fakers.map((instanceId) => ({
      agentClass: "FakeDataAgent",
      instanceId,
      arguments: ["--mode", "idle", "--access-policy", `director:${instanceId.slice(-2)}-director`],
    })),
  ];
}

/** Starts agents of the kind that their ids begin with. */
async function startAll(
  ids: readonly string[],
  { peers, site, agentClass, programs }: {
    readonly peers: PythonPeers;
    readonly site: SiteFolder;
    readonly agentClass: string;
    readonly programs: AsyncDisposableStack;
  },
): Promise<void> {
  const started = await Promise.allSettled(
    ids.map((instanceId) =>
      instanceId.startsWith("py-")
        ? startPythonAgent({ peers, site, instanceId })
        : startOurAgent(site, { agentClass, instanceId })
    ),
  );
  for (const one of started) if (one.status === "fulfilled") programs.use(one.value);
  for (const one of started) if (one.status === "rejected") throw one.reason;
}

/** Both directors on our own router, each with an agent of the other kind: the shortest way to have all of them there. */
async function transcriptsOnOurRouter(peers: PythonPeers): Promise<unknown[][]> {
  await using router = await OurRouter.start();
  const directors = KINDS.map((kind) => `${kind}-director`);
  const fakers = ["ts-faker-py", "py-faker-ts"];
  await using site = await writeSite(router, entriesOf(directors, fakers));
  for (const director of directors) await Deno.writeTextFile(`${site.folder}/${director}.yaml`, CONFIG);
  await using programs = new AsyncDisposableStack();
  const parts = { peers, site, programs };
  await startAll(fakers, { ...parts, agentClass: "FakeDataAgent" });
  await startAll(directors, { ...parts, agentClass: "AccessDirector" });
  return await Promise.all(
    directors.map((director, at) =>
      transcript(router, director, { agents: fakers.slice(at, at + 1), folder: site.folder })
    ),
  );
}

test("OCS 100, 102, 105, 106, 107, 108, 109: both directors rule agents of both kinds alike, on both routers", async (peers) => {
  await using router = await Crossbar.start(peers);
  const directors = KINDS.map((kind) => `${kind}-director`);
  const fakers = directors.flatMap((director) =>
    KINDS.map((kind) => `${kind}-faker-${director.slice(0, 2)}`)
  );
  await using site = await writeSite(router, entriesOf(directors, [...fakers, ...LATE]));
  for (const director of directors) await Deno.writeTextFile(`${site.folder}/${director}.yaml`, CONFIG);
  await using programs = new AsyncDisposableStack();
  const parts = { peers, site, programs };
  await startAll(fakers, { ...parts, agentClass: "FakeDataAgent" });
  for (const agent of fakers) {
    const { update_timestamp: _, ...access } = await accessOf(router, agent);
    assert.deepEqual(access, { version: 1, policy: "director", update_count: 0, step: 0 }, agent);
    assert.deepEqual(await attempt(router, agent, ["start", "set_heartbeat", "three"]), [
      -1,
      "The action requires credential level 1-BASIC but the client has only level 0-BLOCKED",
      null,
    ], agent);
  }
  await using connection = await connectWamp({ url: router.url, realm: router.realm, floats: "keep" });
  const controls = new Map<string, unknown[]>();
  await connection.subscribe("observatory..feeds.controls", ({ topic, args: [event] }) => {
    const [message] = event as [Wire];
    const heard = controls.get(topic) ?? [];
    controls.set(topic, heard);
    // A minute that passes repeats what was said.
    const isNews = !heard.some((one) => (one as Wire)["step"] === message["step"]);
    if ("reset" in message && isNews) heard.push(message);
    else if (LATE.some((late) => late === message["target"])) heard.push(message);
  }, { match: "wildcard" });
  await startAll(directors, { ...parts, agentClass: "AccessDirector" });

  const [transcripts, elsewhere] = await Promise.all([
    Promise.all(directors.map((director) => {
      const agents = fakers.filter((agent) => agent.endsWith(director.slice(0, 2)));
      return transcript(router, director, { agents, folder: site.folder });
    })),
    transcriptsOnOurRouter(peers),
  ]);
  const [python = [], ...others] = [...transcripts, ...elsewhere].map((seen) => withoutKinds(seen));
  for (const [which, other] of others.entries()) {
    const where = ["ours on crossbar", "Python's on our router", "ours on our router"][which] ?? "";
    for (const [at, value] of python.entries()) assert.deepEqual(other[at], value, `${where}, step ${at}`);
    assert.equal(other.length, python.length, where);
  }

  const [theirs = [], own = []] = directors.map((director) =>
    (controls.get(`observatory.${director}.feeds.controls`) ?? [])
      // Changes right behind each other may or may not be told together.
      .filter((message) => ![5, 6].includes(Number((message as Wire)["step"]))).map(harmless)
  );
  assert.deepEqual(
    theirs.map((message) => (message as Wire)["step"]),
    own.map((message) => (message as Wire)["step"]),
  );
  assert.deepEqual(own, theirs);
  assert.equal(JSON.stringify(own), JSON.stringify(theirs), "order of keys");

  // Those that come later ask for their rules: each of them a director of the other kind.
  await startAll(LATE, { ...parts, agentClass: "FakeDataAgent" });
  for (const agent of LATE) {
    await untilTrue(async () => (await accessOf(router, agent))["step"] === 11, {
      what: `rules at ${agent}`,
      timeoutMs: 30_000,
    });
    assert.deepEqual(await attempt(router, agent, ["start", "delay_task", "two"]), [
      0,
      'Started task "delay_task".',
      2,
    ]);
  }
  const answers = ["ts-director", "py-director"].map((director) =>
    (controls.get(`observatory.${director}.feeds.controls`) ?? []).flatMap((message) => {
      const { target, ...rest } = message as Wire;
      return target === undefined ? [] : [rest];
    })
  );
  assert.equal(answers[0]?.length, 1);
  assert.equal(JSON.stringify(answers[0]), JSON.stringify(answers[1]), "both answer alike");

  await compareClients({ peers, router, site, directors, fakers });
});

/** Grants end in the same second for both directors, or in one that differs by the time it took. */
function withoutKinds(seen: readonly unknown[]): unknown[] {
  return seen.map((value) => JSON.parse(JSON.stringify(value).replaceAll(/-(py|ts)\b/g, "")));
}

/** A control message without the passwords that chance made. */
function harmless(message: unknown): unknown {
  const { rules, ...rest } = message as Wire & { readonly rules: readonly Wire[] };
  return {
    ...rest,
    rules: rules.map((rule) =>
      rule["lockout_id"] === null
        ? rule
        : { ...rule, hashed_pass: Object.keys(rule["hashed_pass"] as object) }
    ),
  };
}

interface Mix {
  readonly peers: Awaited<ReturnType<typeof pythonPeers>>;
  readonly router: RouterFixture;
  readonly site: Awaited<ReturnType<typeof writeSite>>;
  readonly directors: readonly string[];
  readonly fakers: readonly string[];
}

/** Python's clients and ours, by level, by password, and with a grant. */
async function compareClients({ peers, site, directors, fakers }: Mix): Promise<void> {
  const passwords = `${site.folder}/passwords.yaml`;
  await Deno.writeTextFile(passwords, PASSWORDS);
  const python = await pythonJson({
    peers,
    env: { OCS_PASSWORDS_FILE: passwords },
    script: [
      "import json, sys, time",
      "from ocs.ocs_client import OCSClient",
      "from ocs.access import ExclusiveAccessClient",
      "args = ['--site-file', sys.argv[1], '--site-host', 'localhost']",
      "directors, fakers = json.loads(sys.argv[2])",
      "def level(agent, privs):",
      "    r = OCSClient(agent, args=args, privs=privs).set_heartbeat()",
      "    return r.session['cred_level'] if r.status == 0 else r.msg",
      "def until(agent, step):",
      "    c = OCSClient(agent, args=args)",
      "    while c._client.get_api()['access_control']['step'] < step: time.sleep(.1)",
      "out = []",
      "for d in directors:",
      "    agents = [f for f in fakers if f.endswith(d[:2])]",
      "    out.append([[level(a, p) for p in [None, 1, 2, 3, 'four', 'x']] for a in agents])",
      "    x = ExclusiveAccessClient(OCSClient(d, args=args), 'script', 'night', 'let-me-in')",
      "    out.append([x.renew(4e9), x.acquire(4e9 + .5)[0], len(x.password), x.expire_at])",
      "    [until(a, x.last_response['step']) for a in agents]",
      "    out.append([[level(a, p) for p in [None, 2, 3, x.password]] for a in agents])",
      "    out.append([x.acquire(), x.renew(4e9 + 1.5), x.release()[0], x.password, x.expire_at, x.release()])",
      // Those who come after are to find no lockout; the answer to a release has no step to wait for.
      "    for a in agents:",
      "        while isinstance(level(a, 1), str): time.sleep(.1)",
      "print(json.dumps(out))",
    ].join("\n"),
    args: [site.file, JSON.stringify([directors, fakers])],
  });
  const before = Deno.env.get("OCS_PASSWORDS_FILE");
  Deno.env.set("OCS_PASSWORDS_FILE", passwords);
  try {
    const options = { siteFile: site.file, siteHost: "localhost" };
    const level = async (agent: string, privs: string | 1 | 2 | 3 | null | undefined): Promise<unknown> => {
      await using client = await OCSClient.connect(agent, { ...options, privs: privs ?? null });
      const reply = await client.operation("set_heartbeat").start();
      await client.operation("set_heartbeat").wait();
      return reply.ok ? reply.session.cred_level : reply.message;
    };
    const table = async (
      agents: readonly string[],
      privs: readonly (string | 1 | 2 | 3 | null | undefined)[],
    ) => {
      const rows: unknown[][] = [];
      for (const agent of agents) {
        const row: unknown[] = [];
        for (const one of privs) row.push(await level(agent, one));
        rows.push(row);
      }
      return rows;
    };
    const ours: unknown[] = [];
    for (const director of directors) {
      const agents = fakers.filter((agent) => agent.endsWith(director.slice(0, 2)));
      ours.push(await table(agents, [null, 1, 2, 3, "four", "x"]));
      await using access = await ExclusiveAccessClient.connect(director, {
        ...options,
        grantName: "night",
        grantee: "script",
        password: "let-me-in",
      });
      const renewed = await access.renew({ expireAt: 4e9 });
      const [ok] = await access.acquire({ expireAt: 4e9 + .5 });
      ours.push([renewed, ok, access.password?.length, access.expireAt]);
      for (const agent of agents) {
        await using client = await OCSClient.connect(agent, options);
        await access.untilInForce(client, { timeoutSeconds: 30 });
      }
      ours.push(await table(agents, [null, 2, 3, access.password]));
      const again = await access.acquire();
      const longer = await access.renew({ expireAt: 4e9 + 1.5 });
      const [released] = await access.release();
      const gone = [access.password ?? null, access.expireAt ?? null];
      ours.push([again, longer, released, ...gone, await access.release()]);
    }
    const plain = (value: unknown) =>
      JSON.parse(JSON.stringify(value).replaceAll(/"step":\d+/g, '"step":0').replaceAll(/\b(py|ts)-/g, ""));
    assert.deepEqual(plain(ours), plain(python));
    const [first] = ours;
    assert.deepEqual(first, [[1, 1, 2, 3, 4, 1], [1, 1, 2, 3, 4, 1]]);
  } finally {
    if (before === undefined) Deno.env.delete("OCS_PASSWORDS_FILE");
    else Deno.env.set("OCS_PASSWORDS_FILE", before);
  }
}

const SELECTORS: readonly Wire[] = [
  {},
  { default: true },
  { default: false },
  { agent_class: "Fake*" },
  { agent_class: "!FakeDataAgent" },
  { instance_id: "faker[1-3],!faker2" },
  { instance_id: "" },
  { agent_class: "*", instance_id: "!faker4", default: null },
  { default: true, agent_class: "X" },
];

/** A configuration, now and then with something in it that is wrong for Python as well. */
function randomConfig(random: Random): Wire {
  const wrong = <T>(good: T, ...bad: readonly unknown[]) => random.next() < 0.02 ? random.pick(bad) : good;
  const password = () =>
    wrong(
      random.pick<unknown>([
        null,
        "",
        "a",
        "é",
        { hash: "md5", value: "0cc175b9c0f1b6a8" },
        { hash: "none", value: "b" },
        { hash: "none" },
        { hash: "blocked", value: "" },
      ]),
      5,
      ["a"],
      { value: "x" },
    );
  const entry = () => {
    const keys = ["password_1", "password_2", "password_3", "password_4", "password_5"].filter(() =>
      random.below(2)
    );
    return wrong(
      { ...random.pick(SELECTORS), ...Object.fromEntries(keys.map((key) => [key, password()])) },
      "entry",
      {
        agent_class: 5,
      },
    );
  };
  const item = () => ({
    ...random.pick(SELECTORS),
    cred_level: wrong(random.below(5), 7, "two", [1]),
    ...random.below(2)
      ? { lockout_levels: wrong([1, 2, 3].slice(random.below(3)), 3, [9], ["x"]) }
      : { lock_levels: [3] },
  });
  const some = <T>(make: () => T) => Array.from({ length: random.below(4) }, make);
  const block = () => ({
    name: wrong(random.pick(["a", "b", "c"]), 5, null),
    grants: wrong(some(item), 5, null),
    ...random.below(2) ? { password: wrong("p", 5) } : {},
    ...random.below(2) ? { hash: "none" } : {},
  });
  return {
    ...random.below(2) ? { passwords_block_default_hashfunc: random.pick(["none", "md5"]) } : {},
    ...random.below(2) ? { distrib_hashfunc: wrong("md5", "sha1") } : {},
    ...random.below(8) ? { passwords: wrong(some(entry), {}, 5) } : {},
    ...random.below(2) ? { exclusive_access_blocks: wrong(some(block), "x") } : {},
    ...random.below(2) ? { unknown: 1 } : {},
  };
}

test("OCS 11.10, 110: random director files and passwords files say to us what they say to Python", async (peers) => {
  const seed = Date.now() % 1_000_000;
  console.log(`seed ${seed}`);
  const random = new Random(seed);
  const configs = Array.from({ length: 400 }, () => randomConfig(random));
  const entry = () => ({
    ...random.pick(SELECTORS),
    ...random.below(2) ? { password_2: `two-${random.below(9)}` } : {},
    ...random.below(2) ? { password_3: `three-${random.below(9)}` } : {},
  });
  const files = Array.from({ length: 100 }, () => Array.from({ length: random.below(6) }, entry));
  const folder = await Deno.makeTempDir();
  const path = `${folder}/passwords.yaml`;
  const before = Deno.env.get("OCS_PASSWORDS_FILE");
  try {
    await Deno.writeTextFile(`${folder}/given.json`, JSON.stringify({ configs, files }));
    await pythonJson({
      peers,
      env: { OCS_PASSWORDS_FILE: path },
      script: [
        "import json, os, sys",
        "from ocs import access",
        "given = json.load(open(sys.argv[1]))",
        "def parsed(config):",
        "    try: c = access.director_parse_config(config)",
        "    except Exception as e: return None",
        "    return [[access.asdict(r) for r in c['_rules']], [access.asdict(b) for b in c['_grant_blocks']]]",
        "def passwords(entries):",
        "    json.dump(entries, open(os.environ['OCS_PASSWORDS_FILE'], 'w'))",
        "    return [access.client_get_password(p, 'FakeDataAgent', i) for p in (2, 3) for i in ('faker1', 'faker4')]",
        "out = [[parsed(c) for c in given['configs']], [passwords(f) for f in given['files']]]",
        "json.dump(out, open(sys.argv[2], 'w'))",
        "print(1)",
      ].join("\n"),
      args: [`${folder}/given.json`, `${folder}/said.json`],
    });
    const [theirs, found]: [unknown[], unknown[]] = JSON.parse(
      await Deno.readTextFile(`${folder}/said.json`),
    );
    const parsed = configs.map((config) => {
      const { config: ours } = readAccessConfig(yaml, JSON.stringify(config), "a.yaml");
      if (ours === undefined) return null;
      const blocks = ours.blocks.map(({ name, grants, password = null, hash }) => ({
        name,
        grants: grants.map(({ credLevel, scope, lockoutLevels }) => ({
          cred_level: credLevel,
          ...scope,
          lockout_levels: lockoutLevels,
        })),
        password,
        hash,
      }));
      return [ours.rules, blocks];
    });
    const withoutNull = (value: unknown) =>
      JSON.parse(JSON.stringify(value).replaceAll('"default":null', '"default":false'));
    for (const [at, config] of configs.entries()) {
      assert.deepEqual(parsed[at], withoutNull(theirs[at]), `seed ${seed}: ${JSON.stringify(config)}`);
    }
    assert.ok(theirs.includes(null) && theirs.filter((one) => one !== null).length > 100);
    Deno.env.set("OCS_PASSWORDS_FILE", path);
    for (const [at, file] of files.entries()) {
      await Deno.writeTextFile(path, JSON.stringify(file));
      const ours: string[] = [];
      for (const level of [2, 3] as const) {
        for (const instanceId of ["faker1", "faker4"]) {
          ours.push(await findPassword(level, { agentClass: "FakeDataAgent", instanceId }));
        }
      }
      assert.deepEqual(ours, found[at], `seed ${seed}: ${JSON.stringify(file)}`);
    }
  } finally {
    if (before === undefined) Deno.env.delete("OCS_PASSWORDS_FILE");
    else Deno.env.set("OCS_PASSWORDS_FILE", before);
    await Deno.remove(folder, { recursive: true });
  }
});
