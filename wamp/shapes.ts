/** The shape of every message on the wire, as a table (spec 2.3). @module */
import type { Dict, Message } from "./message.ts";
import { NO_PAYLOAD, type Payload } from "./payload.ts";

/**
 * The fields of any message, by type: no message has more than two numbers, one dict and one text.
 *
 * One object of this form carries the fields between the table and the typed messages.
 */
export interface Slots {
  first: number;
  second: number;
  dict: Dict;
  text: string;
  /** Whether the optional dict is there. */
  hasDetails: boolean;
}

/** One field: where its value lies and what the specification calls it. */
export interface Field {
  readonly slot: "first" | "second" | "dict" | "text";
  readonly name: string;
}

/** What stands on the wire behind the type code. */
export interface Shape {
  /** The name in the specification. */
  readonly name: string;
  readonly fields: readonly Field[];
  /** What may follow: args and kwargs, args and kwargs of no interest, or a dict (of a revocation). */
  readonly tail: "nothing" | "payload" | "ignored payload" | "details";
}

/** Every message type; a code that is missing here is an extension or a violation. */
export const SHAPES: Readonly<Record<number, Shape>> = {
  1: shape("HELLO", "text:realm dict:details"),
  2: shape("WELCOME", "first:session dict:details"),
  // The newest protocol text lets ABORT carry args and kwargs: accepted, never sent.
  3: shape("ABORT", "dict:details text:reason", "ignored payload"),
  4: shape("CHALLENGE", "text:method dict:extra"),
  5: shape("AUTHENTICATE", "text:signature dict:extra"),
  6: shape("GOODBYE", "dict:details text:reason"),
  8: shape("ERROR", "first:requestType second:request dict:details text:error", "payload"),
  16: shape("PUBLISH", "first:request dict:options text:topic", "payload"),
  17: shape("PUBLISHED", "first:request second:publication"),
  32: shape("SUBSCRIBE", "first:request dict:options text:topic"),
  33: shape("SUBSCRIBED", "first:request second:subscription"),
  34: shape("UNSUBSCRIBE", "first:request second:subscription"),
  35: shape("UNSUBSCRIBED", "first:request", "details"),
  36: shape("EVENT", "first:subscription second:publication dict:details", "payload"),
  48: shape("CALL", "first:request dict:options text:procedure", "payload"),
  49: shape("CANCEL", "first:request dict:options"),
  50: shape("RESULT", "first:request dict:details", "payload"),
  64: shape("REGISTER", "first:request dict:options text:procedure"),
  65: shape("REGISTERED", "first:request second:registration"),
  66: shape("UNREGISTER", "first:request second:registration"),
  67: shape("UNREGISTERED", "first:request", "details"),
  68: shape("INVOCATION", "first:request second:registration dict:details", "payload"),
  69: shape("INTERRUPT", "first:request dict:options"),
  70: shape("YIELD", "first:request dict:options", "payload"),
};

function shape(name: string, fields: string, tail: Shape["tail"] = "nothing"): Shape {
  return { name, fields: fields.split(" ").map(field), tail };
}

function field(text: string): Field {
  const [slot, name = ""] = text.split(":");
  switch (slot) {
    case "first":
    case "second":
    case "dict":
    case "text":
      return { slot, name };
    default:
      throw new TypeError(`Cannot read field "${text}": expected "<slot>:<name>"`);
  }
}

/** Tells whether a code is one that is carried so that it can be ignored. */
export function isExtension(code: number): boolean {
  // 7 is HEARTBEAT, which is obsolete; 337 EVENT_RECEIVED is one of the range.
  return code === 7 || code >= 256 && code <= 1023;
}

