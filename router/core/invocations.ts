/** A call between its INVOCATION and its last answer (spec 4.5). @module */
import type { Registration } from "./registrations.ts";
import type { Session } from "./session.ts";

/** One open call. */
export interface Invocation {
  /** Invocation id, as the callee knows it. */
  readonly id: number;
  /** Who called. */
  readonly caller: Session;
  /** The caller's request id. */
  readonly request: number;
  /** Who serves it. */
  readonly callee: Session;
  /** What was called; it may be unregistered meanwhile. */
  readonly registration: Registration;
  /** Whether the caller wants progressive results. */
  readonly progressive: boolean;
  /** True after CANCEL with mode kill: the callee has the last word. */
  killing: boolean;
  /** Ends the call; undefined for a call without timeout. */
  stopTimer: (() => void) | undefined;
}

/** The open calls of a realm by invocation id; caller and callee have their own lists of theirs. */
export class Invocations {
  readonly #open = new Map<number, Invocation>();

  /** How many calls are open. */
  get size(): number {
    return this.#open.size;
  }

  /** The calls with these invocation ids. */
  all(ids: Iterable<number>): Invocation[] {
    const found: Invocation[] = [];
    for (const id of ids) {
      const invocation = this.#open.get(id);
      if (invocation !== undefined) found.push(invocation);
    }
    return found;
  }

  /** The open call of a caller's request. */
  ofRequest(caller: Session, request: number): Invocation | undefined {
    const id = caller.calls.get(request);
    return id === undefined ? undefined : this.#open.get(id);
  }

  /** The call with this invocation id. */
  get(id: number): Invocation | undefined {
    return this.#open.get(id);
  }

  /** Adds a call. */
  add(invocation: Invocation): void {
    this.#open.set(invocation.id, invocation);
    invocation.caller.calls.set(invocation.request, invocation.id);
    invocation.callee.serving.add(invocation.id);
    invocation.registration.began(invocation.callee);
  }

  /** Removes a call; whatever the callee says of it later is late. */
  remove(invocation: Invocation): void {
    this.#open.delete(invocation.id);
    invocation.caller.calls.delete(invocation.request);
    invocation.callee.serving.delete(invocation.id);
    invocation.registration.ended(invocation.callee);
    invocation.stopTimer?.();
    invocation.stopTimer = undefined;
  }
}
