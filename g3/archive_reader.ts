/** Reads the archive inside a blob: numbers, versions, pointers (g3 2). @module */
import { G3DecodeError, G3Error } from "./errors.ts";
import type { G3Object } from "./objects.ts";
import { decodeText } from "./text.ts";
import { VectorMemory } from "./vector_memory.ts";

/** How deep objects may lie in each other; spt3g has no bound, and a hostile file could end the stack. */
const MAX_DEPTH = 200;

const NEW = 0x80000000;
const DECLARED = 0x40000000;

/** Numbers of a typed array whose elements are swapped one by one in a big-endian archive. */
type Packed = Float64Array | Float32Array | Int32Array | Int16Array | BigInt64Array;

/** How the objects of one class are read (g3 2.3). */
export interface ReadableClass<T extends G3Object> {
  /** Name as it stands in files. */
  readonly name: string;
  /** The highest version that `read` understands. */
  readonly readable: number;
  /** Reads the body of one object. */
  read(reader: ArchiveReader, version: number): T;
}

/** What a reader shares with those of the archives nested in its own. */
export interface ReadLimits {
  /** The classes that can be decoded. */
  readonly classes: ReadonlyMap<string, ReadableClass<G3Object>>;
  /** An object that would take more memory than this is refused, in bytes. */
  readonly maxObjectBytes: number;
}

/** A class that is not in the table; what holds the value keeps it as bytes. */
export class UnknownClass extends G3DecodeError {
  /** The name that the blob gave. */
  readonly className: string;

  /** Says where the name stands. */
  constructor(offset: number, className: string) {
    super(offset, `class "${className}" is not known`);
    this.className = className;
  }
}

/** One archive while it is read, with the tables that g3 2.3 and 2.4 ask for. Every length is checked before use. */
export class ArchiveReader {
  /** Classes and bounds. */
  readonly limits: ReadLimits;
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  readonly #start: number;
  readonly #end: number;
  readonly #depth: number;
  readonly #little: boolean;
  readonly #memory: VectorMemory;
  readonly #versions = new Map<string, number>();
  readonly #types = new Map<number, string>();
  readonly #objects = new Map<number, G3Object | undefined>();
  #at: number;
  #nesting = 0;

  /** Opens the archive in `bytes` and reads its endianness flag. */
  constructor(bytes: Uint8Array, limits: ReadLimits, nestedIn?: ArchiveReader, length?: number) {
    this.limits = limits;
    this.#bytes = bytes;
    this.#view = nestedIn === undefined
      ? new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
      : nestedIn.#view;
    this.#start = this.#at = nestedIn === undefined ? 0 : nestedIn.#at;
    this.#end = nestedIn === undefined ? bytes.length : nestedIn.#at + (length ?? 0);
    this.#depth = nestedIn === undefined ? 0 : nestedIn.#depth + nestedIn.#nesting + 1;
    this.#memory = nestedIn === undefined ? new VectorMemory() : nestedIn.#memory;
    this.#little = true;
    const flag = this.u8();
    if (flag > 1) throw this.fault(`an archive begins with 0 or 1, and this with ${flag}`);
    this.#little = flag === 1;
  }