/** Makes the typed message of a code of the table. */
export function messageOf(code: number, slots: Slots, payload: Payload): Message {
  const { first, second, dict, text } = slots;
  switch (code) {
    case 1:
      return { type: 1, realm: text, details: dict };
    case 2:
      return { type: 2, session: first, details: dict };
    case 3:
      return { type: 3, details: dict, reason: text };
    case 4:
      return { type: 4, method: text, extra: dict };
    case 5:
      return { type: 5, signature: text, extra: dict };
    case 6:
      return { type: 6, details: dict, reason: text };
    case 8:
      return { type: 8, requestType: first, request: second, details: dict, error: text, payload };
    case 16:
      return { type: 16, request: first, options: dict, topic: text, payload };
    case 17:
      return { type: 17, request: first, publication: second };
    case 32:
      return { type: 32, request: first, options: dict, topic: text };
    case 33:
      return { type: 33, request: first, subscription: second };
    case 34:
      return { type: 34, request: first, subscription: second };
    case 35:
      return slots.hasDetails ? { type: 35, request: first, details: dict } : { type: 35, request: first };
    case 36:
      return { type: 36, subscription: first, publication: second, details: dict, payload };
    case 48:
      return { type: 48, request: first, options: dict, procedure: text, payload };
    case 49:
      return { type: 49, request: first, options: dict };
    case 50:
      return { type: 50, request: first, details: dict, payload };
    case 64:
      return { type: 64, request: first, options: dict, procedure: text };
    case 65:
      return { type: 65, request: first, registration: second };
    case 66:
      return { type: 66, request: first, registration: second };
    case 67:
      return slots.hasDetails ? { type: 67, request: first, details: dict } : { type: 67, request: first };
    case 68:
      return { type: 68, request: first, registration: second, details: dict, payload };
    case 69:
      return { type: 69, request: first, options: dict };
    case 70:
      return { type: 70, request: first, options: dict, payload };
    default:
      return { type: 0, code };
  }
}

/** Lays the fields of a message out for the table and gives its payload. */
export function fillSlots(message: Message, slots: Slots): Payload {
  switch (message.type) {
    case 1:
      slots.text = message.realm;
      slots.dict = message.details;
      return NO_PAYLOAD;
    case 2:
      slots.first = message.session;
      slots.dict = message.details;
      return NO_PAYLOAD;
    case 3:
    case 6:
      slots.dict = message.details;
      slots.text = message.reason;
      return NO_PAYLOAD;
    case 4:
      slots.text = message.method;
      slots.dict = message.extra;
      return NO_PAYLOAD;
    case 5:
      slots.text = message.signature;
      slots.dict = message.extra;
      return NO_PAYLOAD;
    case 8:
      slots.first = message.requestType;
      slots.second = message.request;
      slots.dict = message.details;
      slots.text = message.error;
      return message.payload;
    case 16:
    case 32:
      slots.first = message.request;
      slots.dict = message.options;
      slots.text = message.topic;
      return message.type === 16 ? message.payload : NO_PAYLOAD;
    case 17:
      slots.first = message.request;
      slots.second = message.publication;
      return NO_PAYLOAD;
    case 33:
    case 34:
      slots.first = message.request;
      slots.second = message.subscription;
      return NO_PAYLOAD;
    case 35:
    case 67:
      slots.first = message.request;
      slots.hasDetails = message.details !== undefined;
      if (message.details !== undefined) slots.dict = message.details;
      return NO_PAYLOAD;
    case 36:
      slots.first = message.subscription;
      slots.second = message.publication;
      slots.dict = message.details;
      return message.payload;
    case 48:
    case 64:
      slots.first = message.request;
      slots.dict = message.options;
      slots.text = message.procedure;
      return message.type === 48 ? message.payload : NO_PAYLOAD;
    case 49:
    case 69:
      slots.first = message.request;
      slots.dict = message.options;
      return NO_PAYLOAD;
    case 50:
      slots.first = message.request;
      slots.dict = message.details;
      return message.payload;
    case 65:
    case 66:
      slots.first = message.request;
      slots.second = message.registration;
      return NO_PAYLOAD;
    case 68:
      slots.first = message.request;
      slots.second = message.registration;
      slots.dict = message.details;
      return message.payload;
    case 70:
      slots.first = message.request;
      slots.dict = message.options;
      return message.payload;
    case 0:
      throw new TypeError(`Cannot encode message "${message.code}": extensions are only received`);
  }
}
