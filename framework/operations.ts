/** An agent's operations: registered once, started, stopped, waited for and asked about by clients. No I/O. @module */
import { type Clock, SYSTEM_CLOCK } from "../internal/clock.ts";
import { toPlain } from "../internal/float.ts";
import { printable } from "../internal/limited_log.ts";
import { CredLevel, credLevelText, toCredLevel } from "../ocs/access_level.ts";
import { type CallerLevel, refusalText } from "../ocs/access_rules.ts";
import { OpCode } from "../ocs/op_code.ts";
import { pyStr, pyTypeName } from "../ocs/python_text.ts";
import { ResponseCode } from "../ocs/response_code.ts";
import type { AgentLog } from "./agent_log.ts";
import { sleep } from "./sleep.ts";
import { callStopper, isAbortable } from "./_call_stopper.ts";
import { hasSucceeded, untilEnded, waitSeconds } from "./_wait.ts";
import type { ProcessSpec, Run, TaskSpec } from "./operation.ts";
import { readOpsRequest } from "./ops_arguments.ts";
import { ParamError } from "./param_error.ts";
import { checkParams } from "./params.ts";
import { callerText, type Refusal, type WireCaller } from "./refusals.ts";
import { errorText, failureText, outcomeOf } from "./run_outcome.ts";
import { OperationSession } from "./session.ts";

/** Whom the agent lets do what. */
export interface AccessCheck {
  /** The level of whoever knows this password (null for none), found anew for each request. */
  credentials(password: unknown): CallerLevel;
  /** The level of the agent itself, for startup operations. */
  own(): CallerLevel;
  /** Told of every request that its caller had no right to. */
  refused(refusal: Refusal): void;
}

/** What came with a request, beside its arguments. */
export interface RequestContext {
  /** Aborted when nobody is there any more to be answered. */
  readonly signal?: AbortSignal | undefined;
  readonly caller?: WireCaller | undefined;
}

/** Reply to any request: code, message, and the session or `{}`. */
export type OpsReply = readonly [ResponseCode, string, Record<string, unknown>];

/** What operations need of their agent. */
export interface OperationsOptions {
  readonly access: AccessCheck;
  readonly log: AgentLog;
  readonly clock?: Clock | undefined;
}

/** A registered operation. */
interface Operation {
  readonly kind: "task" | "process";
  readonly name: string;
  readonly spec: TaskSpec & ProcessSpec;
  readonly run: Run<unknown>;
  readonly minPrivs: CredLevel;
  readonly blocking: boolean;
}

/** The operations of one agent and the current or last session of each. */
export class Operations {
  readonly #access: AccessCheck;
  readonly #log: AgentLog;
  readonly #clock: Clock;
  readonly #operations = new Map<string, Operation>();
  readonly #sessions = new Map<string, OperationSession>();
  #nextSessionId = 0;

  /** Starts without any operation. */
  constructor({ access, log, clock = SYSTEM_CLOCK }: OperationsOptions) {
    this.#access = access;
    this.#log = log;
    this.#clock = clock;
  }

  /**
   * Adds an operation.
   *
   * @throws {TypeError} If the name is empty or taken. Python would let a process hide behind a task of its name.
   */
  register(
    kind: "task" | "process",
    name: string,
    { spec, run }: { readonly spec: TaskSpec & ProcessSpec; readonly run: Run<unknown> },
  ): void {
    if (typeof run !== "function") {
      throw new TypeError(`Cannot register ${kind} "${name}": it has no function`);
    }
    if (name === "" || this.#operations.has(name)) {
      throw new TypeError(`Cannot register ${kind} "${name}": expected a name that is not taken`);
    }
    // Python: 0 is raised to 1, so nothing is ever open to a blocked caller.
    const minPrivs = toCredLevel(Math.max(1, spec.minPrivs ?? 1));
    if (minPrivs === undefined) {
      throw new RangeError(
        `Cannot register ${kind} "${name}": minPrivs is ${spec.minPrivs}, expected 1 to 3`,
      );
    }
    this.#operations.set(name, { kind, name, spec, run, minPrivs, blocking: spec.blocking ?? true });
  }

