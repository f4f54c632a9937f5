/** What becomes of a message that its receiver cannot take (spec 1.4). @module */
import type { Message } from "../wamp/message.ts";
import { textPayload } from "../wamp/payload.ts";

const PAYLOAD_SIZE_EXCEEDED = "wamp.error.payload_size_exceeded";

/** Send something else instead, answer the core in the peer's name, or leave it at that. */
export type Replacement =
  | { readonly kind: "send"; readonly message: Message }
  | { readonly kind: "answer"; readonly message: Message }
  | { readonly kind: "skip"; readonly topic: string };

/**
 * Decides what to do instead of sending a message that is too large.
 *
 * @param message What was to be sent.
 * @param size Its encoded size in bytes.
 * @param limit What the receiver takes, in bytes.
 */
export function replacementFor(message: Message, size: number, limit: number): Replacement {
  const sizes = `${size} bytes, and the receiver takes ${limit}`;
  switch (message.type) {
    case 50:
      // A progressive result is no end of the call: it is left out as an event would be.
      if (message.details.progress === true) {
        return { kind: "skip", topic: `progress of call ${message.request}` };
      }
      return {
        kind: "send",
        message: {
          type: 8,
          requestType: 48,
          request: message.request,
          details: {},
          error: PAYLOAD_SIZE_EXCEEDED,
          payload: textPayload(`Result has ${sizes}`),
        },
      };
    case 68:
      return {
        kind: "answer",
        message: {
          type: 8,
          requestType: 68,
          request: message.request,
          details: {},
          error: PAYLOAD_SIZE_EXCEEDED,
          payload: textPayload(`Invocation has ${sizes}`),
        },
      };
    case 8:
      return {
        kind: "send",
        message: { ...message, details: {}, payload: textPayload(`Error has ${sizes}`) },
      };
    case 36: {
      const { topic } = message.details;
      return {
        kind: "skip",
        topic: typeof topic === "string" ? topic : `subscription ${message.subscription}`,
      };
    }
    default:
      return { kind: "skip", topic: `message type ${message.type}` };
  }
}
