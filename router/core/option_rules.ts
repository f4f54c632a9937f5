/** Types of the options that the router acts on (spec 2.4); unknown keys are nobody's business. @module */
import type { Dict } from "../../wamp/message.ts";

type Check = (value: unknown) => boolean;

const bool: Check = (value) => typeof value === "boolean";
const ids: Check = (value) =>
  Array.isArray(value) && value.every((entry) => Number.isSafeInteger(entry) || entry === 2 ** 53);
const texts: Check = (value) => Array.isArray(value) && value.every((entry) => typeof entry === "string");
const match: Check = (value) => value === "exact" || value === "prefix" || value === "wildcard";
const invoke: Check = (value) =>
  value === "single" || value === "first" || value === "last" || value === "roundrobin" || value === "random";
const duration: Check = (value) =>
  (typeof value === "number" && Number.isInteger(value) && value >= 0) ||
  (typeof value === "bigint" && value >= 0n);
const count: Check = (value) => typeof value === "number" && Number.isInteger(value) && value >= 1;
const text: Check = (value) => typeof value === "string";

/** Checks per message; a wrong type of one of these keys is a protocol violation. */
const RULES = {
  PUBLISH: new Map<string, Check>([
    ["acknowledge", bool],
    ["exclude_me", bool],
    ["exclude", ids],
    ["eligible", ids],
    ["exclude_authid", texts],
    ["eligible_authid", texts],
    ["exclude_authrole", texts],
    ["eligible_authrole", texts],
    ["disclose_me", bool],
    ["retain", bool],
  ]),
  SUBSCRIBE: new Map<string, Check>([["match", match], ["get_retained", bool]]),
  CALL: new Map<string, Check>([
    ["timeout", duration],
    ["receive_progress", bool],
    ["disclose_me", bool],
    ["progress", bool],
  ]),
  CANCEL: new Map<string, Check>([["mode", text]]),
  REGISTER: new Map<string, Check>([
    ["match", match],
    ["invoke", invoke],
    ["force_reregister", bool],
    ["concurrency", count],
    ["forward_timeout", bool],
  ]),
  YIELD: new Map<string, Check>([["progress", bool]]),
} as const;

/** Names the option with a wrong type or value; undefined when all are right. A key with null counts as absent. */
export function optionFault(message: keyof typeof RULES, options: Dict): string | undefined {
  for (const key in options) {
    const value = options[key];
    if (value === null || value === undefined) continue;
    const check = RULES[message].get(key);
    if (check !== undefined && !check(value)) return `${message} option ${key} has a wrong type or value`;
  }
  return undefined;
}
