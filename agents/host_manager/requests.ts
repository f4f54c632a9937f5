/** What clients ask of the manager (OCS 10.6.1). @module */
import { pyStr } from "../../ocs/python_text.ts";
import type { ManagedInstance } from "./managed_instance.ts";

/** One request: an instance id or `all`, and the state that is wanted. */
export type TargetRequest = readonly [target: string, state: string];

/**
 * Reads requests as they came.
 *
 * Peer ocs does what stands before a malformed entry and crashes on it; here nothing is done then.
 *
 * @throws {TypeError} If it is no list of pairs.
 */
export function readRequests(requests: unknown): readonly TargetRequest[] {
  if (!Array.isArray(requests)) {
    throw new TypeError(`Cannot read requests "${pyStr(requests)}": expected a list of [instance_id, state]`);
  }
  return requests.map((request: unknown): TargetRequest => {
    if (!Array.isArray(request) || request.length !== 2) {
      throw new TypeError(`Cannot read request "${pyStr(request)}": expected [instance_id, state]`);
    }
    return [pyStr(request[0]), pyStr(request[1])];
  });
}

/** Sets targets; what cannot be done is said and left out. */
export function applyRequests(
  requests: readonly TargetRequest[],
  { table, say }: {
    readonly table: ReadonlyMap<string, ManagedInstance>;
    readonly say: (text: string) => void;
  },
): void {
  for (const [target, state] of requests) {
    if (state !== "up" && state !== "down") {
      say(`Ignoring request for "${target}" -> invalid state "${state}".`);
      continue;
    }
    const one = table.get(target);
    if (target === "all") {
      for (const each of table.values()) if (each.management !== "retired") ask(each, state);
    } else if (one !== undefined && one.management !== "retired") ask(one, state);
    else say(`Ignoring invalid target, ${target}`);
  }
}

function ask(one: ManagedInstance, state: "up" | "down"): void {
  one.target = state;
  // Somebody has mended what made it end: no need to wait any longer.
  if (state === "up" && one.nextAction === "start_at") {
    one.nextAction = "start";
    one.quickFailures = 0;
  }
}
