/** WebSocket with TCP_NODELAY, pings and `terminate()`. @module */
// @ts-types="npm:@types/ws@8.18.2"
export { WebSocket } from "npm:ws@8.23.0";
