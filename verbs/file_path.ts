/** Paths on the command line. @module */
import { string, type ValueParser } from "../deps/optique.ts";

/**
 * A path as it is typed; whether there is something is for the verb to say.
 *
 * Shells complete it: the package's own parser of paths does so too, but is in a part that nothing else here loads.
 */
export function filePath(): ValueParser<"sync", string> {
  return {
    ...string({ metavar: "FILE" }),
    *suggest(prefix) {
      yield { kind: "file", pattern: prefix, type: "any" };
    },
  };
}
