/** The signals that ask a program to end. @module */

const SIGHUP_BIT = 1n;

/**
 * Says which signals ask this process to end.
 *
 * A terminal that is closed sends SIGHUP; a program that does not listen to it dies on the spot and leaves everything
 * behind. Under `nohup` it is ignored, and listening would undo that: it is listened to only where the system tells
 * that it is not ignored, which is Linux.
 */
export function stopSignals(): readonly Deno.Signal[] {
  return hangUpEnds() ? ["SIGINT", "SIGTERM", "SIGHUP"] : ["SIGINT", "SIGTERM"];
}

function hangUpEnds(): boolean {
  try {
    const [, ignored] = /^SigIgn:\s*([0-9a-f]+)$/m.exec(Deno.readTextFileSync("/proc/self/status")) ?? [];
    return ignored !== undefined && (BigInt(`0x${ignored}`) & SIGHUP_BIT) === 0n;
  } catch {
    return false;
  }
}
