/** From a pattern to the operations that it means. @module */
import type { AnyOperation } from "../client/mod.ts";
import { toError } from "../internal/to_error.ts";
import { matchesGlob, type OCSReply, OpCode, type ReplySession } from "../ocs/mod.ts";
import { nearMiss } from "../site/near_miss.ts";
import { CallQueue } from "./call_queue.ts";
import { OperationNotFoundError } from "./errors.ts";
import { FleetWatch } from "./fleet_watch.ts";
import { isPattern, type OperationTarget } from "./operation_target.ts";
import type { SiteLink } from "./site_link.ts";
import { untilSettled } from "./until_settled.ts";

/** An operation that a pattern means, and how it was just now. */
export interface Match {
  /** `AGENT.OP` */
  readonly target: string;
  readonly operation: AnyOperation;
  /** Its answer to `status`. */
  readonly reply: OCSReply;
}

/** What came of a pattern. */
export interface Matches {
  readonly matches: readonly Match[];
  /** Agents that it means as well, but that have expired. */
  readonly gone: readonly string[];
  /** Agents or operations that could not be asked, with why. */
  readonly failures: readonly { readonly target: string; readonly error: Error }[];
}

/** Where agents are looked for. */
export interface MatchOptions {
  readonly link: SiteLink;
  /** Who is there; default a watch of its own, which takes a moment. */
  readonly fleet?: FleetWatch | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Questions that are under way at a time. */
const ASK_AT_ONCE = 16;

/**
 * Finds the operations that a pattern means and asks each how it is now: heartbeats are up to a second old, and what has
 * just been started must not be missed.
 *
 * @throws {OperationNotFoundError} If it means none.
 * @throws {ControlClientError} If the one agent that is named is not reached.
 */
export async function matchTargets(wanted: OperationTarget, options: MatchOptions): Promise<Matches> {
  const { link, signal } = options;
  const { here, gone } = await findAgents(wanted.instanceId, options);
  const queue = new CallQueue(ASK_AT_ONCE);
  const matches: Match[] = [];
  const failures: { readonly target: string; readonly error: Error }[] = [];
  const known = new Set<string>();
  const timeoutSeconds = link.timeoutSeconds;
  await Promise.all(here.map(async (instanceId) => {
    let ops: readonly AnyOperation[];
    try {
      const client = await queue.run(() => link.client(instanceId));
      ops = Object.values(client.ops);
    } catch (error) {
      // The one agent that was named is not there: that is no result.
      if (!isPattern(wanted.instanceId)) throw error;
      failures.push({ target: instanceId, error: toError(error) });
      return;
    }
    for (const { opName } of ops) known.add(opName);
    const meant = ops.filter(({ opName }) => matchesGlob(opName, wanted.opName));
    await Promise.all(meant.map(async (operation) => {
      const target = `${instanceId}.${operation.opName}`;
      try {
        const reply = await queue.run(() => operation.status({ timeoutSeconds, signal }));
        matches.push({ target, operation, reply });
      } catch (error) {
        failures.push({ target, error: toError(error) });
      }
    }));
  }));
  signal?.throwIfAborted();
  if (matches.length === 0 && failures.length === 0) throw nothingFound(wanted, { here, gone, known });
  return { matches: matches.sort(byTarget), gone, failures: failures.sort(byTarget) };
}

/** Whether an operation runs, is about to, or has not ended yet. */
export function isActive({ op_code: code }: ReplySession): boolean {
  return code === OpCode.STARTING || code === OpCode.RUNNING || code === OpCode.STOPPING ||
    code === OpCode.DEGRADED;
}

async function findAgents(
  glob: string,
  { link, fleet, signal }: MatchOptions,
): Promise<{ readonly here: readonly string[]; readonly gone: readonly string[] }> {
  // One that is named is asked, whether or not anybody has heard of it.
  if (!isPattern(glob)) return { here: [glob], gone: [] };
  await using own = fleet === undefined ? FleetWatch.open(link) : undefined;
  const watch = fleet ?? own;
  if (watch === undefined) return { here: [], gone: [] };
  await untilSettled(watch, signal);
  signal?.throwIfAborted();
  const meant = [...watch.agents.values()].filter(({ instance }) => matchesGlob(instance, glob));
  return {
    here: meant.filter(({ state }) => state !== "expired").map(({ instance }) => instance),
    gone: meant.filter(({ state }) => state === "expired").map(({ instance }) => instance),
  };
}

function nothingFound(
  { instanceId, opName }: OperationTarget,
  { here, gone, known }: {
    readonly here: readonly string[];
    readonly gone: readonly string[];
    readonly known: ReadonlySet<string>;
  },
): OperationNotFoundError {
  const what = `Cannot find an operation "${opName}" of an agent "${instanceId}"`;
  if (here.length === 0) {
    return new OperationNotFoundError(
      gone.length === 0
        ? `${what}: no agent that is heard has such a name; ocs agents lists them`
        : `${what}: all that have such a name are gone (${gone.join(", ")})`,
    );
  }
  const near = nearMiss(opName, [...known]);
  const hint = near === undefined ? "" : `; did you mean "${near}"?`;
  return new OperationNotFoundError(`${what}: ${here.join(", ")} have none of such a name${hint}`);
}

function byTarget(a: { readonly target: string }, b: { readonly target: string }): number {
  return a.target.localeCompare(b.target, "en", { numeric: true });
}
