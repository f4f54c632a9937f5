/** The state machine of one managed agent (OCS 10.6.6): looks and clocks in, messages and actions out. @module */
import type { ManagedInstance } from "./managed_instance.ts";

/** What the caller has to do for an instance. */
export interface ChildActions {
  readonly messages: readonly string[];
  readonly launch: boolean;
  readonly terminate: boolean;
  readonly kill: boolean;
  /** Unix seconds at which to look again at the latest; undefined: whenever. */
  readonly wakeAtSeconds: number | undefined;
  /** True when the next look may be at once, for there is something to do then. */
  readonly again: boolean;
}

const WAIT_START_SECONDS = 15;
const RETRY_START_SECONDS = 5;
/** An agent that has been asked to end gets so long. */
export const WAIT_DEAD_SECONDS = 11;
const RELAUNCH_SECONDS = 3;
/** One that has run for less has ended soon after its start. */
const QUICK_SECONDS = 60;
const LONGEST_RELAUNCH_SECONDS = 60;
const WINDOW_SECONDS = 120;

/**
 * Takes one step of an instance's state machine.
 *
 * @param mayStart Whether it may be launched now; else it stays in `start`. Default: it may, as in Python.
 */
export function resolveChildState(
  one: ManagedInstance,
  nowSeconds: number,
  { mayStart = true }: { readonly mayStart?: boolean } = {},
): ChildActions {
  const messages: string[] = [];
  const before = one.nextAction;
  const actions = { launch: false, terminate: false, kill: false };
  let wakeAtSeconds: number | undefined;
  const say = (text: string): void => void messages.push(text);

  if (!one.isOperable) one.nextAction = "?";
  else if (one.nextAction === "wait_start") stepWaitStart(one, nowSeconds, say);
  else if (one.nextAction === "wait_dead") {
    if (!one.isRunning) {
      one.nextAction = "down";
      one.predecessor = undefined;
      if (one.passive) one.target = "passive";
      say(`Agent instance ${one.fullName} has exited`);
    } else if (isDue(one, nowSeconds, WAIT_DEAD_SECONDS)) {
      say(`Agent instance ${one.fullName} refused to die.`);
      // Peer ocs leaves it running, and tells it nothing any more.
      actions.kill = true;
      one.nextAction = "down";
    }
  } else if (one.target === "up") {
    if (one.nextAction === "start_at") {
      if (isDue(one, nowSeconds, LONGEST_RELAUNCH_SECONDS)) one.nextAction = "start";
    } else if (one.nextAction === "start") {
      if (one.predecessor?.isRunning) one.nextAction = "wait_dead";
      else if (one.isRunning) one.nextAction = "up";
      else if (mayStart) {
        say(`Requested launch for ${one.fullName}`);
        actions.launch = true;
        one.nextAction = "wait_start";
        one.atSeconds = nowSeconds + WAIT_START_SECONDS;
      }
    } else if (one.nextAction === "up") {
      if (!one.isRunning) noteExit(one, nowSeconds, say);
    } else one.nextAction = "start";
  } else if (one.target === "down") {
    if (one.nextAction === "down") {
      if (one.isRunning) {
        say(
          `Detected unexpected session for ${one.fullName} (probably docker); it will be shut down.`,
        );
        one.nextAction = "up";
      }
    } else if (one.nextAction === "up") {
      say(`Requesting termination of ${one.fullName}`);
      actions.terminate = true;
      one.nextAction = "wait_dead";
      one.atSeconds = nowSeconds + WAIT_DEAD_SECONDS;
    } else {
      say(`Modifying state of ${one.fullName} from ${one.nextAction} to idle`);
      one.nextAction = "down";
      one.quickFailures = 0;
    }
  } else stepPassive(one, say);

  if (one.nextAction === "start_at" || one.nextAction === "wait_dead" || one.nextAction === "wait_start") {
    wakeAtSeconds = one.atSeconds;
  }
  // What was launched or asked to end needs its time; anything else that moved may move on.
  const again = one.nextAction !== before && !actions.launch && !actions.terminate && !actions.kill;
  return { messages, ...actions, wakeAtSeconds, again };
}

