import assert from "node:assert/strict";
import { OpCode } from "../../../client/mod.ts";
import { Router } from "../../../router/mod.ts";
import { PLAIN } from "../../../verbs/look.ts";
import { followMessages } from "../../../verbs/messages.ts";
import { freePort } from "../../helpers/free_port.ts";
import { untilTrue } from "../../helpers/until.ts";
import { PlainAgents } from "./plain_agents.ts";

Deno.test("followMessages() goes on over a lost router and an agent that is away, and misses nothing", async () => {
  const port = freePort();
  const site = {
    site: "none",
    siteHub: `ws://127.0.0.1:${port}/ws`,
    siteRealm: "test_realm",
    addressRoot: "observatory",
  };
  const printed: string[] = [];
  const said: string[] = [];
  const first = await Router.start({ port });
  const agents = await PlainAgents.start({ url: first.url, instances: ["a"] });
  const running = (messages: readonly (readonly [number, string])[]) =>
    agents.set("a", "acq", { sessionId: 2, code: OpCode.RUNNING, messages });
  running([[1, "one"]]);
  const following = followMessages("a.acq", {
    site,
    json: true,
    intervalSeconds: 0.05,
    timeoutSeconds: 1,
    terminal: {
      look: PLAIN,
      plain: true,
      showsProgress: false,
      print: (text) => {
        printed.push(JSON.parse(text).message);
        return Promise.resolve();
      },
      write: () => Promise.resolve(),
      say: (text) => void said.push(text),
      progress: () => {},
    },
  });
  await untilTrue(() => printed.length === 1);
  await first.stop();
  await untilTrue(() => said.includes("The router is lost; trying again"));
  running([[1, "one"], [2, "two"], [3, "two"]]);
  const second = await Router.start({ port });
  await untilTrue(() => printed.length === 3, { timeoutMs: 30_000 });
  agents.get("a").hangs = true;
  await untilTrue(() => said.includes("a.acq does not answer; trying again"));
  agents.get("a").hangs = false;
  await untilTrue(() => said.includes("a.acq answers again"));
  // Old messages are forgotten by and by.
  running([[3, "two"], [4, "four"]]);
  await untilTrue(() => printed.length === 4);
  agents.set("a", "acq", { sessionId: 2, code: OpCode.FAILED, messages: [[5, "five"]] });
  assert.equal(await following, "failed");
  assert.deepEqual(printed, ["one", "two", "two", "four", "five"]);
  assert.match(said.at(-1) ?? "", /^a\.acq failed/);
  await agents[Symbol.asyncDispose]();
  await second.stop();
});
