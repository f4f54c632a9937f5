/** Carries a plan out: asks the managers, and waits until the agents are there. @module */
import { pause } from "../../internal/pause.ts";
import { toError } from "../../internal/to_error.ts";
import { CallQueue } from "../call_queue.ts";
import { duration } from "../duration.ts";
import type { SiteLink } from "../site_link.ts";
import { HostJob, type Step } from "./host_job.ts";
import type { HostsRow } from "./hosts_outcome.ts";
import { managerSession } from "./look_at_hosts.ts";
import type { HostsVerb, PlannedAgent } from "./plan_hosts.ts";
import { requestTargets } from "./request_targets.ts";

/** How a plan is carried out. */
export interface DriveHostsOptions {
  readonly link: SiteLink;
  /** How long all of it may take, in seconds. */
  readonly withinSeconds: number;
  /** Told what is waited for, about twice a second. */
  readonly onProgress?: ((text: string) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

const STEPS: Readonly<Record<HostsVerb, readonly Step[]>> = {
  up: ["up"],
  down: ["down"],
  restart: ["down", "up"],
};
const LOOK_MS = 400;
/** Agents that are asked whether they answer, at a time. */
const ASK_AT_ONCE = 16;
const ASK_SECONDS = 2;

/**
 * Does a verb to all agents of a plan, all managers at once, and tells what became of each.
 *
 * An agent is up when its manager says so and it answers, or has run for 20 s; a program with a command line of its own in
 * the site file, which need not be an agent, when it has run for 3 s.
 *
 * @throws The reason of the signal when that is aborted. What was asked for counts all the same.
 */
export async function driveHosts(
  { verb, chosen }: { readonly verb: HostsVerb; readonly chosen: readonly PlannedAgent[] },
  options: DriveHostsOptions,
): Promise<readonly HostsRow[]> {
  const { onProgress, withinSeconds, signal } = options;
  const jobs = chosen.map((planned) => new HostJob(planned, STEPS[verb]));
  const byManager = Map.groupBy(jobs, ({ planned }) => planned.manager.instance);
  const startedMs = performance.now();
  const over = new AbortController();
  const telling = onProgress === undefined
    ? undefined
    : tell(jobs, { startedMs, withinSeconds, onProgress }, over);
  try {
    await Promise.all([...byManager].map(([manager, own]) => drive(manager, own, { ...options, startedMs })));
  } finally {
    over.abort();
    await telling;
  }
  signal?.throwIfAborted();
  return jobs.map(({ row }) => row);
}

async function drive(
  manager: string,
  jobs: readonly HostJob[],
  { link, withinSeconds, signal, startedMs }: DriveHostsOptions & { readonly startedMs: number },
): Promise<void> {
  const request = { timeoutSeconds: link.timeoutSeconds, signal };
  const queue = new CallQueue(ASK_AT_ONCE);
  let asleep = jobs[0]?.planned.manager.state === "sleeping";
  const send = async (wanted: readonly { readonly job: HostJob; readonly step: Step }[]): Promise<void> => {
    if (wanted.length === 0) return;
    try {
      const { ok, message } = await requestTargets(await link.client(manager), {
        requests: wanted.map(({ job, step }) => [job.planned.agent.instance, step] as const),
        // One that the manager has not told of may have come into the site file since.
        reload: wanted.some(({ job }) => job.planned.agent.state === null),
        asleep,
      }, request);
      asleep = false;
      for (const { job } of wanted) {
        if (ok) job.sent();
        else job.fail(`${manager} refused: ${message}`);
      }
    } catch (error) {
      signal?.throwIfAborted();
      for (const { job } of wanted) job.fail(toError(error).message);
    }
  };
  for (;;) {
    signal?.throwIfAborted();
    await send(jobs.flatMap((job) => job.due === undefined ? [] : [{ job, step: job.due }]));
    if (jobs.every(({ isOver }) => isOver)) return;
    if (performance.now() - startedMs >= withinSeconds * 1000) {
      return await send(
        jobs.flatMap((job) => job.leftOver === undefined ? [] : [{ job, step: job.leftOver }]),
      );
    }
    await pause(LOOK_MS, { signal });
    try {
      const { children, state } = await managerSession(await link.client(manager), request);
      if (state === "up") { for (const job of jobs) job.see(children?.get(job.planned.agent.instance)); }
    } catch {
      // It may be back within the time; what was seen last is told when it is not.
      signal?.throwIfAborted();
      link.forget(manager);
    }
    await Promise.all(
      jobs.filter(({ isUp }) => isUp).map((job) => queue.run(() => askAgent(job, link, signal))),
    );
  }
}

/** Whether an agent answers. */
async function askAgent(job: HostJob, link: SiteLink, signal: AbortSignal | undefined): Promise<void> {
  const { instance } = job.planned.agent;
  try {
    // Of a shared link, what is known of it is of its last run.
    link.forget(instance);
    await link.client(instance, { timeoutSeconds: ASK_SECONDS, signal });
    job.answers();
  } catch {
    // It is not ready, or no agent.
  }
}

async function tell(
  jobs: readonly HostJob[],
  { startedMs, withinSeconds, onProgress }: {
    readonly startedMs: number;
    readonly withinSeconds: number;
    readonly onProgress: (text: string) => void;
  },
  over: AbortController,
): Promise<void> {
  while (!over.signal.aborted) {
    const open = jobs.filter(({ isOver }) => !isOver);
    const seconds = (performance.now() - startedMs) / 1000;
    const names = open.map(({ planned, progress }) => `${planned.agent.instance} (${progress})`).join(", ");
    onProgress(
      `${duration(seconds)} of ${
        duration(withinSeconds)
      }, waiting for ${open.length} of ${jobs.length}: ${names}`,
    );
    await pause(LOOK_MS, { signal: over.signal });
  }
}
