/** Calls through a router's HTTP bridge, as Python's OCSClient makes them. @module */
import type { RouterFixture } from "./router_fixture.ts";

/**
 * Calls a procedure through the bridge.
 *
 * @returns The positional values of the result.
 * @throws {Error} If the router does not answer in 10 s, or answers with an error.
 */
export async function bridgeCall(
  router: Pick<RouterFixture, "httpUrl">,
  procedure: string,
  args: readonly unknown[] = [],
): Promise<unknown[]> {
  const reply = await fetch(router.httpUrl, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ procedure, args }),
    signal: AbortSignal.timeout(10_000),
  });
  const answer: unknown = await reply.json();
  if (typeof answer === "object" && answer !== null && "args" in answer && !("error" in answer)) {
    if (Array.isArray(answer.args)) return answer.args;
  }
  throw new Error(`Cannot call "${procedure}": ${reply.status} ${JSON.stringify(answer)}`);
}
