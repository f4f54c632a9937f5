/** Signals to processes that may have ended just now. @module */

/**
 * Sends a signal to a process, or to a process group when the id is negative; quiet when it is gone.
 *
 * Not `kill` of node's child objects: that of Deno 2.9 closes the pipes to the child first.
 */
export function sendSignal(pid: number, name: Deno.Signal): void {
  try {
    Deno.kill(pid, name);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}
