/** Leaving a prompt while what it has started runs. @module */
import type { LineContext } from "./line_context.ts";
import type { OwnOperation } from "./own_operations.ts";
import type { PromptLine } from "./prompt_line.ts";

/** How long operations may take to end when they are stopped on leaving. */
const STOP_SECONDS = 30;

/**
 * Asks what is to become of operations that this prompt has started and that still run.
 *
 * @returns Whether to leave.
 */
export async function mayLeave(line: PromptLine, context: LineContext): Promise<boolean> {
  const { own, terminal, link } = context;
  if (own.running.length > 0 && link.connection.state === "joined") await own.refresh(link);
  const { running } = own;
  if (running.length === 0) return true;
  await terminal.tell(`Still running, started here: ${namesOf(running)}`);
  for (;;) {
    const them = running.length === 1 ? "it" : "them";
    const answer = await line.read(`Stop ${them} (s), leave ${them} running (l), or cancel (c)? `, {
      keepHistory: false,
    });
    // Whoever presses Ctrl-D again wants to go, and nothing is stopped that nobody asked to stop.
    const word = answer.kind === "line"
      ? answer.text.trim().toLowerCase()
      : answer.kind === "end"
      ? "l"
      : "c";
    if (["c", "cancel"].includes(word)) return false;
    if (["l", "leave"].includes(word)) {
      await terminal.tell(leftRunning(running));
      return true;
    }
    if (["s", "stop"].includes(word)) return await stopAll(line, context);
  }
}

/** What is told when nobody can be asked. */
export function leftRunning(running: readonly OwnOperation[]): string {
  return `Left running: ${running.map(stopWords).join("; ")}`;
}

function stopWords({ agent, op, kind }: OwnOperation): string {
  return `${agent}.${op} (ocs ${kind === "task" ? "abort" : "stop"} ${agent}.${op} ends it)`;
}

function namesOf(running: readonly OwnOperation[]): string {
  return running.map(({ agent, op }) => `${agent}.${op}`).join(", ");
}

/** Stops them all and waits for their end; whether all have ended, or the operator does not wait. */
async function stopAll(line: PromptLine, context: LineContext): Promise<boolean> {
  const { own, terminal } = context;
  const controller = new AbortController();
  using _interrupt = line.onInterrupt(() => {
    controller.abort(new Error("Interrupted"));
    return true;
  });
  terminal.progress(`stopping ${namesOf(own.running)}`);
  const results = await Promise.all(own.running.map((one) => stop(one, context, controller.signal)));
  terminal.progress(undefined);
  const failed = results.filter((text) => text !== undefined);
  if (failed.length === 0) {
    await terminal.tell("All have ended");
    return true;
  }
  await terminal.tell(failed.join("\n"));
  return false;
}

/** Undefined when it has ended, else why not. */
async function stop(
  { agent, op, kind }: OwnOperation,
  { link, own }: LineContext,
  signal: AbortSignal,
): Promise<string | undefined> {
  try {
    const operation = (await link.client(agent, { signal })).operation(op);
    const asked = await (kind === "task" ? operation.abort({ signal }) : operation.stop({ signal }));
    if (!asked.ok && asked.session.status !== "done") return `${agent}.${op}: ${asked.message}`;
    const ended = await operation.wait({ timeoutSeconds: STOP_SECONDS, signal });
    if (ended.session.status !== "done") return `${agent}.${op} still runs after ${STOP_SECONDS} s`;
    own.forget(agent, op);
    return undefined;
  } catch (error) {
    return `${agent}.${op}: ${error instanceof Error ? error.message : String(error)}`;
  }
}
