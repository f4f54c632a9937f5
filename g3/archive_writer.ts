/** Writes the archive inside a blob: numbers, versions, pointers (g3 2). @module */
import { G3EncodeError } from "./errors.ts";
import type { G3Object, G3Opaque } from "./objects.ts";
import { encodeText } from "./text.ts";

const NEW = 0x80000000;
const DECLARED = 0x40000000;

/** How the objects of one class are written (g3 2.3). */
export interface WritableClass<T extends G3Object> {
  /** Name as it stands in files. */
  readonly name: string;
  /** The version that `write` writes: one that so3g 0.2.9 reads. */
  readonly written: number;
  /** Writes the body of one object. */
  write(writer: ArchiveWriter, object: T): void;
}

/** What has been written in one archive: versions by class, ids of classes and of objects (g3 2.3, 2.4). */
interface Tables {
  readonly versions: Set<string>;
  readonly types: Map<string, number>;
  readonly objects: Map<G3Object, number>;
}

function freshTables(): Tables {
  return { versions: new Set(), types: new Map(), objects: new Map() };
}

/** Bytes that grow, and the tables of the archive that is being written into them. Everything is little-endian. */
export class ArchiveWriter {
  readonly #classes: ReadonlyMap<string, WritableClass<G3Object>>;
  #bytes: Uint8Array;
  #view: DataView;
  #at = 0;
  #tables = freshTables();
  /** Objects that are being written: one that holds itself has no end. */
  readonly #open = new Set<G3Object>();

  /** Starts with no bytes. */
  constructor(classes: ReadonlyMap<string, WritableClass<G3Object>>, capacity = 1024) {
    this.#classes = classes;
    this.#bytes = new Uint8Array(capacity);
    this.#view = new DataView(this.#bytes.buffer);
  }

  /** How many bytes have been written. */
  get size(): number {
    return this.#at;
  }

  /** Begins anew in the same memory: what `written` gave before is overwritten. */
  reset(): void {
    this.#at = 0;
    this.#tables = freshTables();
    this.#open.clear();
  }

  /** What has been written, as a view that the next write may leave behind. */
  written(from = 0): Uint8Array {
    return this.#bytes.subarray(from, this.#at);
  }

  /** Makes room for `size` bytes more and moves over them; gives where they begin. */
  #take(size: number): number {
    const at = this.#at;
    const end = at + size;
    if (end > this.#bytes.length) {
      const grown = new Uint8Array(Math.max(end, this.#bytes.length * 2));
      grown.set(this.#bytes.subarray(0, at));
      this.#bytes = grown;
      this.#view = new DataView(grown.buffer);
    }
    this.#at = end;
    return at;
  }

  /** A byte. */
  u8(value: number): void {
    const at = this.#take(1);
    this.#bytes[at] = value;
  }

  /** A truth value. */
  bool(value: boolean): void {
    this.u8(value ? 1 : 0);
  }

  /** A 32-bit integer, signed or not. */
  u32(value: number): void {
    const at = this.#take(4);
    this.#view.setUint32(at, value, true);
  }

  /** A signed 64-bit integer. */
  i64(value: bigint): void {
    if (BigInt.asIntN(64, value) !== value) {
      throw new G3EncodeError(`Cannot write integer ${value}: it has more than 64 bits`);
    }
    const at = this.#take(8);
    this.#view.setBigInt64(at, value, true);
  }

  /** A double; of a NaN the given bits. */
  f64(value: number, bits?: bigint): void {
    const at = this.#take(8);
    if (value === value) this.#view.setFloat64(at, value, true);
    else this.#view.setBigUint64(at, bits ?? 0x7ff8000000000000n, true);
  }

  /** A 64-bit count. */
  count(value: number): void {
    const at = this.#take(8);
    this.#setCount(at, value);
  }

  #setCount(at: number, value: number): void {
    this.#view.setUint32(at, value >>> 0, true);
    this.#view.setUint32(at + 4, Math.floor(value / 2 ** 32), true);
  }

  /** Bytes as they are. */
  bytes(value: Uint8Array): void {
    const at = this.#take(value.length);
    this.#bytes.set(value, at);
  }

  /** Numbers of a typed array, without a count. */
  packed(array: ArrayBufferView): void {
    this.bytes(new Uint8Array(array.buffer, array.byteOffset, array.byteLength));
  }

  /** A string. */
  text(value: string): void {
    // Names are short and ASCII nearly always, and need no encoder then.
    if (value.length < 48) {
      const at = this.#take(8 + value.length);
      const bytes = this.#bytes;
      for (let i = 0; i < value.length; i++) {
        const code = value.charCodeAt(i);
        if (code > 127) {
          this.#at = at;
          return this.#longText(value);
        }
        bytes[at + 8 + i] = code;
      }
      this.#setCount(at, value.length);
      return;
    }
    this.#longText(value);
  }

  #longText(value: string): void {
    const bytes = encodeText(value);
    this.count(bytes.length);
    this.bytes(bytes);
  }

  /** Strings. */
  texts(values: readonly string[]): void {
    this.count(values.length);
    for (const value of values) this.text(value);
  }

  /** The version of a class, before its first object of this archive. */
  version(name: string, version: number): void {
    if (this.#tables.versions.has(name)) return;
    this.u32(version);
    this.#tables.versions.add(name);
  }

  /** The base of nearly every class. */
  frameObject(): void {
    this.version("G3FrameObject", 1);
  }

  /** An object of a class that is known from where it stands. */
  object<T extends G3Object>(type: WritableClass<T>, object: T): void {
    this.version(type.name, type.written);
    type.write(this, object);
  }

  /** A pointer (g3 2.4): the second time to the same object, only a reference. */
  pointer(object: G3Object | null, declared?: WritableClass<G3Object>): void {
    if (object === null) return this.u32(0);
    const type = declared ?? this.#classes.get(object.class);
    if (type === undefined) {
      throw new G3EncodeError(
        `Cannot write value of class "${object.class}": expected a class of the table`,
      );
    }
    if (declared !== undefined) this.u32(DECLARED);
    else this.#typeWord(type.name);
    const { objects } = this.#tables;
    if (this.#open.has(object)) {
      throw new G3EncodeError(`Cannot write value of class "${object.class}": it holds itself`);
    }
    const known = objects.get(object);
    if (known !== undefined) return this.u32(known);
    objects.set(object, objects.size + 1);
    this.u32(NEW + objects.size);
    this.#open.add(object);
    this.object(type, object);
    this.#open.delete(object);
  }

  #typeWord(name: string): void {
    const { types } = this.#tables;
    const known = types.get(name);
    if (known !== undefined) return this.u32(known);
    types.set(name, types.size + 1);
    this.u32(NEW + types.size);
    this.text(name);
  }

  /** A whole value with its length before it: an archive of its own (g3 2.1, 2.5); an opaque one as its bytes. */
  blob(object: G3Object | G3Opaque | null): void {
    if (object !== null && object.class === "opaque") {
      this.count(object.blob.length);
      return this.bytes(object.blob);
    }
    const outer = this.#tables;
    this.#tables = freshTables();
    const at = this.#take(8);
    this.u8(1);
    this.pointer(object);
    this.#setCount(at, this.#at - at - 8);
    this.#tables = outer;
  }

  /** Sets a 32-bit number that was written before. */
  patch(at: number, value: number): void {
    this.#view.setUint32(at, value, true);
  }
}
