/** Work that would hold the event loop, done beside it. @module */

/** How work is handed to a worker. */
export interface RunInWorkerOptions {
  /** Ends the work at once, wherever it is, by ending its worker. */
  readonly signal?: AbortSignal | undefined;
  /** Called for each `report(value)` of the work. */
  readonly onReport?: ((value: unknown) => void) | undefined;
}

/** What work in a worker can do beside returning. */
export interface WorkContext {
  /** Sends something to `onReport`: progress, readings. */
  report(value: unknown): void;
}

/** A worker's work: input and result are copied as `structuredClone` does. */
export type Work<I, O> = (input: I, context: WorkContext) => O | Promise<O>;

type FromWorker =
  | { readonly type: "ready" }
  | { readonly type: "report"; readonly value: unknown }
  | { readonly type: "done"; readonly value: unknown }
  | { readonly type: "failed"; readonly error: unknown };

/**
 * Does CPU-heavy or blocking work in a worker, so that heartbeats and replies go on.
 *
 * The worker lives for this one piece of work and is always ended: after the result, after an error, on abort. Starting one
 * takes some 30 ms, so it is for work of longer than that.
 *
 * @param module URL of a module that calls `serveWork`; `new URL("./fit.ts", import.meta.url)` works from a file, from an
 * https import and in a compiled program that includes the module.
 * @param input Copied to the worker.
 * @returns What the work returned. Its type is the caller's claim: the work is in another module.
 * @throws What the work threw (copied), an `AbortError` on abort, `Error` when the module cannot be loaded.
 */
export function runInWorker<O>(
  module: URL,
  input: unknown,
  { signal, onReport }: RunInWorkerOptions = {},
): Promise<O> {
  if (signal?.aborted) return Promise.reject(abortError(module));
  return new Promise((resolve, reject) => {
    const worker = new Worker(module, { type: "module" });
    const end = (settle: () => void): void => {
      signal?.removeEventListener("abort", onAbort);
      worker.onmessage = null;
      worker.onerror = null;
      worker.terminate();
      settle();
    };
    const onAbort = (): void => end(() => reject(abortError(module)));
    signal?.addEventListener("abort", onAbort, { once: true });
    worker.onerror = (event) => {
      // Without this the error would end the whole program.
      event.preventDefault();
      end(() => reject(new Error(`Cannot work in "${module.href}": ${event.message}`)));
    };
    // Only `serveWork` posts from in there.
    worker.onmessage = ({ data }: MessageEvent<FromWorker>) => {
      switch (data.type) {
        case "ready":
          return worker.postMessage(input);
        case "report":
          return onReport?.(data.value);
        case "done":
          // The caller's claim, as said above.
          return end(() => resolve(data.value as O));
        case "failed":
          return end(() => reject(data.error));
      }
    };
  });
}

/**
 * Makes a module a worker for `runInWorker`; called once, at its top level.
 *
 * @example fit.ts
 * ```ts ignore
 * import { serveWork } from "./mod.ts";
 *
 * serveWork((points: Float64Array) => points.reduce((sum, point) => sum + point, 0));
 * ```
 */
export function serveWork<I, O>(work: Work<I, O>): void {
  const scope = workerScope();
  scope.onmessage = async ({ data }: MessageEvent<I>) => {
    const report = (value: unknown): void => scope.postMessage({ type: "report", value });
    let answer: FromWorker;
    try {
      answer = { type: "done", value: await work(data, { report }) };
    } catch (error) {
      answer = { type: "failed", error };
    }
    try {
      scope.postMessage(answer);
    } catch (cause) {
      // A result or error that cannot be copied, such as one that holds a function.
      scope.postMessage({ type: "failed", error: new Error(`Cannot send the result: ${String(cause)}`) });
    }
  };
  scope.postMessage({ type: "ready" });
}

interface WorkerScope {
  onmessage: ((event: MessageEvent) => void) | null;
  postMessage(message: FromWorker): void;
}

function workerScope(): WorkerScope {
  if (!("postMessage" in globalThis) || "window" in globalThis) {
    throw new Error("Cannot serve work: this module was not started by runInWorker");
  }
  // A worker's global scope, which the types of a main program do not know.
  return globalThis as unknown as WorkerScope;
}

function abortError(module: URL): DOMException {
  return new DOMException(`Work in "${module.href}" was aborted`, "AbortError");
}
