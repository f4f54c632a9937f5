import assert from "node:assert/strict";
import { connectWamp } from "../../../client/mod.ts";
import { Router } from "../../../router/mod.ts";
import { testsWith } from "../../helpers/interop_test.ts";
import { findTmux, Terminal } from "../../helpers/tmux.ts";

const MAIN = new URL("../../../cli/main.ts", import.meta.url).href;

/** An agent that publishes whatever a test wants. */
async function anyAgent() {
  const router = await Router.start();
  const connection = await connectWamp({ url: router.url, realm: "test_realm" });
  const feed = (name: string, record: boolean) => ({
    agent_address: "observatory.odd",
    agg_params: {},
    feed_name: name,
    address: `observatory.odd.feeds.${name}`,
    record,
    session_id: "1.5",
    agent_class: "OddAgent",
  });
  const feeds = [feed("data", true), feed("log", false), feed("heartbeat", false)];
  await connection.register("observatory.odd", () => ({
    agent_class: "OddAgent",
    instance_hostname: "host",
    instance_pid: 1,
    feeds: feeds.map((each) => [each.feed_name, each]),
    processes: [],
    tasks: [],
  }));
  const publish = (name: "data" | "log", message: unknown) =>
    connection.publish(`observatory.odd.feeds.${name}`, [[message, feed(name, name === "data")]], {
      acknowledge: true,
    });
  return {
    publish,
    block: (data: Record<string, unknown>, timestamps = [Date.now() / 1000]) =>
      publish("data", { b: { block_name: "b", data, timestamps } }),
    site: ["--site-hub", router.url],
    async [Symbol.asyncDispose]() {
      await connection.close();
      await router.stop();
    },
  };
}

const test = await testsWith("tmux", findTmux);

/** Publishes until the screen shows what it should; the program may not listen yet. */
async function publishUntil(
  terminal: Terminal,
  publish: () => Promise<void>,
  wanted: RegExp,
): Promise<string> {
  return await terminal.until((screen) => {
    void publish();
    return wanted.test(screen);
  }, { what: String(wanted) });
}

test("ocs watch shows odd values and names without obeying them, and counts what it cannot read", async (tmux) => {
  await using agent = await anyAgent();
  await using terminal = await Terminal.open(tmux, {
    command: Deno.execPath(),
    args: ["run", "-A", "--quiet", MAIN, "watch", "odd.data", ...agent.site],
    columns: 120,
    env: { NO_COLOR: "1" },
  });
  await terminal.until(/^odd\.data {2}live/);
  const screen = await publishUntil(
    terminal,
    () =>
      agent.block({
        "na\x1b[2Jme\r\nx": [1],
        text: ["\x1b]0;owned\x07\x1b[31mred\x1b[H"],
        none: [NaN],
        huge: [1e308],
        flag: [true],
        long: ["x".repeat(100_000)],
      }),
    /^long +x+…/m,
  );
  assert.match(screen, /^name··x +1 /m);
  assert.match(screen, /^text +red /m);
  assert.match(screen, /^none +nan /m);
  assert.match(screen, /^huge +1e308 /m);
  assert.match(screen, /^flag +True /m);
  for (
    const message of [null, 5, { b: 1 }, { b: { block_name: "b", data: { a: [1, 2] }, timestamps: [1] } }]
  ) {
    await agent.publish("data", message);
  }
  await terminal.until(/4 unreadable: Cannot read block "b": field "a" is/);
  // A flood with ever new names: the screen stays, and answers.
  for (let at = 0; at < 300; at++) {
    const names = Array.from({ length: 50 }, (_, name) => [`f${at}_${name}`, [at]]);
    await agent.block(Object.fromEntries(names));
  }
  await terminal.until("no more than 10000 fields");
  await terminal.key("End");
  await terminal.until(/9980-10000 of 10000/);
  await terminal.key("q");
  assert.equal(await terminal.ended(), 0);
});

test("ocs watch shows the events of a feed without blocks, whatever their form and size", async (tmux) => {
  await using agent = await anyAgent();
  await using terminal = await Terminal.open(tmux, {
    command: Deno.execPath(),
    args: ["run", "-A", "--quiet", MAIN, "watch", "odd.log", ...agent.site],
    env: { NO_COLOR: "1" },
  });
  await terminal.until(/^odd\.log {2}live/);
  await publishUntil(terminal, () => agent.publish("log", "plain\x1b[2J text"), /^[\d:.]+ plain text$/m);
  await agent.publish("log", { step: 3, text: "\x1b]52;c;aGk=\x07" });
  await terminal.until(/^[\d:.]+ \{'step': 3, 'text': '.*'\}$/m);
  await agent.publish("log", null);
  await terminal.until(/^[\d:.]+ None$/m);
  await agent.publish("log", "y".repeat(1_000_000));
  await terminal.until(/y…$/m);
  await terminal.key("q");
  assert.equal(await terminal.ended(), 0);
});
