/** A call that is being answered. @module */

/** A call from the router that has not been answered for good. */
export class OpenInvocation {
  #controller: AbortController | undefined;
  #reason: unknown;

  /** Aborted by INTERRUPT and by the loss of the session. Made when first asked for: most handlers never do. */
  get signal(): AbortSignal {
    if (this.#controller === undefined) {
      this.#controller = new AbortController();
      if (this.#reason !== undefined) this.#controller.abort(this.#reason);
    }
    return this.#controller.signal;
  }

  /** True from the abort on. */
  get isAborted(): boolean {
    return this.#reason !== undefined;
  }

  /** Aborts the signal. */
  abort(reason: unknown): void {
    this.#reason ??= reason;
    this.#controller?.abort(reason);
  }
}
