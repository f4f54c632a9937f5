/** Locks on files between processes, with a bound. @module */
import { pause } from "./pause.ts";

const POLL_MS = 15;

/**
 * Takes the lock of an open file, which other processes respect that ask for it as well.
 *
 * The system gives it back when the file is closed, also by the death of the process.
 *
 * @param timeoutMs How long to try; default 1,000.
 * @returns False when somebody else has held it all the time, or the file system has no locks.
 */
export async function lockFile(file: Deno.FsFile, timeoutMs = 1000): Promise<boolean> {
  const end = performance.now() + timeoutMs;
  for (;;) {
    try {
      if (await file.tryLock(true)) return true;
    } catch {
      // Some network file systems have none.
      return false;
    }
    if (performance.now() >= end) return false;
    await pause(POLL_MS);
  }
}
