/** Whether single values make sense; each gives what was expected, or undefined when the value is fine. @module */

/** Checks the WebSocket URL of a router. */
export function checkWampUrl(text: string): string | undefined {
  // Python's Twisted also takes rs:// and unix sockets (raw sockets); we speak WebSocket.
  return checkUrl(text, ["ws:", "wss:"], "ws://10.0.0.3:8001/ws");
}

/** Checks the URL of an HTTP bridge. */
export function checkHttpUrl(text: string): string | undefined {
  return checkUrl(text, ["http:", "https:"], "http://10.0.0.3:8001/call");
}

function checkUrl(text: string, protocols: readonly string[], example: string): string | undefined {
  const expected = `a URL such as ${example}`;
  const port = /^[a-z]+:\/\/(?:\[[^\]]*\]|[^/:]*):([^/?#]*)/i.exec(text)?.[1];
  if (port !== undefined && !(/^\d+$/.test(port) && Number(port) >= 1 && Number(port) <= 65_535)) {
    return `${expected}, with a port from 1 to 65535`;
  }
  if (!URL.canParse(text) || /\s/.test(text)) return expected;
  const { protocol, hostname } = new URL(text);
  return protocols.includes(protocol) && hostname !== "" ? undefined : expected;
}

/** Checks what becomes part of addresses: realm, address root, instance id. */
export function checkUriPart(text: string): string | undefined {
  // WAMP URIs: no whitespace, no "#", no empty parts.
  if (text.length > 200) return "a name of at most 200 characters";
  return /^[^\s.#]+(?:\.[^\s.#]+)*$/u.test(text) ? undefined : 'a name without spaces, "#" and empty parts';
}
