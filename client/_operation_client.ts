/** Makes the callable objects that a client has for properties. @module */
import type { OCSReply, OperationInfo } from "../ocs/mod.ts";
import type { Operation } from "./_operation.ts";
import type { AnyOperation } from "./agent_types.ts";
import type { RequestOptions, RunningOptions, WaitOptions } from "./operation_client.ts";
import { startRunning } from "./running_operation.ts";

/** Whose operation it is. */
export interface OperationDescription {
  readonly name: string;
  readonly agent: string;
  readonly info: OperationInfo;
  /** Aborted when the script that its client belongs to is asked to end. */
  readonly interrupted: AbortSignal | undefined;
  /** Whether what `running()` holds is stopped when this process is asked to end. */
  readonly stopOnSignals: boolean;
}

/** A task or process as a function with methods. */
export function operationClient(
  operation: Operation,
  { name, agent, info, interrupted, stopOnSignals }: OperationDescription,
): AnyOperation {
  const isTask = info.op_type === "task";
  const refuse = (action: string, instead: string) => (): Promise<never> => {
    const text = `Cannot ${action} "${name}" on "${agent}": it is a ${info.op_type}, use ${instead}()`;
    return Promise.reject(new TypeError(text));
  };
  const start = (params: object = {}, options?: RequestOptions) =>
    operation.request("start", params, options);
  const wait = (options?: WaitOptions) => operation.wait(options);
  const status = (options?: RequestOptions) => operation.request("status", {}, options);
  const call = async (params: object = {}, options: WaitOptions = {}): Promise<OCSReply> => {
    if (!isTask) return await status();
    const started = await start(params, { signal: options.signal });
    return started.ok ? await wait(options) : started;
  };
  const running = (options: RunningOptions<object> = {}) =>
    startRunning(client, { stopOnSignals, ...options });
  const client: AnyOperation = Object.assign(call, {
    opName: name,
    kind: info.op_type,
    agent,
    info,
    interrupted,
    running,
    start,
    wait,
    status,
    stop: isTask
      ? refuse("stop", "abort")
      : (options?: RequestOptions) => operation.request("stop", {}, options),
    abort: isTask
      ? (options?: RequestOptions) => operation.request("abort", {}, options)
      : refuse("abort", "stop"),
    // What a prompt shows of it; the function behind it says nothing.
    [Symbol.for("Deno.customInspect")]: () => `${agent}.${name} (${info.op_type})`,
  });
  return client;
}
