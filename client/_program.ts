/** What a script says to whoever started it: lines on standard error, an exit code. @module */

/** How long the last lines may take to reach a terminal that does not read. */
const FLUSH_MS = 500;

/**
 * Writes lines to standard error without ever blocking the script: a terminal may be stopped (Ctrl-S) or gone.
 *
 * Libraries do not print, but this is the voice of the running program: of whoever ends it by Ctrl-C.
 */
export class Voice {
  #last: Promise<unknown> = Promise.resolve();

  /** Writes one line. */
  say(text: string): void {
    const bytes = new TextEncoder().encode(`${text}\n`);
    this.#last = this.#last.then(async () => {
      for (let at = 0; at < bytes.length;) at += await Deno.stderr.write(bytes.subarray(at));
    }).catch(() => {/* whoever was to read it is gone, and there is nobody to tell */});
  }

  /** Writes one line of the script's own at once, so that it stands in order with what the script prints. */
  tell(text: string): void {
    const bytes = new TextEncoder().encode(`${text}\n`);
    try {
      for (let at = 0; at < bytes.length;) at += Deno.stderr.writeSync(bytes.subarray(at));
    } catch {
      // Whoever was to read it is gone, and there is nobody to tell.
    }
  }

  /** Waits until all is written, half a second at most. */
  async flush(): Promise<void> {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const late = new Promise<void>((resolve) => timer = setTimeout(resolve, FLUSH_MS));
    await Promise.race([this.#last, late]);
    clearTimeout(timer);
  }
}

/** The exit code of a program that a signal has ended, as shells give it. */
export function exitCodeOf(signal: Deno.Signal): number {
  return { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 }[signal as string] ?? 130;
}

/** Which operation is meant. */
interface Named {
  readonly agent: string;
  readonly opName: string;
  readonly kind: "task" | "process";
}

/** Names of operations as operators write them: `faker1.acq, faker2.acq`. */
export function namesOf(operations: Iterable<Named>): string {
  return [...operations].map(({ agent, opName }) => `${agent}.${opName}`).join(", ");
}

/** What an operator types to end an operation. */
export function commandToEnd({ agent, opName, kind }: Named): string {
  return `ocs ${kind === "task" ? "abort" : "stop"} ${agent}.${opName}`;
}
