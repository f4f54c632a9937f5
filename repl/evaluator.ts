/** Evaluates TypeScript in this process, line by line. @module */
import { type Runtime, Session } from "node:inspector";
import { pathToFileURL } from "node:url";
import { toJavaScript } from "./to_javascript.ts";

/** What came of a text. */
export type Evaluation =
  | { readonly kind: "value"; readonly value: unknown }
  | { readonly kind: "error"; readonly error: unknown }
  /** More lines are needed. */
  | { readonly kind: "incomplete" };

/** How texts are evaluated. */
export interface EvaluatorOptions {
  /** Folder that relative imports are meant from; default the current one. */
  readonly folder?: string | undefined;
  /**
   * How long a text may compute without an `await`, in milliseconds; default 5000. Everything else in this process stands
   * still for so long. What follows an `await` is not bounded.
   */
  readonly syncTimeoutMs?: number | undefined;
}

const DEFAULT_SYNC_TIMEOUT_MS = 5000;
/** Where the engine finds `#take` for the moment of its making. */
const TAKE = Symbol("the evaluator takes a value");

/**
 * The engine's own evaluation for prompts: declarations stay, also those of `const`, which may be declared again, and
 * `await` works everywhere. Whoever makes it disposes of it.
 *
 * It works through the engine's inspector, which every Deno program has, compiled ones too (deno 7). No port is opened.
 */
export class Evaluator implements Disposable {
  readonly #session = new Session();
  readonly #base: string;
  readonly #syncTimeoutMs: number;
  readonly #taken = new Map<number, unknown>();
  #next = 0;
  #takeId: Promise<string> | undefined;

  /** Connects to the engine of this process. */
  constructor({ folder = Deno.cwd(), syncTimeoutMs = DEFAULT_SYNC_TIMEOUT_MS }: EvaluatorOptions = {}) {
    this.#base = pathToFileURL(`${folder.replace(/\/+$/, "")}/`).href;
    this.#syncTimeoutMs = syncTimeoutMs;
    this.#session.connect();
  }

  /**
   * Evaluates a text; resolves when its last `await` has settled. A promise as its value is given as it is.
   *
   * Several may be under way: one that waits goes on while the next is evaluated.
   */
  async evaluate(source: string): Promise<Evaluation> {
    const translation = toJavaScript(source, this.#base);
    if ("incomplete" in translation) return { kind: "incomplete" };
    if ("error" in translation) return { kind: "error", error: translation.error };
    const startMs = performance.now();
    let answer: Runtime.EvaluateReturnType;
    try {
      answer = await this.#evaluate(outsideDispatch(translation.javascript), {
        timeout: this.#syncTimeoutMs,
      });
    } catch (error) {
      if (performance.now() - startMs < this.#syncTimeoutMs) throw error;
      const seconds = this.#syncTimeoutMs / 1000;
      return {
        kind: "error",
        error: new Error(
          `Cannot go on with this: it computed for ${seconds} s without an await, and was stopped`,
        ),
      };
    }
    const { result, exceptionDetails } = answer;
    if (exceptionDetails === undefined) return { kind: "value", ...await this.#valueOf(result) };
    const { exception, text } = exceptionDetails;
    const thrown = exception === undefined ? { value: new Error(text) } : await this.#valueOf(exception);
    return { kind: "error", error: thrown.value };
  }

  /** Names that were declared with `const`, `let` and `class`. */
  async names(): Promise<readonly string[]> {
    const { names } = await this.#post<Runtime.GlobalLexicalScopeNamesReturnType>(
      "Runtime.globalLexicalScopeNames",
      {},
    );
    return names;
  }

  /**
   * Evaluates an expression of JavaScript unless that would change anything.
   *
   * @returns Undefined where it fails, or cannot be had without a side effect.
   */
  async peek(expression: string): Promise<{ readonly value: unknown } | undefined> {
    const options = { throwOnSideEffect: true, timeout: 50 };
    const { result, exceptionDetails } = await this.#evaluate(expression, options);
    return exceptionDetails === undefined ? await this.#valueOf(result) : undefined;
  }

  /** Disconnects; what still waits goes on. */
  [Symbol.dispose](): void {
    this.#session.disconnect();
  }

  #evaluate(
    expression: string,
    options: { readonly timeout: number; readonly throwOnSideEffect?: boolean },
  ): Promise<Runtime.EvaluateReturnType> {
    return this.#post("Runtime.evaluate", { expression, replMode: true, awaitPromise: true, ...options });
  }

  /** From the engine's notion of a value to the value; in an object, for a promise must not be awaited on the way. */
  async #valueOf(remote: Runtime.RemoteObject): Promise<{ readonly value: unknown }> {
    if (remote.objectId === undefined && remote.unserializableValue === undefined) {
      return { value: remote.value };
    }
    const id = this.#next++;
    const { objectId, unserializableValue } = remote;
    const argument = objectId === undefined ? { unserializableValue } : { objectId };
    await this.#post("Runtime.callFunctionOn", {
      objectId: await (this.#takeId ??= this.#giveTake()),
      functionDeclaration: "function (id, value) { this(id, value); }",
      arguments: [{ value: id }, argument],
    });
    const value = this.#taken.get(id);
    this.#taken.delete(id);
    if (objectId !== undefined) await this.#post("Runtime.releaseObject", { objectId });
    return { value };
  }

  /** Makes the engine know a function of ours; it is reached by its id afterwards, not by a name. */
  async #giveTake(): Promise<string> {
    const key = TAKE.description ?? "";
    const take = (id: number, value: unknown): void => void this.#taken.set(id, value);
    Object.defineProperty(globalThis, Symbol.for(key), { value: take, configurable: true });
    try {
      const { result } = await this.#post<Runtime.EvaluateReturnType>("Runtime.evaluate", {
        expression: `globalThis[Symbol.for(${JSON.stringify(key)})]`,
      });
      if (result.objectId === undefined) throw new TypeError("Cannot reach the engine: it knows no function");
      return result.objectId;
    } finally {
      Reflect.deleteProperty(globalThis, Symbol.for(key));
    }
  }

  #post<Answer>(method: string, params: object): Promise<Answer> {
    return new Promise((resolve, reject) => {
      this.#session.post(method, params, (error: Error | null, answer?: object) => {
        // The protocol names what each method answers.
        if (error === null || error === undefined) resolve(answer as Answer);
        else reject(error);
      });
    });
  }
}

/**
 * Deno 2.9 dies of a fault of its own when a program exits within the inspector's call; behind an `await` it does not.
 */
function outsideDispatch(javascript: string): string {
  return /\bexit\b/.test(javascript) ? `await undefined; ${javascript}` : javascript;
}