/** Whether a wait is over; one that would be longer than any is, after a clock was set back. */
function isDue({ atSeconds }: ManagedInstance, nowSeconds: number, longestSeconds: number): boolean {
  return nowSeconds >= atSeconds || atSeconds - nowSeconds > longestSeconds;
}

function stepWaitStart(one: ManagedInstance, nowSeconds: number, say: (text: string) => void): void {
  if (one.isRunning) {
    say(`Launched ${one.fullName}`);
    one.nextAction = "up";
    one.upSinceSeconds = nowSeconds;
    if (one.passive) one.target = "passive";
  } else if (one.unit?.hasEnded) {
    // Peer ocs waits out the 15 s for a program that ends at once, and does not say why it did.
    one.upSinceSeconds = nowSeconds;
    noteExit(one, nowSeconds, say);
  } else if (isDue(one, nowSeconds, WAIT_START_SECONDS)) {
    if (one.passive) {
      say(`Launch not detected for ${one.fullName}! Passive tracking so will not try again.`);
      one.target = "passive";
      one.nextAction = "down";
    } else {
      say(`Launch not detected for ${one.fullName}! Will retry.`);
      one.nextAction = "start_at";
      one.atSeconds = nowSeconds + RETRY_START_SECONDS;
    }
  }
}

function noteExit(one: ManagedInstance, nowSeconds: number, say: (text: string) => void): void {
  say(`Detected exit of ${one.fullName} with code ${one.unit?.exitCode ?? "unknown"}.`);
  const lines = one.unit?.errorLines;
  if (lines !== undefined) {
    const isLong = lines.length > 50;
    say(
      `stderr output from ${one.fullName}${isLong ? " (trimmed)" : ""}: ` +
        lines.slice(isLong ? -20 : 0).join("\n"),
    );
  }
  one.quickFailures = nowSeconds - one.upSinceSeconds < QUICK_SECONDS ? one.quickFailures + 1 : 0;
  const seconds = relaunchSeconds(one.quickFailures);
  if (seconds > RELAUNCH_SECONDS) {
    say(
      `${one.fullName} has ended ${one.quickFailures} times in a row within ${QUICK_SECONDS} s of its start: ` +
        `the next launch is in ${seconds} s; a request for "up" launches it at once.`,
    );
  }
  one.nextAction = "start_at";
  one.atSeconds = nowSeconds + seconds;
  one.failTimes = [...one.failTimes, nowSeconds];
}

/**
 * How long until the next launch: 3 s as in Python (OCS 96), but ever longer, up to a minute, from the third time on
 * that it ends soon after its start.
 */
export function relaunchSeconds(quickFailures: number): number {
  return Math.min(
    LONGEST_RELAUNCH_SECONDS,
    RELAUNCH_SECONDS * 2 ** Math.max(0, Math.min(quickFailures, 10) - 2),
  );
}

function stepPassive(one: ManagedInstance, say: (text: string) => void): void {
  if (one.isRunning && one.nextAction !== "up") {
    say(`Passively tracked ${one.fullName} is now up.`);
    one.nextAction = "up";
  } else if (!one.isRunning && one.nextAction !== "down") {
    say(`Passively tracked ${one.fullName} is now down.`);
    one.nextAction = "down";
  }
  one.target = "passive";
}

/** Forgets failures that count no more, and says how stable the rest is: 1 stable, 0 not (OCS 10.6.6). */
export function stabilityOf(
  failTimes: readonly number[],
  nowSeconds: number,
): { readonly failTimes: readonly number[]; readonly stability: number } {
  if (failTimes.length === 0) return { failTimes, stability: 1 };
  const kept = [
    ...failTimes.slice(-200, -1).filter((time) => time >= nowSeconds - WINDOW_SECONDS),
    ...failTimes.slice(-1),
  ];
  // A clock that was set back must not make it more than stable.
  const sum = kept.reduce((total, time) => total + 5 / Math.max(nowSeconds - time, 1e-3), 0);
  return { failTimes: kept, stability: Math.max(1 - sum, 0) };
}
