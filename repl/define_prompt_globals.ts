/** What every line of TypeScript can use without importing it. @module */
import * as client from "../client/mod.ts";

/**
 * Makes global what `client/mod.ts` exports (`OCSClient`, `startAll`, `until`, ...), until disposed of. Names that the engine
 * has already stay what they are.
 */
export function definePromptGlobals(): Disposable {
  const defined: string[] = [];
  for (const [name, value] of Object.entries(client)) {
    if (name in globalThis) continue;
    Object.defineProperty(globalThis, name, { value, writable: true, configurable: true, enumerable: false });
    defined.push(name);
  }
  return {
    [Symbol.dispose]() {
      for (const name of defined) Reflect.deleteProperty(globalThis, name);
    },
  };
}
