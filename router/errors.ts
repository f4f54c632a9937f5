/** What a caller of `router/` may want to catch. @module */

/** The router could not listen where it was told to. */
export class ListenError extends Error {
  /** Where, such as `127.0.0.1:8001`. */
  readonly address: string;
  /** Error code of the system, such as `EADDRINUSE` or `EACCES`, where it gave one. */
  readonly code: string | undefined;

  /** Names address and cause. */
  constructor(address: string, cause: unknown) {
    const code = codeOf(cause);
    super(`Cannot listen on "${address}": ${reasonOf(code, cause)}`, { cause });
    this.name = "ListenError";
    this.address = address;
    this.code = code;
  }
}

/** The folder of a web page cannot be served. */
export class WebFolderError extends Error {
  /** The folder, as it was given. */
  readonly folder: string;

  /** Names folder and reason. */
  constructor(folder: string, reason: string, cause?: unknown) {
    super(`Cannot serve web page "${folder}": ${reason}`, { cause });
    this.name = "WebFolderError";
    this.folder = folder;
  }
}

/** A certificate or key cannot be served. */
export class CertificateError extends Error {
  /** The file that is wrong. */
  readonly file: string;

  /** Takes the whole text, and names the file. */
  constructor(text: string, file: string, options?: ErrorOptions) {
    super(text, options);
    this.name = "CertificateError";
    this.file = file;
  }
}

function codeOf(cause: unknown): string | undefined {
  if (typeof cause !== "object" || cause === null || !("code" in cause)) return undefined;
  return typeof cause.code === "string" ? cause.code : undefined;
}

function reasonOf(code: string | undefined, cause: unknown): string {
  switch (code) {
    case "EADDRINUSE":
      return "the port is taken by another program, and a free one was expected";
    case "EACCES":
      return "this user may not open the port, and ports from 1024 up were expected";
    case "EADDRNOTAVAIL":
      return "this machine has no such address";
    case "ENOTFOUND":
      return "no such host name is known";
    default:
      return cause instanceof Error ? cause.message : String(cause);
  }
}
