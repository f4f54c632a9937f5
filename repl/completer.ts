/** Stub. @module */
import type { LineContext } from "./line_context.ts";
export class Completer {
  constructor(_context: LineContext & { isVerb: (text: string) => boolean }) {}
  complete(text: string) {
    return Promise.resolve({ candidates: [] as string[], replaced: text });
  }
}
