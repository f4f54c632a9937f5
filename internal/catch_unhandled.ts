/** Errors that nobody handles. @module */

/** Has rejections and errors that nobody handles told, so that they do not end the program; until disposed of. */
export function catchUnhandled(tell: (what: string, error: unknown) => void): Disposable {
  const onRejection = (event: PromiseRejectionEvent): void => {
    event.preventDefault();
    tell("A promise was rejected", event.reason);
  };
  const onError = (event: ErrorEvent): void => {
    event.preventDefault();
    tell("A callback failed", event.error);
  };
  globalThis.addEventListener("unhandledrejection", onRejection);
  globalThis.addEventListener("error", onError);
  return {
    [Symbol.dispose]() {
      globalThis.removeEventListener("unhandledrejection", onRejection);
      globalThis.removeEventListener("error", onError);
    },
  };
}
