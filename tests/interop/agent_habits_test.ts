/** An agent of Python OCS and the same agent by the counterparts of docs/coming_from_python.md, request by request. */
import assert from "node:assert/strict";
import { bridgeCall } from "../helpers/bridge.ts";
import { testsWith } from "../helpers/interop_test.ts";
import { OurRouter } from "../helpers/our_router.ts";
import { Program } from "../helpers/process.ts";
import { type PythonPeers, pythonPeers } from "../helpers/python_peers.ts";
import type { RouterFixture } from "../helpers/router_fixture.ts";
import { type SiteFolder, writeSite } from "../helpers/site_file.ts";
import { untilTrue } from "../helpers/until.ts";

const test = await testsWith("Python peers", pythonPeers);

const PYTHON = new URL("../tools/habits_agent.py", import.meta.url).pathname;
const OURS = new URL("../tools/habits_agent.ts", import.meta.url).pathname;
const MAIN = new URL("../../cli/main.ts", import.meta.url).href;

function startBoth(peers: PythonPeers, { file, folder }: SiteFolder): readonly Program[] {
  const options = (
    id: string,
  ) => [
    "--instance-id",
    id,
    "--site-file",
    file,
    "--site-host",
    "localhost",
    "--access-policy",
    "override:two,three",
  ];
  const env = { OCS_CONFIG_DIR: folder, PYTHONUNBUFFERED: "1" };
  return [
    Program.start({
      name: "habits_py",
      command: peers.program("ocs-agent-cli"),
      args: ["--agent", PYTHON, "--entrypoint", "main", ...options("habits_py")],
      env,
    }),
    Program.start({
      name: "habits_ts",
      command: Deno.execPath(),
      args: [
        "run",
        "-A",
        "--quiet",
        MAIN,
        "agent",
        "--agent",
        OURS,
        "--entrypoint",
        "main",
        ...options("habits_ts"),
      ],
      env,
    }),
  ];
}

type Reply = readonly [code: number, message: string, session: Readonly<Record<string, unknown>>];

async function ask(router: RouterFixture, id: string, action: string, op: string, params?: unknown) {
  const args = [action, op, ...(params === undefined ? [] : [params])];
  const [reply] = await bridgeCall(router, `observatory.${id}.ops`, args);
  // What an agent answers to these actions is a triple.
  return reply as Reply;
}

/** A reply without times, numbers of runs and the agent's name. */
function plain([code, message, session]: Reply, id: string): unknown {
  const { messages = [], start_time: _start, end_time, session_id: _id, ...rest } = session;
  // Messages are pairs of time and text.
  const texts = (messages as readonly (readonly [number, string])[]).map(([, text]) => text);
  return JSON.parse(
    JSON.stringify([code, message, { ...rest, texts, ended: typeof end_time === "number" }]).replaceAll(
      id,
      "ID",
    ),
  );
}

/** What a client asks of the agent, and what it is answered. */
async function conversation(router: RouterFixture, id: string): Promise<readonly unknown[]> {
  const answers: unknown[] = [];
  const run = async (op: string, params: unknown = {}) => {
    answers.push([op, params, plain(await ask(router, id, "start", op, params), id)]);
    answers.push(plain(await ask(router, id, "wait", op), id));
  };
  const acq = await untilTrue(async () => {
    const reply = await ask(router, id, "status", "acq");
    return Object(reply[2]["data"])["heard"] === true ? reply : undefined;
  }, { what: `${id} at work`, timeoutMs: 20_000 });
  // The startup parameters: it counts in steps of two.
  const { count, ...data } = Object(acq[2]["data"]);
  answers.push([count % 2, data, acq[2]["status"], acq[2]["op_code"]]);

  await run("relay");
  await run("go");
  await run("go", { delay: 3, mode: "slow", n: 2, on: false, names: ["a", 1], text: "t" });
  for (
    const wrong of [{ delay: 11 }, { delay: "x" }, { mode: "other" }, { n: 1.5 }, { on: 1 }, { names: "a" }, {
      text: 5,
    }, { more: 1 }]
  ) await run("go", wrong);
  await run("cast", { x: "17" });
  await run("cast", { x: "y" });
  await run("cast");
  await run("loose", { k: "w", more: 1 });
  await run("fail");
  await run("fail", { x: 1 });
  await run("go", { n: 3 });
  await run("relay");
  await run("locked");
  answers.push(plain(await ask(router, id, "start", "guarded", {}), id));
  answers.push(plain(await ask(router, id, "start", "long", {}), id));
  answers.push((await ask(router, id, "start", "long", {})).slice(0, 2));
  answers.push((await ask(router, id, "abort", "long", {})).slice(0, 2));
  answers.push(plain(await ask(router, id, "wait", "long"), id));
  answers.push((await ask(router, id, "abort", "go", {})).slice(0, 2));
  answers.push((await ask(router, id, "stop", "acq", {})).slice(0, 2));
  const stopped = await ask(router, id, "wait", "acq");
  answers.push(plain([stopped[0], stopped[1], { ...stopped[2], data: {} }], id));
  await run("locked");
  answers.push(await ask(router, id, "status", "nothing").catch((error: Error) => error.name));
  return answers;
}

async function api(router: RouterFixture, id: string): Promise<unknown> {
  const address = `observatory.${id}`;
  const feeds = await bridgeCall(router, address, ["get_feeds"]);
  const shown = JSON.parse(JSON.stringify(feeds).replaceAll(id, "ID"));
  return shown[0].map((
    [name, { session_id: _id, agent_class: _class, ...rest }]: [string, Record<string, unknown>],
  ) => [name, rest]).sort();
}

test("coming_from_python.md: an agent written with the counterparts answers as the Python agent does", async (peers) => {
  await using router = await OurRouter.start();
  const ids = ["habits_py", "habits_ts"] as const;
  await using site = await writeSite(router, ids.map((instanceId) => ({ agentClass: "Habits", instanceId })));
  const programs = startBoth(peers, site);
  await using stack = new AsyncDisposableStack();
  for (const program of programs) stack.use(program);
  for (const [at, id] of ids.entries()) {
    await programs[at]?.until(
      () => bridgeCall(router, `observatory.${id}`, ["get_api"]),
      "an answer",
      30_000,
    );
  }
  const [python, ours] = await Promise.all(ids.map((id) => conversation(router, id)));
  assert.deepEqual(ours, python);
  // Of what both say, some that must not be as empty as two faults.
  const said = JSON.stringify(ours);
  for (
    const text of [
      "acq holds the lock",
      "went 3",
      "Session active",
      "is not of required type",
      "half way",
      "requires credential level",
    ]
  ) {
    assert(said.includes(text), text);
  }
  assert.deepEqual(await api(router, "habits_ts"), await api(router, "habits_py"));
});
