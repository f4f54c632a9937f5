/** ERROR messages of the router: one text, no details. @module */
import type { ErrorMessage } from "../../wamp/message.ts";
import { textPayload } from "../../wamp/payload.ts";
import type { Action } from "./options.ts";
import type { Session } from "./session.ts";

/** Options and details without keys, shared by all messages that have none. */
export const NO_DETAILS: Readonly<Record<string, never>> = Object.freeze({});

/** Makes an ERROR for a request of a client. */
export function errorReply(requestType: number, request: number, error: string, text: string): ErrorMessage {
  return { type: 8, requestType, request, details: NO_DETAILS, error, payload: textPayload(text) };
}

const PHRASES: Readonly<Record<Action, string>> = {
  call: "call procedure",
  register: "register procedure",
  publish: "publish to topic",
  subscribe: "subscribe to topic",
};

/** The text of a refusal, in crossbar's words (crossbar/router/dealer.py). */
export function refusalText(session: Session, action: Action, uri: string): string {
  return `${session} is not authorized to ${PHRASES[action]} "${uri}" on realm "${session.realm}"`;
}
