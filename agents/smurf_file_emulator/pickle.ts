/** Python objects as NumPy stores them, as far as tune files need it. @module */
import { Float } from "../../internal/float.ts";

/** What can be pickled; whole numbers become ints, `Float`s floats, maps dicts, arrays of doubles NumPy arrays. */
export type PickleValue =
  | boolean
  | number
  | Float
  | string
  | Float64Array
  | readonly PickleValue[]
  | ReadonlyMap<string | number, PickleValue>;

// Opcodes of pickle protocol 3, which Python 3.0 and every later one read.
const OP = {
  PROTO: 0x80,
  MARK: 0x28,
  STOP: 0x2e,
  GLOBAL: 0x63,
  REDUCE: 0x52,
  BUILD: 0x62,
  NONE: 0x4e,
  TRUE: 0x88,
  FALSE: 0x89,
  BININT: 0x4a,
  BINFLOAT: 0x47,
  BINUNICODE: 0x58,
  BINBYTES: 0x42,
  EMPTY_LIST: 0x5d,
  APPENDS: 0x65,
  EMPTY_DICT: 0x7d,
  SETITEMS: 0x75,
  TUPLE: 0x74,
} as const;

class Pickler {
  readonly #parts: Uint8Array[] = [];

  op(...codes: number[]): void {
    this.#parts.push(Uint8Array.from(codes));
  }

  bytes(): Uint8Array<ArrayBuffer> {
    const all = new Uint8Array(this.#parts.reduce((sum, { length }) => sum + length, 0));
    let at = 0;
    for (const part of this.#parts) {
      all.set(part, at);
      at += part.length;
    }
    return all;
  }

  global(module: string, name: string): void {
    this.op(OP.GLOBAL);
    this.#parts.push(new TextEncoder().encode(`${module}\n${name}\n`));
  }

  int(value: number): void {
    if ((value | 0) !== value) throw new RangeError(`Cannot pickle ${value}: expected an int of 32 bits`);
    const bytes = new DataView(new ArrayBuffer(5));
    bytes.setUint8(0, OP.BININT);
    bytes.setInt32(1, value, true);
    this.#parts.push(new Uint8Array(bytes.buffer));
  }

  float(value: number): void {
    const bytes = new DataView(new ArrayBuffer(9));
    bytes.setUint8(0, OP.BINFLOAT);
    bytes.setFloat64(1, value);
    this.#parts.push(new Uint8Array(bytes.buffer));
  }

  #sized(op: number, data: Uint8Array): void {
    const head = new DataView(new ArrayBuffer(5));
    head.setUint8(0, op);
    head.setUint32(1, data.length, true);
    this.#parts.push(new Uint8Array(head.buffer), data);
  }

  text(value: string): void {
    this.#sized(OP.BINUNICODE, new TextEncoder().encode(value));
  }

  blob(value: Uint8Array): void {
    this.#sized(OP.BINBYTES, value);
  }

  tuple(...items: (() => void)[]): void {
    this.op(OP.MARK);
    for (const item of items) item();
    this.op(OP.TUPLE);
  }

  value(value: PickleValue): void {
    if (typeof value === "boolean") return this.op(value ? OP.TRUE : OP.FALSE);
    if (typeof value === "number") return this.int(value);
    if (typeof value === "string") return this.text(value);
    if (value instanceof Float) return this.float(value.value);
    if (value instanceof Float64Array) {
      return this.array([value.length], "f8", () => this.blob(littleEndian(value)));
    }
    const isMap = value instanceof Map;
    this.op(isMap ? OP.EMPTY_DICT : OP.EMPTY_LIST, OP.MARK);
    // A map of the type that is given gives pairs, anything else is an array.
    for (const item of value as Iterable<PickleValue>) {
      if (!isMap) this.value(item);
      else for (const part of item as readonly PickleValue[]) this.value(part);
    }
    this.op(isMap ? OP.SETITEMS : OP.APPENDS);
  }

  /** A NumPy array; `content` pickles its elements: bytes, or a list of objects. */
  array(shape: readonly number[], type: "f8" | "O8", content: () => void): void {
    this.global("numpy.core.multiarray", "_reconstruct");
    this.tuple(
      () => this.global("numpy", "ndarray"),
      () => this.tuple(() => this.int(0)),
      () => this.blob(new TextEncoder().encode("b")),
    );
    this.op(OP.REDUCE);
    this.tuple(
      () => this.int(1),
      () => this.tuple(...shape.map((length) => () => this.int(length))),
      () => this.#type(type),
      () => this.op(OP.FALSE),
      content,
    );
    this.op(OP.BUILD);
  }

  #type(type: "f8" | "O8"): void {
    this.global("numpy", "dtype");
    this.tuple(() => this.text(type), () => this.op(OP.FALSE), () => this.op(OP.TRUE));
    this.op(OP.REDUCE);
    const isObject = type === "O8";
    this.tuple(
      () => this.int(3),
      () => this.text(isObject ? "|" : "<"),
      () => this.op(OP.NONE, OP.NONE, OP.NONE),
      () => this.int(-1),
      () => this.int(-1),
      // Flags of NumPy's objects: they are counted, listed, and need initialising and Python's API.
      () => this.int(isObject ? 63 : 0),
    );
    this.op(OP.BUILD);
  }
}

function littleEndian(values: Float64Array): Uint8Array {
  const bytes = new DataView(new ArrayBuffer(values.length * 8));
  values.forEach((value, i) => bytes.setFloat64(i * 8, value, true));
  return new Uint8Array(bytes.buffer);
}

/**
 * The `.npy` file that `numpy.save(path, value, allow_pickle=True)` makes of a Python object;
 * `numpy.load(path, allow_pickle=True).item()` gives it back.
 */
export function npyOfObject(value: PickleValue): Uint8Array<ArrayBuffer> {
  const pickler = new Pickler();
  pickler.op(OP.PROTO, 3);
  pickler.array([], "O8", () => pickler.value([value]));
  pickler.op(OP.STOP);
  const pickled = pickler.bytes();
  const text = "{'descr': '|O', 'fortran_order': False, 'shape': (), }";
  // Magic, version and length take 10 bytes; what follows the head begins at a multiple of 64.
  const headBytes = Math.ceil((10 + text.length + 1) / 64) * 64;
  const file = new Uint8Array(headBytes + pickled.length);
  file.set([0x93, ...new TextEncoder().encode("NUMPY"), 1, 0]);
  new DataView(file.buffer).setUint16(8, headBytes - 10, true);
  file.set(new TextEncoder().encode(`${text.padEnd(headBytes - 11)}\n`), 10);
  file.set(pickled, headBytes);
  return file;
}
