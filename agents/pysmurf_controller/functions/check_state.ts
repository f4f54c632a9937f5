/** The process `check_state`: looks at the card again and again, and changes nothing (smurf 2.7). @module */
import type { RunResult } from "../../../framework/operation.ts";
import { flag, float } from "../../../framework/params.ts";
import { errorText } from "../../../framework/run_outcome.ts";
import type { Logger } from "../../../internal/log.ts";
import type { Session } from "../../../framework/session.ts";
import { CHECK_STATE_DOC } from "./docs.ts";
import { addData, type FunctionParts, markSimulated } from "./run_function.ts";
import { lastLine } from "./smurf_backend.ts";

// A helper that is asked to end wakes at once.
const END_SECONDS = 5;
// Setting up the control object, or a read that the card does not answer.
const SILENCE_SECONDS = 60;
// However short the interval: a card or an interpreter is not asked more often than that.
const SHORTEST_POLL_SECONDS = 0.1;
const SHORTEST_RESTART_SECONDS = 1;

/** Registers it, to start with the agent. */
export function registerCheckState(parts: FunctionParts): void {
  const { agent, options: { pollInterval } } = parts;
  agent.registerProcess(
    "check_state",
    {
      doc: CHECK_STATE_DOC,
      startup: pollInterval === undefined ? true : { poll_interval: pollInterval },
      params: {
        poll_interval: float({ default: 10, min: 0, help: "Seconds between two looks." }),
        test_mode: flag({ default: false }),
      },
      stop: (session) => {
        session.setStatus("stopping");
        session.abort();
      },
    },
    (session, { poll_interval, test_mode }) =>
      new StateCheck(parts, session, { pollSeconds: poll_interval, testMode: test_mode }).run(),
  );
}

/** One run of the process. */
class StateCheck {
  readonly #parts: FunctionParts;
  readonly #session: Session;
  readonly #pollSeconds: number;
  readonly #testMode: boolean;
  /** The trouble that was told of last; the same trouble is told of once. */
  #trouble: string | undefined;
  /** What helpers print: each one that is started in vain prints the same. */
  readonly #output: Logger = {
    info: (text) => this.#log((log) => log.info(text)),
    warn: (text) => this.#log((log) => log.warn(text)),
    error: (text) => this.#log((log) => log.error(text)),
  };

  constructor(
    parts: FunctionParts,
    session: Session,
    { pollSeconds, testMode }: { readonly pollSeconds: number; readonly testMode: boolean },
  ) {
    this.#parts = parts;
    this.#session = session;
    this.#pollSeconds = Math.max(SHORTEST_POLL_SECONDS, pollSeconds);
    this.#testMode = testMode;
  }

  async run(): Promise<RunResult> {
    const session = this.#session;
    markSimulated(this.#parts, session);
    while (!session.signal.aborted) {
      const failure = await this.#follow();
      if (failure !== undefined) this.#fail(failure);
      if (this.#testMode) return [failure === undefined, "Finished checking state"];
      await session.sleep(Math.max(SHORTEST_RESTART_SECONDS, this.#pollSeconds));
    }
    return "Finished checking state";
  }

  /**
   * Looks until told to stop, or until it cannot any more.
   *
   * @returns Why it could not.
   */
  async #follow(): Promise<string | undefined> {
    const { clock } = this.#parts.agent;
    const silence = new AbortController();
    let cancel = (): void => {};
    const heard = (): void => {
      cancel();
      const limitMs = (SILENCE_SECONDS + this.#pollSeconds) * 1000;
      cancel = clock.setTimer(limitMs, () => silence.abort());
    };
    heard();
    const { success, traceback } = await this.#parts.backend.follow({
      funcName: "check_state",
      kwargs: { poll_interval: this.#pollSeconds, test_mode: this.#testMode },
    }, {
      signal: AbortSignal.any([this.#session.signal, silence.signal]),
      onData: (data) => {
        heard();
        this.#show(data);
      },
      onMessage: (text) => this.#session.addMessage(text),
      onError: (text) => {
        heard();
        this.#fail(text);
      },
      log: this.#output,
    }, { endWithinSeconds: () => END_SECONDS, orphanSeconds: 0 });
    cancel();
    if (this.#session.signal.aborted) return undefined;
    if (silence.signal.aborted) return `nothing was heard of the card for ${SILENCE_SECONDS} s and more`;
    if (!success) return traceback ?? "no reason given";
    return this.#testMode ? undefined : "the helper ended by itself";
  }

  #log(write: (log: Logger) => void): void {
    if (this.#trouble === undefined) write(this.#parts.agent.log);
  }

  #show(data: Readonly<Record<string, unknown>>): void {
    addData(this.#session, data);
    try {
      this.#parts.feeds.state(data);
    } catch (error) {
      this.#fail(errorText(error));
      return;
    }
    if (this.#trouble === undefined) return;
    this.#trouble = undefined;
    this.#session.degraded = false;
    this.#session.addMessage("The state of the card can be read again");
  }

  /** The data stay as they were at the last good look; that they are old is in `last_update`. */
  #fail(reason: string): void {
    this.#session.degraded = true;
    const trouble = lastLine(reason);
    if (trouble === this.#trouble) return;
    this.#trouble = trouble;
    this.#session.addMessage(
      `Cannot read the state of the card: ${trouble} (trying again every ${this.#pollSeconds} s)`,
    );
    if (reason !== trouble) this.#parts.agent.log.error(`check_state:\n${reason}`);
  }
}
