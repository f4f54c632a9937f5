/** The end of an author's object. @module */
import type { Clock } from "../internal/clock.ts";
import { sleep } from "./sleep.ts";

/** Disposes of an object if it can be disposed of, but does not wait longer than so many seconds. */
export async function disposeOwner(
  owner: object | undefined,
  { withinSeconds, clock }: { readonly withinSeconds: number; readonly clock: Clock },
): Promise<void> {
  if (isAsyncDisposable(owner)) {
    const over = new AbortController();
    await Promise.race([
      Promise.resolve(owner[Symbol.asyncDispose]()).finally(() => over.abort()),
      sleep(withinSeconds, { clock, signal: over.signal }),
    ]);
  } else if (isDisposable(owner)) {
    owner[Symbol.dispose]();
  }
}

function isAsyncDisposable(value: object | undefined): value is AsyncDisposable {
  return value !== undefined && Symbol.asyncDispose in value &&
    typeof value[Symbol.asyncDispose] === "function";
}

function isDisposable(value: object | undefined): value is Disposable {
  return value !== undefined && Symbol.dispose in value && typeof value[Symbol.dispose] === "function";
}
