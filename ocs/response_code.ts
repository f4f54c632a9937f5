/** What became of a request to an agent. @module */

/**
 * Response codes of the operation API, the first element of every reply.
 *
 * They say whether the request was carried out, never whether the operation succeeded: that is `session.success`.
 */
export const ResponseCode = {
  /** The request was carried out. */
  OK: 0,
  /**
   * The request was refused: an unknown operation, one that runs already, a parameter or password that will not do,
   * `stop` on a task or `abort` on a process.
   */
  ERROR: -1,
  /** A `wait` gave up before the operation ended; the operation runs on. */
  TIMEOUT: 1,
} as const;

/** One of the three response codes. */
export type ResponseCode = typeof ResponseCode[keyof typeof ResponseCode];

/** Tells the name of a response code; undefined for a number that is none. */
export function responseCodeName(code: unknown): keyof typeof ResponseCode | undefined {
  switch (code) {
    case ResponseCode.OK:
      return "OK";
    case ResponseCode.ERROR:
      return "ERROR";
    case ResponseCode.TIMEOUT:
      return "TIMEOUT";
    default:
      return undefined;
  }
}
