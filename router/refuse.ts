/** An answer that ends its connection. @module */
import type { Duplex } from "node:stream";

/** Answers on a socket that has no response object, and ends it. */
export function refuse(socket: Duplex, status: number, phrase: string, text: string, further = ""): void {
  if (socket.destroyed || !socket.writable) return void socket.destroy();
  const body = `${text}\n`;
  const length = new TextEncoder().encode(body).length;
  socket.end(
    `HTTP/1.1 ${status} ${phrase}\r\nConnection: close\r\nContent-Type: text/plain; charset=UTF-8\r\n` +
      `Content-Length: ${length}\r\n${further}\r\n${body}`,
    () => socket.destroy(),
  );
}
