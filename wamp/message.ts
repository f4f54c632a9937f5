/** Every WAMP message as a typed object; the payload stays apart and may stay undecoded. @module */
import type { Payload } from "./payload.ts";

/** Message type codes (WAMP v2, basic profile and what OCS peers use of the advanced one). */
export const MessageType = {
  HELLO: 1,
  WELCOME: 2,
  ABORT: 3,
  CHALLENGE: 4,
  AUTHENTICATE: 5,
  GOODBYE: 6,
  ERROR: 8,
  PUBLISH: 16,
  PUBLISHED: 17,
  SUBSCRIBE: 32,
  SUBSCRIBED: 33,
  UNSUBSCRIBE: 34,
  UNSUBSCRIBED: 35,
  EVENT: 36,
  CALL: 48,
  CANCEL: 49,
  RESULT: 50,
  REGISTER: 64,
  REGISTERED: 65,
  UNREGISTER: 66,
  UNREGISTERED: 67,
  INVOCATION: 68,
  INTERRUPT: 69,
  YIELD: 70,
} as const;

/** One of the message type codes. */
export type MessageType = typeof MessageType[keyof typeof MessageType];

/** Options, details and extras: keys that nobody knows are ignored. */
export type Dict = Readonly<Record<string, unknown>>;

/** `[1, realm, details]`. */
export interface Hello {
  readonly type: 1;
  readonly realm: string;
  readonly details: Dict;
}
/** `[2, session, details]`. */
export interface Welcome {
  readonly type: 2;
  readonly session: number;
  readonly details: Dict;
}
/** `[3, details, reason]`. */
export interface Abort {
  readonly type: 3;
  readonly details: Dict;
  readonly reason: string;
}
/** `[4, method, extra]`. */
export interface Challenge {
  readonly type: 4;
  readonly method: string;
  readonly extra: Dict;
}
/** `[5, signature, extra]`. */
export interface Authenticate {
  readonly type: 5;
  readonly signature: string;
  readonly extra: Dict;
}
/** `[6, details, reason]`. */
export interface Goodbye {
  readonly type: 6;
  readonly details: Dict;
  readonly reason: string;
}
/** `[8, requestType, request, details, error, args?, kwargs?]`. */
export interface ErrorMessage {
  readonly type: 8;
  readonly requestType: number;
  readonly request: number;
  readonly details: Dict;
  readonly error: string;
  readonly payload: Payload;
}
/** `[16, request, options, topic, args?, kwargs?]`. */
export interface Publish {
  readonly type: 16;
  readonly request: number;
  readonly options: Dict;
  readonly topic: string;
  readonly payload: Payload;
}
/** `[17, request, publication]`. */
export interface Published {
  readonly type: 17;
  readonly request: number;
  readonly publication: number;
}
/** `[32, request, options, topic]`. */
export interface Subscribe {
  readonly type: 32;
  readonly request: number;
  readonly options: Dict;
  readonly topic: string;
}
/** `[33, request, subscription]`. */
export interface Subscribed {
  readonly type: 33;
  readonly request: number;
  readonly subscription: number;
}
/** `[34, request, subscription]`. */
export interface Unsubscribe {
  readonly type: 34;
  readonly request: number;
  readonly subscription: number;
}
/** `[35, request]`, or `[35, 0, details]` when the router revokes. */
export interface Unsubscribed {
  readonly type: 35;
  readonly request: number;
  readonly details?: Dict;
}
/** `[36, subscription, publication, details, args?, kwargs?]`. */
export interface Event {
  readonly type: 36;
  readonly subscription: number;
  readonly publication: number;
  readonly details: Dict;
  readonly payload: Payload;
}
/** `[48, request, options, procedure, args?, kwargs?]`. */
export interface Call {
  readonly type: 48;
  readonly request: number;
  readonly options: Dict;
  readonly procedure: string;
  readonly payload: Payload;
}
/** `[49, request, options]`. */
export interface Cancel {
  readonly type: 49;
  readonly request: number;
  readonly options: Dict;
}
/** `[50, request, details, args?, kwargs?]`. */
export interface Result {
  readonly type: 50;
  readonly request: number;
  readonly details: Dict;
  readonly payload: Payload;
}
/** `[64, request, options, procedure]`. */
export interface Register {
  readonly type: 64;
  readonly request: number;
  readonly options: Dict;
  readonly procedure: string;
}
/** `[65, request, registration]`. */
export interface Registered {
  readonly type: 65;
  readonly request: number;
  readonly registration: number;
}
/** `[66, request, registration]`. */
export interface Unregister {
  readonly type: 66;
  readonly request: number;
  readonly registration: number;
}
/** `[67, request]`, or `[67, 0, details]` when the router revokes. */
export interface Unregistered {
  readonly type: 67;
  readonly request: number;
  readonly details?: Dict;
}
/** `[68, request, registration, details, args?, kwargs?]`. */
export interface Invocation {
  readonly type: 68;
  readonly request: number;
  readonly registration: number;
  readonly details: Dict;
  readonly payload: Payload;
}
/** `[69, request, options]`. */
export interface Interrupt {
  readonly type: 69;
  readonly request: number;
  readonly options: Dict;
}
/** `[70, request, options, args?, kwargs?]`. */
export interface Yield {
  readonly type: 70;
  readonly request: number;
  readonly options: Dict;
  readonly payload: Payload;
}
/** A message of the extension range (256 to 1023, 7 HEARTBEAT, 337 EVENT_RECEIVED): carried so that it can be ignored. */
export interface Extension {
  readonly type: 0;
  readonly code: number;
}

/** Any WAMP message. `type` tells which. */
export type Message =
  | Hello
  | Welcome
  | Abort
  | Challenge
  | Authenticate
  | Goodbye
  | ErrorMessage
  | Publish
  | Published
  | Subscribe
  | Subscribed
  | Unsubscribe
  | Unsubscribed
  | Event
  | Call
  | Cancel
  | Result
  | Register
  | Registered
  | Unregister
  | Unregistered
  | Invocation
  | Interrupt
  | Yield
  | Extension;
