/** Senders of frames on the command line: `tcp://HOST:PORT`. @module */

/** Whether a word names a sender and not a file: `tcp://HOST:PORT`. */
export function isSender(word: string): boolean {
  return word.startsWith("tcp://");
}

/**
 * Host and port of a sender.
 *
 * @throws {SyntaxError} If the word is no address.
 */
export function senderAddress(word: string): { readonly hostname: string; readonly port: number } {
  const [, hostname = "", digits = ""] = /^tcp:\/\/(\[[^\]]+\]|[^:/*]+):(\d{1,5})\/?$/.exec(word) ?? [];
  const port = Number(digits);
  if (hostname === "" || port > 65535) {
    throw new SyntaxError(
      `Cannot read "${word}": expected the address of a sender, such as tcp://smurf-srv:4536`,
    );
  }
  return { hostname: hostname.replaceAll(/^\[|\]$/g, ""), port };
}
