/** Requests about one operation. @module */
import { type OCSReply, parseReply } from "../ocs/mod.ts";
import { Wait } from "./_wait.ts";
import type { RequestOptions, WaitOptions } from "./operation_client.ts";
import { type ClientRequest, eitherSignal, type RequestGuard } from "./request_guard.ts";

/** The five things that can be asked of an operation. */
export type Action = "start" | "stop" | "abort" | "wait" | "status";

/** One `.ops` call. */
export interface OperationRequest {
  readonly action: Action;
  readonly opName: string;
  readonly params: object;
  /** For `wait`: how long the agent may take before it answers TIMEOUT. */
  readonly waitSeconds?: number | undefined;
  readonly timeoutMs: number;
  readonly signal?: AbortSignal | undefined;
}

/** How an operation reaches its agent. */
export interface AgentLink {
  /** Instance id. */
  readonly agent: string;
  readonly defaultTimeoutMs: number;
  /** Sends; errors are as they come. */
  send(request: OperationRequest): Promise<unknown>;
  /** Makes an error that helps of one that came. */
  explain(
    error: unknown,
    about: { action: string; elapsedMs: number; leftMs: number; lastState: string | undefined },
  ): Promise<unknown>;
  /** Waits until the router can be reached again; false when that takes longer. */
  recovered(timeoutMs: number): Promise<boolean>;
  /** Stands between the client and its requests. */
  readonly guard: RequestGuard | undefined;
  /** The client's operation of this name, for the guard. */
  operation(opName: string): ClientRequest["operation"];
}

/** Requests about one operation, and what is known of it. */
export class Operation {
  readonly #link: AgentLink;
  readonly #opName: string;
  #last: { readonly text: string; readonly at: number; readonly openSession: number | undefined } | undefined;

  constructor(link: AgentLink, opName: string) {
    this.#link = link;
    this.#opName = opName;
  }

  /** Sends one request. */
  async request(
    action: Exclude<Action, "wait">,
    params: object,
    { timeoutSeconds, signal }: RequestOptions = {},
  ): Promise<OCSReply> {
    const timeoutMs = timeoutSeconds === undefined ? this.#link.defaultTimeoutMs : timeoutSeconds * 1000;
    const send = (guardSignal?: AbortSignal) =>
      this.#send({
        action,
        opName: this.#opName,
        params,
        timeoutMs,
        signal: eitherSignal(signal, guardSignal),
      });
    return await this.#explained(
      action === "status" ? "get the status of" : action,
      timeoutMs,
      () => this.#guarded(action, send),
    );
  }

  /** Waits for the end of the current session. */
  async wait(options: WaitOptions = {}): Promise<OCSReply> {
    const { timeoutSeconds } = options;
    const run = (guardSignal?: AbortSignal) => {
      const signal = eitherSignal(options.signal, guardSignal);
      return new Wait({
        ask: (waitSeconds, timeoutMs) =>
          this.#send({ action: "wait", opName: this.#opName, params: {}, waitSeconds, timeoutMs, signal }),
        recovered: (timeoutMs) => this.#link.recovered(timeoutMs),
        what: `"${this.#opName}" on "${this.#link.agent}"`,
        openSession: this.#last?.openSession,
        signal,
      }).run(timeoutSeconds);
    };
    return await this.#explained(
      "wait for",
      (timeoutSeconds ?? Infinity) * 1000,
      () => this.#guarded("wait", run),
    );
  }

  async #guarded(action: Action, send: (signal?: AbortSignal) => Promise<OCSReply>): Promise<OCSReply> {
    const { guard, agent } = this.#link;
    if (guard === undefined) return await send();
    return await guard.around({ agent, action, operation: this.#link.operation(this.#opName) }, send);
  }

  async #explained(action: string, timeoutMs: number, request: () => Promise<OCSReply>): Promise<OCSReply> {
    const started = performance.now();
    const lastState = this.#describeLast(started);
    try {
      return await request();
    } catch (error) {
      throw await this.#link.explain(error, {
        action: `${action} "${this.#opName}" on "${this.#link.agent}"`,
        elapsedMs: performance.now() - started,
        leftMs: started + timeoutMs - performance.now(),
        lastState: this.#describeLast(performance.now()) ?? lastState,
      });
    }
  }

  async #send(request: OperationRequest): Promise<OCSReply> {
    const reply = parseReply(await this.#link.send(request));
    const { status, session_id } = reply.session;
    const text = status === undefined ? reply.message : `${status}, session ${session_id}`;
    this.#last = { text, at: performance.now(), openSession: status === "done" ? undefined : session_id };
    return reply;
  }

  #describeLast(now: number): string | undefined {
    const last = this.#last;
    return last === undefined ? undefined : `${last.text}, ${((now - last.at) / 1000).toFixed(1)} s ago`;
  }
}
