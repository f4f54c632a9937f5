/** What a caller of `g3/` may want to catch. @module */

/** Base of everything that is wrong with G3 bytes, or with what is to become some. */
export class G3Error extends Error {
  /** Also where the class is not at hand. */
  override readonly name: string = "G3Error";
}

/**
 * Why a stream of frames cannot be read on:
 *
 * - `truncated`: it ends inside a frame, as after a crash or while the file is being written;
 * - `crc`: keys or values are not those that were written;
 * - `structure`: these bytes are no frame;
 * - `too large`: a length is beyond what the reader was allowed to take;
 * - `compression`: the gzip, bzip2 or zstd data around the frames are damaged.
 */
export type G3StreamFault = "truncated" | "crc" | "structure" | "too large" | "compression";

/** A stream of frames cannot be read on; the frames before `offset` are whole. */
export class G3StreamError extends G3Error {
  /** Also where the class is not at hand. */
  override readonly name = "G3StreamError";
  /** First byte of the frame that failed, which is the end of the last whole one (of the uncompressed stream). */
  readonly offset: number;
  /** The kind of damage. */
  readonly fault: G3StreamFault;
  /** What is wrong, without where. */
  readonly reason: string;

  /** The text says where and what: `Cannot read frame at byte <offset> of "<source>": <what>`. */
  constructor(
    offset: number,
    fault: G3StreamFault,
    what: string,
    options: ErrorOptions & { readonly source?: string | undefined } = {},
  ) {
    const place = options.source === undefined ? "" : ` of "${options.source}"`;
    super(`Cannot read frame at byte ${offset}${place}: ${what}`, options);
    this.offset = offset;
    this.fault = fault;
    this.reason = what;
  }
}

/** A value cannot be decoded; other keys of its frame may well be. */
export class G3DecodeError extends G3Error {
  /** Also where the class is not at hand. */
  override readonly name = "G3DecodeError";
  /** Byte of the blob at which it failed. */
  readonly offset: number;

  /** The text says where in the blob and what. */
  constructor(offset: number, what: string, options?: ErrorOptions) {
    super(`Cannot decode value at byte ${offset} of its blob: ${what}`, options);
    this.offset = offset;
  }
}

/** A value cannot be written as what it claims to be. */
export class G3EncodeError extends G3Error {
  /** Also where the class is not at hand. */
  override readonly name = "G3EncodeError";
}