  /** Op codes by operation, in order of registration: what a heartbeat says. */
  opCodes(): Record<string, number> {
    const codes: Record<string, number> = {};
    for (const name of this.#operations.keys()) codes[name] = this.#sessions.get(name)?.opCode ?? OpCode.NONE;
    return codes;
  }

  /** Every operation of a kind as `get_api` lists it, by name: `[name, session, info]`. */
  described(kind: "task" | "process"): unknown[] {
    const names = [...this.#operations.values()].filter((one) => one.kind === kind).map((one) => one.name);
    return names.sort(byCodePoint).map((name) => {
      const session = this.#sessions.get(name)?.encoded() ?? { op_name: name, status: "no_history" };
      return [name, session, this.#info(name)];
    });
  }

  /** Answers a call of `.ops`. Throws what becomes a WAMP error. */
  handle(
    args: readonly unknown[],
    kwargs: Readonly<Record<string, unknown>>,
    { signal, caller }: RequestContext = {},
  ): OpsReply | Promise<OpsReply> {
    const { action, opName, params, timeout, password } = readOpsRequest(args, kwargs);
    switch (action) {
      case "start":
        return this.start(nameOf(opName), {
          params,
          credentials: () => this.#access.credentials(password),
          caller,
        });
      case "stop":
      case "abort":
        return this.end(action, nameOf(opName), {
          params,
          credentials: () => this.#access.credentials(password),
          caller,
        });
      case "wait":
        return this.wait(nameOf(opName), timeout, signal);
      case "status":
        return this.status(nameOf(opName));
      default:
        // Peer ocs (_ops_handler): names the operation, not the action.
        return [ResponseCode.ERROR, `No implementation for "${pyStr(opName)}"`, {}];
    }
  }

  /** Starts an operation (OCS 2.2); the checks come in Python's order. */
  start(
    name: string,
    { params, credentials, caller }: {
      readonly params: unknown;
      readonly credentials: () => CallerLevel;
      readonly caller?: WireCaller | undefined;
    },
  ): OpsReply {
    const { ERROR, OK } = ResponseCode;
    this.#called("start", name, caller);
    const operation = this.#operations.get(name);
    if (operation === undefined) {
      this.#log.warn(`No task called ${name}`);
      return [ERROR, `No task or process called "${name}"`, {}];
    }
    const active = this.#sessions.get(name);
    if (active !== undefined && active.status !== "done") {
      return [ERROR, `Operation "${name}" already in progress.`, active.encoded()];
    }
    // Peer ocs: a finished session is gone even when the start is refused below.
    this.#sessions.delete(name);
    const has = credentials();
    if (has.level < operation.minPrivs) {
      const { level } = has;
      this.#access.refused({ action: "start", opName: name, level, required: operation.minPrivs, caller });
      return [ERROR, refusalText(has.level, operation.minPrivs, has.detail), {}];
    }
    this.#allowed("start", name, has);
    let checked: unknown;
    try {
      checked = this.#checked(operation, params);
    } catch (error) {
      const known = error instanceof ParamError;
      this.#log.error(`Caught ${known ? "ParamError" : "Exception"} during start call: ${errorText(error)}`);
      const prefix = known ? "" : "CRASH: during param pre-processing: ";
      return [ERROR, prefix + errorText(error), {}];
    }
    const session = new OperationSession({
      sessionId: this.#nextSessionId++,
      opName: name,
      credLevel: has.level,
      log: this.#log,
      clock: this.#clock,
    });
    this.#sessions.set(name, session);
    // In a later turn, so that the reply says "starting" and is on its way before the work begins.
    this.#clock.setTimer(0, () => this.#run(operation, session, checked));
    return [OK, `Started ${operation.kind} "${name}".`, session.encoded()];
  }

  /** Stops a process or aborts a task (OCS 2.3); `credentials` undefined for the agent's own wish. */
  end(
    action: "stop" | "abort",
    name: string,
    { params, credentials, caller }: {
      readonly params: unknown;
      readonly credentials: (() => CallerLevel) | undefined;
      readonly caller?: WireCaller | undefined;
    },
  ): OpsReply {
    const { ERROR, OK } = ResponseCode;
    this.#called(action, name, caller);
    const operation = this.#operations.get(name);
    if (operation === undefined) return [ERROR, `No operation called "${name}".`, {}];
    if ((action === "stop") !== (operation.kind === "process")) {
      // Peer ocs (_stop_helper): a missing `f` in front of the text leaves `{op_type}` as it is.
      return [ERROR, `Cannot "${action}" "${name}" because it is a "{op_type}".`, {}];
    }
    const has = credentials?.();
    if (has !== undefined && has.level < operation.minPrivs) {
      this.#access.refused({ action, opName: name, level: has.level, required: operation.minPrivs, caller });
      return [ERROR, refusalText(has.level, operation.minPrivs), {}];
    }
    if (has !== undefined) this.#allowed(action, name, has);
    const session = this.#sessions.get(name);
    if (session === undefined) return [ERROR, "No session active.", {}];
    if (session.status === "stopping" || session.status === "done") {
      return [ERROR, `The operation is already ${session.status}`, {}];
    }
    callStopper(session, { ...operation, params, log: this.#log, clock: this.#clock });
    // Peer ocs: the quote in front of the name is missing.
    return [OK, `Requested ${action} on ${operation.kind} ${name}".`, session.encoded()];
  }

  /**
   * Waits for the end of the current run (OCS 2.4).
   *
   * @param timeout null for ever, negative not at all, else seconds.
   * @param signal Gives up waiting, when nobody is there any more to be answered.
   */
  async wait(name: string, timeout: unknown, signal?: AbortSignal): Promise<OpsReply> {
    if (!this.#operations.has(name)) return [ResponseCode.ERROR, `Unknown operation "${name}".`, {}];
    const session = this.#sessions.get(name);
    if (session === undefined) return [ResponseCode.OK, "Idle.", {}];
    const limit = session.status === "done" ? undefined : waitSeconds(timeout);
    if (limit === undefined || limit >= 0) {
      await untilEnded(session, { limitSeconds: limit, signal, clock: this.#clock });
    }
    if (session.status !== "done") {
      const text = `Operation "${name}" still running; wait timed out.`;
      return [ResponseCode.TIMEOUT, text, session.encoded()];
    }
    const outcome = hasSucceeded(session.success) ? "SUCCEEDED" : "FAILED";
    const text = `Operation "${name}" is currently not running (${outcome}).`;
    return [ResponseCode.OK, text, session.encoded()];
  }

  /** Tells where an operation stands (OCS 2.5). */
  status(name: string): OpsReply {
    if (!this.#operations.has(name)) return [ResponseCode.ERROR, `No task or process called "${name}"`, {}];
    const session = this.#sessions.get(name);
    if (session === undefined) return [ResponseCode.OK, "No session active.", {}];
    return [ResponseCode.OK, "Session active.", session.encoded()];
  }

  /** Starts what is registered to start with the agent, in order of registration. */
  startStartupOperations(): void {
    for (const { name, spec } of this.#operations.values()) {
      if (spec.startup === undefined || spec.startup === false) continue;
      this.#log.info(`startup-op: launching ${name}`);
      const params = spec.startup === true ? {} : spec.startup;
      const [code, message] = this.start(name, { params, credentials: () => this.#access.own() });
      if (code !== ResponseCode.OK) this.#log.error(`startup-op: ${name} was not started: ${message}`);
    }
  }

  /**
   * Asks everything that runs to end, with full credentials and whatever goes wrong with one of them.
   *
   * @returns Resolves when all have ended, or after the time; then names what has not.
   */
  async endAll(withinSeconds: number): Promise<string[]> {
    this.#log.info("Stopping all running sessions");
    const running = [...this.#sessions.values()].filter((session) => session.status !== "done");
    for (const session of running) {
      const operation = this.#operations.get(session.opName);
      if (operation === undefined || session.status === "stopping") continue;
      this.#log.info(`Stopping session ${session.opName}`);
      try {
        const action = operation.kind === "process" ? "stop" : "abort";
        this.end(action, session.opName, { params: null, credentials: undefined });
      } catch (error) {
        this.#log.error(`Error calling stopper for "${session.opName}": ${errorText(error)}`);
      }
    }
    if (running.length === 0) return [];
    const late = new AbortController();
    await Promise.race([
      Promise.all(running.map((session) => session.ended)).then(() => late.abort()),
      sleep(withinSeconds, { clock: this.#clock, signal: late.signal }),
    ]);
    return running.filter((session) => session.status !== "done").map((session) => session.opName);
  }

  /** Frees what unfinished runs hold; for the very end. */
  [Symbol.dispose](): void {
    for (const session of this.#sessions.values()) session[Symbol.dispose]();
  }

  /** Python's line, and who it was where the router tells. */
  #called(action: string, name: string, caller: WireCaller | undefined): void {
    const who = callerText(caller);
    this.#log.info(`${action} called for ${printable(name)}${who === "" ? "" : ` by ${who}`}`);
  }

  /** Tells of rights that not everybody has. */
  #allowed(action: string, name: string, { level }: CallerLevel): void {
    if (level > CredLevel.BASIC) this.#log.info(`${action} of ${name} with level ${credLevelText(level)}`);
  }

  #info(name: string): Record<string, unknown> {
    const operation = this.#operations.get(name);
    if (operation === undefined) return {};
    const { kind, spec, blocking, minPrivs } = operation;
    return {
      blocking,
      ...(kind === "task" ? { abortable: isAbortable(spec) } : {}),
      docstring: spec.doc ?? null,
      op_type: kind,
      min_privs: minPrivs,
    };
  }

  #checked({ spec }: Operation, params: unknown): unknown {
    if (spec.params === undefined) return toPlain(params ?? null);
    return checkParams(spec.params, params, { strays: spec.strays ?? "refuse" });
  }

  async #run({ run }: Operation, session: OperationSession, params: unknown): Promise<void> {
    try {
      // A stop may have come between start and here; Python's run crashes then, ours finds its signal aborted.
      if (session.status === "starting") session.setStatus("running");
      const { success, message } = outcomeOf(await run(session, params));
      session.finish(success, message);
    } catch (error) {
      session.finish(false, failureText(error));
    }
  }
}

/** What Python looks up in a dict: anything but a list or a dict, which cannot be a key. */
function nameOf(opName: unknown): string {
  const type = pyTypeName(opName);
  if (type === "list" || type === "dict") throw new TypeError(`unhashable type: '${type}'`);
  return pyStr(opName);
}

function byCodePoint(a: string, b: string): number {
  const left = [...a];
  const right = [...b];
  for (let i = 0; i < Math.min(left.length, right.length); i++) {
    const difference = (left[i]?.codePointAt(0) ?? 0) - (right[i]?.codePointAt(0) ?? 0);
    if (difference !== 0) return difference;
  }
  return left.length - right.length;
}
