/** Every legal step of a connection, as a table (spec 2.5). @module */
import { MessageType } from "../../wamp/message.ts";

/** Where a connection is. */
export type ConnectionState = "awaitHello" | "awaitAuthenticate" | "joined" | "goodbyeSent" | "closed";

/** What the router does with a message. */
export type Step = "join" | "verify" | "handle" | "leave" | "finish" | "close" | "ignore" | "violation";

/** Messages by who may send them. */
export type MessageKind =
  | "hello"
  | "authenticate"
  | "goodbye"
  | "abort"
  | "request"
  | "routerOnly"
  | "extension";

// What is missing here does not exist; nothing outside this table decides what is a violation of the order.
/** State by kind of message. */
export const STEPS: Readonly<Record<ConnectionState, Readonly<Record<MessageKind, Step>>>> = {
  awaitHello: {
    hello: "join",
    authenticate: "violation",
    goodbye: "violation",
    abort: "close",
    request: "violation",
    routerOnly: "violation",
    extension: "ignore",
  },
  awaitAuthenticate: {
    hello: "violation",
    authenticate: "verify",
    goodbye: "close",
    abort: "close",
    request: "violation",
    routerOnly: "violation",
    extension: "ignore",
  },
  joined: {
    hello: "violation",
    authenticate: "violation",
    goodbye: "leave",
    abort: "close",
    request: "handle",
    routerOnly: "violation",
    extension: "ignore",
  },
  goodbyeSent: {
    hello: "ignore",
    authenticate: "ignore",
    goodbye: "finish",
    abort: "close",
    request: "ignore",
    routerOnly: "ignore",
    extension: "ignore",
  },
  closed: {
    hello: "ignore",
    authenticate: "ignore",
    goodbye: "ignore",
    abort: "ignore",
    request: "ignore",
    routerOnly: "ignore",
    extension: "ignore",
  },
};

/** The kind of each message type. */
export const KINDS: Readonly<Record<MessageType | 0, MessageKind>> = {
  0: "extension",
  [MessageType.HELLO]: "hello",
  [MessageType.WELCOME]: "routerOnly",
  [MessageType.ABORT]: "abort",
  [MessageType.CHALLENGE]: "routerOnly",
  [MessageType.AUTHENTICATE]: "authenticate",
  [MessageType.GOODBYE]: "goodbye",
  [MessageType.ERROR]: "request",
  [MessageType.PUBLISH]: "request",
  [MessageType.PUBLISHED]: "routerOnly",
  [MessageType.SUBSCRIBE]: "request",
  [MessageType.SUBSCRIBED]: "routerOnly",
  [MessageType.UNSUBSCRIBE]: "request",
  [MessageType.UNSUBSCRIBED]: "routerOnly",
  [MessageType.EVENT]: "routerOnly",
  [MessageType.CALL]: "request",
  [MessageType.CANCEL]: "request",
  [MessageType.RESULT]: "routerOnly",
  [MessageType.REGISTER]: "request",
  [MessageType.REGISTERED]: "routerOnly",
  [MessageType.UNREGISTER]: "request",
  [MessageType.UNREGISTERED]: "routerOnly",
  [MessageType.INVOCATION]: "routerOnly",
  [MessageType.INTERRUPT]: "routerOnly",
  [MessageType.YIELD]: "request",
};

/** Name of a message type for error texts. */
export function messageName(type: number): string {
  for (const [name, code] of Object.entries(MessageType)) if (code === type) return name;
  return `message type ${type}`;
}
