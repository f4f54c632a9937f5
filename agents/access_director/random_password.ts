/** Passwords that nobody guesses. @module */

const LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const LENGTH = 8;

/** Makes a password of 8 ASCII letters, each as likely as any other. */
export function randomPassword(): string {
  let password = "";
  while (password.length < LENGTH) {
    for (const byte of crypto.getRandomValues(new Uint8Array(2 * LENGTH))) {
      // The bytes beyond the last whole round would favour the first letters.
      if (byte < 256 - 256 % LETTERS.length) password += LETTERS[byte % LETTERS.length];
    }
  }
  return password.slice(0, LENGTH);
}
