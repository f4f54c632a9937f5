/**
 * Test kit for agent authors: run an agent on a router inside the test, with a clock that the test moves.
 *
 * No hardware, no waiting: an hour of the agent's life takes as long as its code takes.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import type { Agent, AgentProgram } from "../framework/mod.ts";
 * import { startTestAgent } from "./mod.ts";
 *
 * const COUNTER = { name: "CounterAgent", options: {} } satisfies AgentProgram;
 *
 * class CounterAgent {
 *   constructor(agent: Agent) {
 *     const feed = agent.registerFeed("counts", { record: true, fields: { value: "int" } });
 *     agent.registerProcess("count", {}, async (session) => {
 *       for (let value = 0; !session.signal.aborted; value++) {
 *         feed.publish({ blockName: "count", data: { value } });
 *         await session.sleep(1);
 *       }
 *       return "Acquisition exited cleanly.";
 *     });
 *   }
 * }
 *
 * {
 *   await using agent = await startTestAgent(CounterAgent, COUNTER);
 *   await agent.start("count");
 *   await agent.advance(2);
 *   assert.deepEqual(agent.feed("counts").blocks.map((block) => block.data["value"]), [[0], [1], [2]]);
 *   await agent.stop("count");
 *   const { session } = await agent.wait("count");
 *   assert.equal(session.success, true);
 * }
 * ```
 *
 * @module
 */
export { ManualClock, ManualClock as TestClock } from "../framework/mod.ts";
export type { AgentApi } from "../ocs/agent_api.ts";
export type { EncodedBlock } from "../ocs/block.ts";
export type { FeedEvent } from "../ocs/encoded_feed.ts";
export {
  type CoreCounters,
  type CoreGauges,
  Router,
  type RouterStatus,
  type WireCounters,
} from "../router/mod.ts";
export { startTestAgent, TestAgent, type TestAgentSettings, type TestRequest } from "./test_agent.ts";
export { TestFeed } from "./test_feed.ts";
