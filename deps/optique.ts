/**
 * The command line of `cli/`, and the lines of the prompt.
 *
 * From the package's parts, not its index: a command loads only what it parses with. @module
 */
export { group, merge, object, or } from "npm:@optique/core@1.3.6/constructs";
export { runParserSync } from "npm:@optique/core@1.3.6/facade";
export { type Message, message, text } from "npm:@optique/core@1.3.6/message";
export { multiple, optional, withDefault } from "npm:@optique/core@1.3.6/modifiers";
export type { InferValue, Parser } from "npm:@optique/core@1.3.6/parser";
export { argument, command, constant, flag, option, passThrough } from "npm:@optique/core@1.3.6/primitives";
export { choice, float, integer, string, type ValueParser } from "npm:@optique/core@1.3.6/valueparser";
export { extractOptionNames, type Usage } from "npm:@optique/core@1.3.6/usage";
