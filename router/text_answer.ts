/** Short texts as answers to HTTP requests. @module */
import type { ServerResponse } from "node:http";

/** Answers with a short text. */
export function answerText(
  response: ServerResponse,
  status: number,
  text: string,
  headers: Readonly<Record<string, string>> = {},
): void {
  const body = new TextEncoder().encode(text);
  response.writeHead(status, {
    "Content-Type": "text/plain; charset=UTF-8",
    "Content-Length": String(body.length),
    ...headers,
  });
  // node:http leaves the body away where the request was HEAD.
  response.end(body);
}
