/** The shape of every message that a router may send, as a table. @module */

type Kind = "id" | "type" | "uri" | "text" | "dict" | "list?" | "dict?";

/** Name and fields behind the type code. Optional fields may be absent or null. */
const SHAPES: Readonly<Record<number, readonly [name: string, ...fields: [string, Kind][]]>> = {
  2: ["WELCOME", ["session", "id"], ["details", "dict"]],
  3: ["ABORT", ["details", "dict"], ["reason", "uri"]],
  4: ["CHALLENGE", ["method", "text"], ["extra", "dict"]],
  6: ["GOODBYE", ["details", "dict"], ["reason", "uri"]],
  8: [
    "ERROR",
    ["request type", "type"],
    ["request", "id"],
    ["details", "dict"],
    ["error", "uri"],
    ["args", "list?"],
    ["kwargs", "dict?"],
  ],
  17: ["PUBLISHED", ["request", "id"], ["publication", "id"]],
  33: ["SUBSCRIBED", ["request", "id"], ["subscription", "id"]],
  35: ["UNSUBSCRIBED", ["request", "id"], ["details", "dict?"]],
  36: [
    "EVENT",
    ["subscription", "id"],
    ["publication", "id"],
    ["details", "dict"],
    ["args", "list?"],
    ["kwargs", "dict?"],
  ],
  50: ["RESULT", ["request", "id"], ["details", "dict"], ["args", "list?"], ["kwargs", "dict?"]],
  65: ["REGISTERED", ["request", "id"], ["registration", "id"]],
  67: ["UNREGISTERED", ["request", "id"], ["details", "dict?"]],
  68: [
    "INVOCATION",
    ["request", "id"],
    ["registration", "id"],
    ["details", "dict"],
    ["args", "list?"],
    ["kwargs", "dict?"],
  ],
  69: ["INTERRUPT", ["request", "id"], ["options", "dict"]],
};

/** Request types an ERROR to a client may name. */
const ERROR_TYPES = new Set([16, 32, 34, 48, 64, 66]);

/** Index in a message from which on fields may be left out: null there becomes the empty value. */
const EMPTY: Readonly<Record<string, () => unknown>> = { "list?": () => [], "dict?": () => ({}) };

function fits(value: unknown, kind: Kind): boolean {
  switch (kind) {
    case "id":
      return typeof value === "number" && Number.isSafeInteger(value) && value >= 0;
    case "type":
      return typeof value === "number" && ERROR_TYPES.has(value);
    case "uri":
      return typeof value === "string" && value.length > 0;
    case "text":
      return typeof value === "string";
    case "list?":
      return Array.isArray(value);
    case "dict":
    case "dict?":
      return typeof value === "object" && value !== null && !Array.isArray(value) &&
        !(value instanceof Uint8Array);
  }
}

/** What a message turned out to be. */
export type Checked =
  /** Well-formed; absent or null args, kwargs and details have been filled in. */
  | { readonly verdict: "good"; readonly message: unknown[] }
  /** Of a type nobody here knows but that extensions may use. */
  | { readonly verdict: "extension"; readonly type: number }
  /** The router broke the protocol. */
  | { readonly verdict: "violation"; readonly text: string };

/**
 * Looks at a decoded message once, so that nothing behind it has to.
 *
 * Takes what spec and peers allow: unknown keys, null where a dictionary or list may be empty. Texts name
 * message type and field, never the payload.
 */
export function checkMessage(value: unknown): Checked {
  if (!Array.isArray(value) || value.length === 0) return violation("the message is not a list with a type");
  // A list of decoded values: unknown is what its members are, whatever isArray says.
  const message = value as unknown[];
  const type = message[0];
  if (typeof type !== "number" || !Number.isInteger(type)) return violation("the message type is no integer");
  const shape = SHAPES[type];
  if (shape === undefined) {
    // 7 is HEARTBEAT, 256 and above the extension range.
    if (type === 7 || type >= 256) return { verdict: "extension", type };
    return violation(`message type ${type} is not one a router sends`);
  }
  for (let i = 1; i < shape.length; i++) {
    // The first element is the name; all others are pairs by the type above.
    const [field, kind] = shape[i] as [string, Kind];
    const found = message[i];
    if (found === undefined || found === null) {
      if (kind === "list?" || kind === "dict?") {
        message[i] = EMPTY[kind]?.();
        continue;
      }
      // Lenient: the basic profile has an object here always, some routers send null.
      if (kind === "dict" && found === null) {
        message[i] = {};
        continue;
      }
    }
    if (!fits(message[i], kind)) {
      return violation(`${shape[0]} has a wrong ${field} (expected ${describe(kind)})`);
    }
  }
  return { verdict: "good", message };
}

function describe(kind: Kind): string {
  const texts: Record<Kind, string> = {
    id: "an integer from 0 to 2^53",
    type: "the type of a request",
    uri: "a URI",
    text: "a string",
    dict: "a dictionary",
    "dict?": "a dictionary",
    "list?": "a list",
  };
  return texts[kind];
}

function violation(text: string): Checked {
  return { verdict: "violation", text };
}
