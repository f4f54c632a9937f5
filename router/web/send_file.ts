/** A file as the body of an answer, piece by piece. @module */
import type { ServerResponse } from "node:http";

const PIECE_BYTES = 64 * 1024;

/**
 * Sends a file to its end, never faster than it is taken; the headers are written before.
 *
 * Breaks the connection when nothing is taken of it for too long, or when the file has become shorter than its headers
 * say: an answer that ended as if it were whole would be kept by the browser.
 *
 * @param response Answer whose `Content-Length` is `bytes`.
 * @param options What to send, and how long a reader may take for a piece.
 */
export async function sendFile(
  response: ServerResponse,
  { file, bytes, stuckMs }: {
    readonly file: Deno.FsFile;
    readonly bytes: number;
    readonly stuckMs: number;
  },
): Promise<void> {
  let left = bytes;
  while (left > 0) {
    // A new one each time: the socket keeps what it was given until it is sent.
    const piece = new Uint8Array(Math.min(PIECE_BYTES, left));
    const length = await file.read(piece);
    if (response.destroyed) return;
    if (length === null) return breakOff(response);
    left -= length;
    if (response.write(piece.subarray(0, length))) continue;
    if (!await happens(response, "drain", stuckMs)) return breakOff(response);
  }
  const finished = happens(response, "finish", stuckMs);
  response.end();
  if (!await finished) breakOff(response);
}

function breakOff(response: ServerResponse): void {
  response.socket?.destroy();
  response.destroy();
}

/** Waits for an event; false when the connection closes before, or it takes too long. */
function happens(response: ServerResponse, event: "drain" | "finish", timeoutMs: number): Promise<boolean> {
  return new Promise((resolve) => {
    const settle = (happened: boolean) => {
      clearTimeout(timer);
      response.off(event, onEvent);
      response.off("close", onClose);
      resolve(happened);
    };
    const onEvent = () => settle(true);
    const onClose = () => settle(false);
    const timer = setTimeout(onClose, timeoutMs);
    response.on(event, onEvent);
    response.on("close", onClose);
  });
}
