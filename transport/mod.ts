/**
 * Connections for WAMP: WebSockets on both sides, and a pair inside one process.
 *
 * @example Two ends of a pipe
 * ```ts
 * import assert from "node:assert/strict";
 *
 * const { client, server } = memoryPair("wamp.2.json");
 * const arrived = new Promise((resolve) => server.onmessage = resolve);
 * client.send("[1]");
 * assert.equal(await arrived, "[1]");
 * client.terminate();
 * ```
 *
 * @module
 */
export { openWebSocket, type OpenWebSocketOptions } from "./client_transport.ts";
export { ConnectError } from "./errors.ts";
export type { FrameTransport } from "./frame_transport.ts";
export { type MemoryPair, memoryPair } from "./memory_transport.ts";
export type { PreparedFrame } from "./prepared_frame.ts";
export type { ServerTransport } from "./server_transport.ts";
export { CloseCode } from "./websocket_framing.ts";
