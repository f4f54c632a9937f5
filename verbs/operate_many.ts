/** start, stop, abort, wait and status of all operations that a pattern means. @module */
import type { OCSReply } from "../ocs/mod.ts";
import { NotConfirmedError } from "./errors.ts";
import type { FleetWatch } from "./fleet_watch.ts";
import type { ParamValue } from "./key_values.ts";
import { type ManyData, type ManyRow, rowData, rowOf, rowResult, worstOf } from "./many_rows.ts";
import { manyText, type Plan, planText, statusText } from "./many_text.ts";
import { isActive, type Match, matchTargets } from "./match_targets.ts";
import { parseTarget, parseWideTarget } from "./operation_target.ts";
import type { Outcome } from "./outcome.ts";
import { sessionState } from "./session_text.ts";
import { openSite, type VerbOptions } from "./site_link.ts";
import type { VerbTerminal } from "./terminal.ts";

/** How a pattern is worked through. */
export interface ManyOptions extends VerbOptions {
  readonly terminal: VerbTerminal;
  /** Who is there; default a watch of its own. */
  readonly fleet?: FleetWatch | undefined;
  /** Told the operations meant, as `AGENT.OP`, once before anything is done with them. */
  readonly onTargets?: ((targets: readonly string[]) => void) | undefined;
}

/** How several operations are touched. */
export interface TouchManyOptions extends ManyOptions {
  /** Nobody need be asked. */
  readonly yes?: boolean | undefined;
  /** For `start`. */
  readonly params?: Readonly<Record<string, ParamValue>> | undefined;
  /** After `start`, waits for the ends. */
  readonly wait?: boolean | undefined;
  /** How long operations may go on, in seconds; default without limit. */
  readonly waitSeconds?: number | undefined;
}

/** The verbs that touch hardware. */
export type TouchVerb = "start" | "stop" | "abort";

/**
 * Starts, stops or aborts all operations that a pattern means, in parallel, and tells every failure.
 *
 * `stop` takes the processes of them that run, `abort` the tasks. Before more than one is touched the plan is shown and
 * asked for.
 *
 * @throws {NotConfirmedError} If more than one would be touched and there is nobody to ask.
 * @throws {OperationNotFoundError} If the pattern means none.
 */
export async function touchMany(
  verb: TouchVerb,
  pattern: string,
  options: TouchManyOptions,
): Promise<Outcome<readonly ManyData[]>> {
  const { terminal, signal } = options;
  await using link = await openSite(options);
  terminal.progress(`looking for ${pattern}`);
  const found = await matchTargets(parseTarget(pattern), { link, fleet: options.fleet, signal });
  terminal.progress(undefined);
  const chosen = found.matches.filter((match) => isMeant(verb, match));
  const plan: Plan = { verb, pattern, found, chosen };
  if (chosen.length > 1 && options.yes !== true) {
    if (terminal.confirm === undefined) {
      throw new NotConfirmedError(
        `Cannot ${verb} "${pattern}" without being asked: it means ${chosen.length} operations (` +
          `${chosen.map(({ target }) => target).join(", ")}), expected --yes`,
      );
    }
    terminal.say(planText(plan, terminal.look));
    if (!await terminal.confirm(`Really ${verb} these ${chosen.length}?`)) {
      return { result: "failed", data: [], text: () => "Nothing was done." };
    }
  }
  options.onTargets?.(chosen.map(({ target }) => target));
  const rows = await Promise.all(
    chosen.map((match) => rowOf(match.target, () => touch(verb, match, options))),
  );
  signal?.throwIfAborted();
  const failures = found.failures;
  if (options.wait !== true) return outcomeOf([...failures, ...rows], plan);
  const started = chosen.filter((_match, at) => rows[at]?.reply?.ok === true);
  const refused = rows.filter(({ reply }) => reply?.ok !== true);
  const ended = await waitForAll(started, options);
  return outcomeOf([...failures, ...refused, ...ended], { ...plan, verb: "wait" });
}

/** Waits until all operations that a pattern means have ended; those that run at the beginning, if any does. */
export async function waitMany(
  pattern: string,
  options: ManyOptions & { readonly waitSeconds?: number | undefined },
): Promise<Outcome<readonly ManyData[]>> {
  const { terminal, signal } = options;
  await using link = await openSite(options);
  terminal.progress(`looking for ${pattern}`);
  const found = await matchTargets(parseTarget(pattern), { link, fleet: options.fleet, signal });
  const active = found.matches.filter(({ reply }) => isActive(reply.session));
  const chosen = active.length > 0 ? active : found.matches;
  options.onTargets?.(chosen.map(({ target }) => target));
  const rows = await waitForAll(chosen, options);
  return outcomeOf([...found.failures, ...rows], { verb: "wait", pattern, found, chosen });
}

/** Shows the current or last session of all operations that a pattern means, trouble first. */
export async function statusMany(
  pattern: string,
  options: ManyOptions,
): Promise<Outcome<readonly ManyData[]>> {
  const { terminal, signal } = options;
  await using link = await openSite(options);
  terminal.progress(`looking for ${pattern}`);
  const found = await matchTargets(parseWideTarget(pattern), { link, fleet: options.fleet, signal });
  options.onTargets?.(found.matches.map(({ target }) => target));
  const rows: ManyRow[] = [...found.failures, ...found.matches];
  return {
    result: found.failures.length > 0 ? "failed" : "ok",
    data: rows.map(rowData),
    text: (look) => statusText(rows, { gone: found.gone }, look),
  };
}

function isMeant(verb: TouchVerb, { operation, reply }: Match): boolean {
  if (verb === "start") return true;
  return operation.kind === (verb === "stop" ? "process" : "task") && isActive(reply.session);
}

function touch(
  verb: TouchVerb,
  { operation }: Match,
  { params = {}, timeoutSeconds, signal }: TouchManyOptions,
): Promise<OCSReply> {
  const request = { timeoutSeconds, signal };
  if (verb === "start") return operation.start(params, request);
  return operation.kind === "process" ? operation.stop(request) : operation.abort(request);
}

/** Waits for all at once; says which are waited for. */
async function waitForAll(
  chosen: readonly Match[],
  { terminal, waitSeconds, signal }: ManyOptions & { readonly waitSeconds?: number | undefined },
): Promise<ManyRow[]> {
  const waiting = new Set(chosen.map(({ target }) => target));
  const show = (): void => {
    if (!terminal.showsProgress || waiting.size === 0) return terminal.progress(undefined);
    terminal.progress(`waiting for ${waiting.size} of ${chosen.length}: ${[...waiting].join(", ")}`);
  };
  show();
  const rows = await Promise.all(chosen.map(async ({ target, operation }) => {
    const row = await rowOf(target, () => operation.wait({ timeoutSeconds: waitSeconds, signal }));
    waiting.delete(target);
    // The others may go on for hours.
    if (rowResult(row, true) === "failed" && waiting.size > 0 && signal?.aborted !== true) {
      const what = row.reply === undefined ? row.error.message : sessionState(row.reply.session);
      terminal.say(`${target}: ${what}`);
    }
    show();
    return row;
  }));
  signal?.throwIfAborted();
  return rows;
}

function outcomeOf(rows: readonly ManyRow[], plan: Plan): Outcome<readonly ManyData[]> {
  const waited = plan.verb === "wait";
  return {
    result: worstOf(rows.map((row) => rowResult(row, waited))),
    data: rows.map(rowData),
    text: (look) => manyText(rows, plan, look),
  };
}
