/** Asks a host manager for other targets, as Python's ocsbow does (spec ocs 7.3, 10.6.1). @module */
import type { AnyOperation, ConnectedClient } from "../../client/mod.ts";
import { pause } from "../../internal/pause.ts";
import { pyStr } from "../../ocs/mod.ts";

/** What is asked for. */
export interface TargetChange {
  /** Pairs of an instance id, or `all`, and the state wanted; they count one after the other. */
  readonly requests: readonly (readonly [instance: string, state: "up" | "down"])[];
  /** Have the site file read first. */
  readonly reload?: boolean | undefined;
  /** The process `manager` does not run: it is started, and what is not asked for stays down. */
  readonly asleep?: boolean | undefined;
}

/** How a request goes. */
export interface TargetRequestOptions {
  readonly timeoutSeconds: number;
  readonly signal: AbortSignal | undefined;
}

/** What the manager answered. */
export interface TargetAnswer {
  readonly ok: boolean;
  /** Why not. */
  readonly message: string;
}

/** Another client's request is under way: this soon it is over. */
const BUSY_MS = 200;

/**
 * Changes targets; resolves when the manager has taken them, which is before anything has started or stopped.
 *
 * Reading a site file may take ten seconds: that is waited for within twice the deadline.
 *
 * @throws {ControlClientError} If the manager does not answer.
 */
export async function requestTargets(
  client: ConnectedClient,
  change: TargetChange,
  options: TargetRequestOptions,
): Promise<TargetAnswer> {
  if (change.asleep === true) {
    const requests = [["all", "down"], ...change.requests];
    const { ok, message } = await operationOf(client, "manager").start({ requests }, options);
    return { ok, message };
  }
  const update = operationOf(client, "update");
  const params = { requests: change.requests, ...(change.reload === true ? { reload_config: true } : {}) };
  const end = performance.now() + options.timeoutSeconds * 1000;
  for (;;) {
    const { ok, message, session } = await update.start(params, options);
    if (!ok) {
      // Somebody else has just asked for something.
      if (!/already in progress/.test(message) || performance.now() >= end) return { ok, message };
      await pause(BUSY_MS, { signal: options.signal });
      options.signal?.throwIfAborted();
      continue;
    }
    const ended = await update.wait({ ...options, timeoutSeconds: 2 * options.timeoutSeconds });
    const isOurs = ended.session.session_id === session.session_id;
    if (ended.ok && (!isOurs || ended.session.success === true)) return { ok: true, message: "" };
    return { ok: false, message: ended.ok ? lastMessage(ended.session.messages) : ended.message };
  }
}

function operationOf(client: ConnectedClient, name: string): AnyOperation {
  const operation = Object.hasOwn(client.ops, name) ? client.ops[name] : undefined;
  if (operation === undefined) {
    throw new Error(`Cannot use "${client.instanceId}" as a host manager: it has no operation "${name}"`);
  }
  return operation;
}

/** What the operation itself said last; the framework's own words come behind it. */
function lastMessage(messages: readonly (readonly [unknown, unknown])[] | undefined): string {
  const texts = (messages ?? []).map(([, text]) => pyStr(text)).filter((text) =>
    !/^Status is now "/.test(text)
  );
  return texts.at(-1) ?? "it failed without a word";
}
