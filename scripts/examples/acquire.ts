// deno-lint-ignore-file no-console -- a program that prints
/**
 * Acquires with several agents at the same time, watches them, and stops all of them whatever happens.
 *
 *     ocs run scripts/examples/acquire.ts --minutes 30 faker1 faker2
 *
 * @module
 */
import { parseArgs } from "node:util";
import { runningAll, runScript, type Script, superviseUntil } from "../../mod.ts";

/** With whom, what, and for how long. */
export interface AcquireChoice {
  readonly agents: readonly string[];
  readonly process: string;
  readonly seconds: number;
}

/** Acquires until the time is over. */
export async function acquire(script: Script, { agents, process, seconds }: AcquireChoice): Promise<void> {
  const clients = await script.connectAll(agents);
  const operations = clients.map((client) => client.operation(process));
  await using running = await runningAll(operations);
  for (const { agent, sessionId } of running.operations) {
    script.say(`${agent}.${process}: session ${sessionId}`);
  }

  const end = new Date(Date.now() + seconds * 1000);
  // One that ends by itself ends the whole; a restart of the router does not.
  const over = new AbortController();
  using stack = new DisposableStack();
  stack.defer(() => over.abort());
  await Promise.all(operations.map((operation) =>
    superviseUntil(operation, end, {
      signal: over.signal,
      onLook: ({ session }) => {
        if (session.degraded === true) script.say(`${operation.agent}.${process} is degraded`);
      },
    })
  ));
  script.say("Done, stopping.");
}

if (import.meta.main) {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      minutes: { type: "string", default: "10" },
      process: { type: "string", default: "acq" },
    },
  });
  const seconds = Number(values.minutes) * 60;
  if (positionals.length === 0 || !(seconds > 0)) {
    console.error("Usage: acquire.ts [--minutes N] [--process NAME] AGENT...");
    Deno.exit(2);
  }
  const choice = { agents: positionals, process: values.process, seconds };
  Deno.exit(await runScript((script) => acquire(script, choice)));
}
