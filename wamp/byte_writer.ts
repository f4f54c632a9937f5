/** A growing run of bytes. @module */

const ENCODER = new TextEncoder();

/** Text for which it is not worth reserving the most that it could need. */
const LONG = 16384;

/** Writes numbers and text behind one another; made once and reused. */
export class ByteWriter {
  /** What has been written is `bytes[0..length)`. */
  bytes: Uint8Array<ArrayBuffer> = new Uint8Array(1024);
  /** How much has been written. */
  length = 0;
  #view = new DataView(this.bytes.buffer);

  /** Makes room for `count` more bytes. */
  reserve(count: number): void {
    const needed = this.length + count;
    if (needed <= this.bytes.length) return;
    const grown = new Uint8Array(Math.max(needed, this.bytes.length * 2));
    grown.set(this.bytes.subarray(0, this.length));
    this.bytes = grown;
    this.#view = new DataView(grown.buffer);
  }

  /** Writes one byte. */
  byte(value: number): void {
    if (this.length === this.bytes.length) this.reserve(1);
    this.bytes[this.length++] = value;
  }

  /** Writes a byte and behind it an unsigned number of 1, 2, 4 or 8 bytes, big endian. */
  prefixed(prefix: number, value: number, size: 1 | 2 | 4 | 8): void {
    this.reserve(size + 1);
    this.bytes[this.length] = prefix;
    const at = this.length + 1;
    if (size === 1) this.bytes[at] = value;
    else if (size === 2) this.#view.setUint16(at, value);
    else if (size === 4) this.#view.setUint32(at, value);
    else {
      this.#view.setUint32(at, Math.floor(value / 4294967296));
      this.#view.setUint32(at + 4, value >>> 0);
    }
    this.length = at + size;
  }

  /** Writes a byte and behind it the low 64 bits of an integer. */
  prefixedBigInt(prefix: number, value: bigint): void {
    this.reserve(9);
    this.bytes[this.length] = prefix;
    this.#view.setBigUint64(this.length + 1, BigInt.asUintN(64, value));
    this.length += 9;
  }

  /** Writes a byte and behind it a float of 32 or 64 bits. */
  prefixedFloat(prefix: number, value: number, size: 4 | 8): void {
    this.reserve(9);
    this.bytes[this.length] = prefix;
    if (size === 8) this.#view.setFloat64(this.length + 1, value);
    else this.#view.setFloat32(this.length + 1, value);
    this.length += size + 1;
  }

  /** Copies bytes. */
  copy(source: Uint8Array): void {
    this.reserve(source.length);
    this.bytes.set(source, this.length);
    this.length += source.length;
  }

  /** Writes text without any prefix; lone surrogates become U+FFFD. */
  text(text: string): void {
    const length = text.length;
    if (length > LONG) return this.copy(ENCODER.encode(text));
    this.reserve(length * 3);
    if (length <= 64) {
      const { bytes } = this;
      let at = this.length;
      let i = 0;
      for (; i < length; i++) {
        const code = text.charCodeAt(i);
        if (code >= 0x80) break;
        bytes[at++] = code;
      }
      if (i === length) {
        this.length = at;
        return;
      }
    }
    this.length += ENCODER.encodeInto(text, this.bytes.subarray(this.length)).written;
  }

  /** Everything written so far behind `headroomBytes` unused ones, and the writer is empty again. */
  take(headroomBytes: number): Uint8Array<ArrayBuffer> {
    const out = new Uint8Array(headroomBytes + this.length);
    out.set(this.bytes.subarray(0, this.length), headroomBytes);
    this.length = 0;
    return out;
  }
}