  /** An error at the place that was read last. */
  fault(what: string): G3DecodeError {
    return new G3DecodeError(this.#at, what);
  }

  /** Runs a codec; what it finds wrong is wrong with this value. */
  attempt<T>(run: () => T): T {
    try {
      return run();
    } catch (error) {
      if (!(error instanceof G3Error)) throw error;
      throw new G3DecodeError(this.#at, error.message, { cause: error });
    }
  }

  /** Bytes that are left. */
  get left(): number {
    return this.#end - this.#at;
  }

  /** Moves over `size` bytes; gives where they begin. */
  #take(size: number): number {
    const at = this.#at;
    if (size > this.#end - at) {
      throw this.fault(`${size} bytes are needed here, and ${this.#end - at} are left`);
    }
    this.#at = at + size;
    return at;
  }

  /** An unsigned byte. */
  u8(): number {
    return this.#view.getUint8(this.#take(1));
  }

  /** A signed byte. */
  i8(): number {
    return this.#view.getInt8(this.#take(1));
  }

  /** A truth value: any byte but 0 is true. */
  bool(): boolean {
    return this.u8() !== 0;
  }

  /** An unsigned 32-bit integer. */
  u32(): number {
    return this.#view.getUint32(this.#take(4), this.#little);
  }

  /** A signed 32-bit integer. */
  i32(): number {
    return this.#view.getInt32(this.#take(4), this.#little);
  }

  /** A signed 64-bit integer. */
  i64(): bigint {
    return this.#view.getBigInt64(this.#take(8), this.#little);
  }

  /** A double. */
  f64(): number {
    return this.#view.getFloat64(this.#take(8), this.#little);
  }

  /** The bits of the double that `f64` gave last. */
  lastBits(): bigint {
    return this.#view.getBigUint64(this.#at - 8, this.#little);
  }

  /** A 64-bit count of things of which each takes `bytesEach` at least; refused if they cannot all be there. */
  count(bytesEach: number): number {
    const at = this.#take(8);
    const low = this.#view.getUint32(this.#little ? at : at + 4, this.#little);
    const high = this.#view.getUint32(this.#little ? at + 4 : at, this.#little);
    return this.checked(high * 2 ** 32 + low, bytesEach);
  }

  /** The same for a count of another size. */
  checked(count: number, bytesEach: number): number {
    if (count * bytesEach > this.left) {
      throw this.fault(`a count says ${count}, and only ${this.left} bytes are left`);
    }
    return count;
  }

  /** Refuses what would take too much memory once decoded. */
  allow(bytes: number): number {
    if (bytes > this.limits.maxObjectBytes) {
      throw this.fault(`the value takes ${bytes} bytes, and ${this.limits.maxObjectBytes} are allowed`);
    }
    return bytes;
  }

  /** Bytes as a view of the blob; valid as long as that is. */
  bytesView(size: number): Uint8Array {
    const at = this.#take(size);
    return this.#bytes.subarray(at, at + size);
  }

  /** Bytes of their own. */
  bytes(size: number): Uint8Array {
    const at = this.#take(size);
    const bytes = new Uint8Array(size);
    bytes.set(this.#bytes.subarray(at, at + size));
    return bytes;
  }

  /** Memory of their own for bytes that are to become numbers. */
  #copied(size: number): { buffer: ArrayBuffer; at: number } {
    const start = this.#take(size);
    return this.#memory.copy(this.#bytes, start, size, this.#bytes.length - this.#at);
  }

  /** A string. */
  text(): string {
    return decodeText(this.bytesView(this.count(1)));
  }

  /** Strings. */
  texts(): string[] {
    const count = this.count(8);
    const texts: string[] = [];
    for (let i = 0; i < count; i++) texts.push(this.text());
    return texts;
  }

  /** Doubles, `size` of them. */
  f64s(size: number): Float64Array {
    const { buffer, at } = this.#copied(size * 8);
    return this.#ordered(new Float64Array(buffer, at, size));
  }

  /** Single-precision floats. */
  f32s(size: number): Float32Array {
    const { buffer, at } = this.#copied(size * 4);
    return this.#ordered(new Float32Array(buffer, at, size));
  }

  /** Integers of 64 bits. */
  i64s(size: number): BigInt64Array {
    const { buffer, at } = this.#copied(size * 8);
    return this.#ordered(new BigInt64Array(buffer, at, size));
  }

  /** Integers of 32 bits. */
  i32s(size: number): Int32Array {
    const { buffer, at } = this.#copied(size * 4);
    return this.#ordered(new Int32Array(buffer, at, size));
  }

  /** Integers of 16 bits. */
  i16s(size: number): Int16Array {
    const { buffer, at } = this.#copied(size * 2);
    return this.#ordered(new Int16Array(buffer, at, size));
  }

  /** Truth values as 0 and 1. */
  bools(size: number): Uint8Array {
    const bytes = this.bytes(size);
    for (let i = 0; i < size; i++) if (bytes[i] !== 0) bytes[i] = 1;
    return bytes;
  }

  /** Swaps the elements of an array that was big-endian. */
  #ordered<T extends Packed>(array: T): T {
    if (this.#little) return array;
    const size = array.BYTES_PER_ELEMENT;
    const bytes = new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
    for (let i = 0; i < bytes.length; i += size) bytes.subarray(i, i + size).reverse();
    return array;
  }

  /** Integers of 8, 16, 32 or 64 bits as 64-bit ones. */
  integers(width: number, size: number): BigInt64Array {
    switch (width) {
      case 64:
        return this.i64s(size);
      case 32:
        return widened(this.i32s(size));
      case 16:
        return widened(this.i16s(size));
      case 8:
        return widened(new Int8Array(this.bytes(size).buffer));
      default:
        // Peer spt3g: gives an empty vector and leaves the data unread.
        throw this.fault(`integers of ${width} bits, and expected were 8, 16, 32 or 64`);
    }
  }

  /** The version of a class: read before its first object of this archive, remembered after (g3 2.3). */
  version(name: string, highest: number): number {
    const known = this.#versions.get(name);
    if (known !== undefined) return known;
    const version = this.u32();
    if (version > highest) {
      throw this.fault(`${name} is of version ${version}, and ${highest} is the newest known`);
    }
    this.#versions.set(name, version);
    return version;
  }

  /** The base of nearly every class; its version is not checked by spt3g either. */
  frameObject(): void {
    this.version("G3FrameObject", 0xffffffff);
  }

  /** An object of a class that is known from where it stands. */
  object<T extends G3Object>(type: ReadableClass<T>): T {
    return type.read(this, this.version(type.name, type.readable));
  }

  /** A pointer (g3 2.4), to an object of any class or, where the class is declared, of just that. */
  pointer(declared?: ReadableClass<G3Object>): G3Object | null {
    const type = this.#pointerType(declared);
    if (type === undefined) return null;
    const word = this.u32();
    if (word === 0) return null;
    if (word < NEW) {
      const object = this.#objects.get(word);
      if (object === undefined) throw this.fault(`it refers to object ${word}, which is not there (yet)`);
      return object;
    }
    if (this.#depth + ++this.#nesting > MAX_DEPTH) {
      throw this.fault(`objects lie more than ${MAX_DEPTH} deep in each other`);
    }
    // Held before the object is read: ids go to the outer one first.
    this.#objects.set(word - NEW, undefined);
    const object = this.object(type);
    this.#objects.set(word - NEW, object);
    this.#nesting--;
    return object;
  }

  #pointerType(declared: ReadableClass<G3Object> | undefined): ReadableClass<G3Object> | undefined {
    const at = this.#at;
    const word = this.u32();
    if (word === 0) return undefined;
    if (word === DECLARED) {
      if (declared === undefined) throw this.fault("a bare G3FrameObject has no value");
      return declared;
    }
    if (word >= NEW) this.#types.set(word - NEW, this.text());
    const name = this.#types.get(word >= NEW ? word - NEW : word);
    if (name === undefined) throw this.fault(`it refers to class ${word}, which was not named yet`);
    const type = this.limits.classes.get(name);
    if (type === undefined) throw new UnknownClass(at, name);
    if (declared !== undefined && declared !== type) {
      throw this.fault(`a ${name} stands where a ${declared.name} was expected`);
    }
    return type;
  }

  /** A nested archive of `size` bytes, read by `read` (g3 2.1); what `read` leaves is skipped. */
  nested<T>(size: number, read: (reader: ArchiveReader) => T): T {
    const end = this.#at + size;
    if (this.#depth + this.#nesting >= MAX_DEPTH) {
      throw this.fault(`objects lie more than ${MAX_DEPTH} deep in each other`);
    }
    const result = read(new ArchiveReader(this.#bytes, this.limits, this, size));
    this.#at = end;
    return result;
  }

  /** Bytes of this whole archive, its flag included. */
  whole(): Uint8Array {
    return this.#bytes.slice(this.#start, this.#end);
  }
}

/** 64-bit integers of smaller ones, two words at a time: no bigint is made. */
export function widened(small: Int8Array | Int16Array | Int32Array): BigInt64Array {
  const wide = new BigInt64Array(small.length);
  const words = new Int32Array(wide.buffer);
  for (let i = 0; i < small.length; i++) {
    const value = small[i]!;
    words[2 * i] = value;
    words[2 * i + 1] = value >> 31;
  }
  return wide;
}
