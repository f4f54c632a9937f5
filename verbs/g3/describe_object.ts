/** Values as JSON in the form of the golden files' (`tests/data/g3/README.md`). @module */
import { createHash } from "node:crypto";
import { TIMESTREAM_UNITS } from "../../g3/classes/timestreams.ts";
import type {
  G3Double,
  G3MapDouble,
  G3ModuleArg,
  G3ModuleConfig,
  G3Object,
  G3Opaque,
  G3SuperTimestream,
  MapIntervalsClass,
} from "../../g3/objects.ts";
import { compareKeys, encodeText } from "../../g3/text.ts";

declare global {
  interface JSON {
    /** A text that `JSON.stringify` takes over as it is; the compiler's own types lack it still. */
    rawJSON(text: string): object;
  }
}

const INLINE = 24;
const INLINE_TEXT = 600;
const ENDS = 3;
const USUAL_NAN = "7ff8000000000000";

type Numbers = Float64Array | Float32Array | Int32Array | BigInt64Array | Uint8Array;

/** SHA-256 in hex. */
export function sha256(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}

function integer(value: number | bigint): unknown {
  return Number.isSafeInteger(Number(value)) ? Number(value) : { $int: String(value) };
}

function real(value: number, bits?: bigint): unknown {
  if (Number.isNaN(value)) {
    const hex = bits?.toString(16).padStart(16, "0") ?? USUAL_NAN;
    return hex === USUAL_NAN ? { $float: "NaN" } : { $float: "NaN", bits: hex };
  }
  if (!Number.isFinite(value)) return { $float: String(value) };
  if (Object.is(value, -0)) return { $float: "-0" };
  // A float has a point or an exponent, so that it stays one.
  const digits = String(value);
  return /[.e]/.test(digits) ? value : JSON.rawJSON(`${digits}.0`);
}

function text(value: string): unknown {
  const bytes = encodeText(value);
  if (!value.isWellFormed()) return { $bytes: bytes.toHex() };
  if (bytes.length <= INLINE_TEXT) return value;
  return { $text: { bytes: bytes.length, sha256: sha256(bytes), first: [...value].slice(0, 60).join("") } };
}

function dtypeOf(array: Numbers): string {
  if (array instanceof Float64Array) return "f64";
  if (array instanceof Float32Array) return "f32";
  if (array instanceof Int32Array) return "i32";
  return array instanceof BigInt64Array ? "i64" : "u8";
}

/** One element of an array, with the bits of a NaN. */
function element(array: Numbers, i: number): unknown {
  const value = array[i] ?? 0;
  if (array instanceof Float64Array) {
    const bits = new DataView(array.buffer, array.byteOffset).getBigUint64(i * 8, true);
    return real(Number(value), bits);
  }
  return array instanceof Float32Array ? real(Number(value)) : integer(value);
}

function range(from: number, to: number): number[] {
  return Array.from({ length: Math.max(0, to - from) }, (_, i) => from + i);
}

function array(values: Numbers, shape: readonly number[] = [values.length], bool = false): unknown {
  const one = (i: number) => bool ? values[i] !== 0 : element(values, i);
  if (values.length <= INLINE) {
    const [rows = 0, columns] = shape;
    if (columns === undefined) return range(0, rows).map(one);
    return range(0, rows).map((row) => range(row * columns, (row + 1) * columns).map(one));
  }
  const bytes = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
  return {
    $array: {
      dtype: bool ? "bool" : dtypeOf(values),
      shape,
      sha256: sha256(bytes),
      first: range(0, ENDS).map(one),
      last: range(values.length - ENDS, values.length).map(one),
    },
  };
}

/** Complex numbers and quaternions: tuples. */
function tuples(values: Float64Array, size: number): unknown {
  return range(0, values.length / size).map((i) =>
    range(i * size, (i + 1) * size).map((k) => element(values, k))
  );
}

function pairs<V>(map: ReadonlyMap<string, V>, one: (value: V, key: string) => unknown): unknown {
  return [...map].sort(([a], [b]) => compareKeys(a, b)).map(([key, value]) => [key, one(value, key)]);
}

function doublePairs({ value, bits }: G3MapDouble): unknown {
  return pairs(value, (number, key) => real(number, bits?.get(key)));
}

function superFields({ names, times, value, quanta }: G3SuperTimestream): object {
  const out = { names: names.map(text), times: array(times) };
  const shape = [names.length, times.length];
  if (value.length === 0) {
    const data_error = "ValueError: Destination array should be strictly packed on last dimension.";
    return { ...out, data_error };
  }
  const data = { ...out, dtype: dtypeOf(value), shape, value: array(value, shape) };
  const isFloat = value instanceof Float32Array || value instanceof Float64Array;
  return isFloat ? { ...data, quanta: array(quanta) } : data;
}

/** Classes that so3g itself does not know any more, or that only lie inside others. */
type Retired = Extract<
  G3Object,
  | { readonly class: "G3Quat" | "G3ModuleArg" | "G3ModuleConfig" | "G3Ndarray" | "G3WCS" | "G3Ndmap" }
  | { readonly domain: unknown }
  | { readonly class: "RangesInt32" | "MapRangesInt32" | MapIntervalsClass }
>;

function retiredFields(o: Retired): object {
  switch (o.class) {
    case "G3Quat":
      return { value: array(o.value) };
    case "G3ModuleArg":
      return o.object === null ? { repr: o.repr } : { object: thing(o.object) };
    case "G3ModuleConfig":
      return moduleFields(o);
    case "G3Ndarray":
      return { type_number: o.typeNumber, shape: o.shape.map(integer), value: array(o.data) };
    case "G3WCS":
      return { header: text(o.header) };
    case "G3Ndmap":
      return { data: thing(o.data), wcs: thing(o.wcs) };
    case "RangesInt32":
      return { count: o.count, reference: o.reference, value: o.value };
    case "MapRangesInt32":
    case "MapIntervalsDouble":
    case "MapIntervalsInt":
    case "MapIntervalsInt32":
    case "MapIntervalsTime":
      return { value: pairs<G3Object>(o.value, thing) };
    default: {
      const bound = (value: number | bigint) => typeof value === "bigint" ? integer(value) : real(value);
      return { domain: o.domain.map(bound), value: o.value.map((ends) => ends.map(bound)) };
    }
  }
}

function moduleFields({ modname, instancename, arguments: all }: G3ModuleConfig): object {
  const one = ({ repr, object }: G3ModuleArg) => object === null ? { repr } : { object: thing(object) };
  return { modname, instancename, arguments: pairs(all, one) };
}

/** The fields of an object, without its class. */
export function fields(o: G3Object): object {
  switch (o.class) {
    case "G3Bool":
      return { value: o.value };
    case "G3Int":
    case "G3Time":
      return { value: integer(o.value) };
    case "G3Double":
      return { value: real(o.value, (o satisfies G3Double).bits) };
    case "G3String":
      return { value: text(o.value) };
    case "G3VectorDouble":
    case "G3VectorInt":
    case "G3VectorTime":
    case "G3VectorUnsignedChar":
      return { value: array(o.value) };
    case "G3VectorBool":
      return { value: array(o.value, [o.value.length], true) };
    case "G3VectorString":
      return { value: o.value.map(text) };
    case "G3VectorVectorString":
      return { value: o.value.map((row) => row.map(text)) };
    case "G3VectorComplexDouble":
      return { value: tuples(o.value, 2) };
    case "G3VectorQuat":
      return { value: tuples(o.value, 4) };
    case "G3VectorFrameObject":
      return { value: o.value.map(thing) };
    case "G3MapDouble":
      return { value: doublePairs(o) };
    case "G3MapInt":
    case "G3MapTime":
      return { value: pairs(o.value, integer) };
    case "G3MapString":
      return { value: pairs(o.value, text) };
    case "G3MapQuat":
      return { value: pairs(o.value, (quat) => array(quat)) };
    case "G3MapMapDouble":
      return { value: pairs(o.value, doublePairs) };
    case "G3MapVectorDouble":
    case "G3MapVectorInt":
    case "G3MapVectorTime":
      return { value: pairs<Numbers>(o.value, (vector) => array(vector)) };
    case "G3MapVectorBool":
      return { value: pairs(o.value, (vector) => array(vector, [vector.length], true)) };
    case "G3MapVectorString":
      return { value: pairs(o.value, (texts) => texts.map(text)) };
    case "G3MapVectorVectorString":
      return { value: pairs(o.value, (rows) => rows.map((row) => row.map(text))) };
    case "G3MapVectorComplexDouble":
      return { value: pairs(o.value, (vector) => tuples(vector, 2)) };
    case "G3MapVectorQuat":
      return { value: pairs(o.value, (vector) => tuples(vector, 4)) };
    case "G3MapFrameObject":
    case "G3TimestreamMap":
      return { value: pairs<G3Object | G3Opaque | null>(o.value, thing) };
    case "G3TimesampleMap":
      return { times: array(o.times), value: pairs(o.value, thing) };
    case "G3Timestream":
      return {
        units: TIMESTREAM_UNITS[o.units],
        units_code: o.units,
        start: integer(o.start),
        stop: integer(o.stop),
        flac_level: o.flacLevel,
        dtype: dtypeOf(o.value),
        value: array(o.value),
      };
    case "G3TimestreamQuat":
      return { start: integer(o.start), stop: integer(o.stop), value: tuples(o.value, 4) };
    case "IrregBlockDouble":
      return { prefix: text(o.prefix), t: array(o.t), value: pairs(o.value, (vector) => array(vector)) };
    case "G3SuperTimestream":
      return superFields(o);
    case "G3PipelineInfo":
      return {
        vcs_url: text(o.vcsUrl),
        vcs_branch: text(o.vcsBranch),
        vcs_revision: text(o.vcsRevision),
        vcs_localdiffs: o.vcsLocalDiffs,
        vcs_versionname: text(o.vcsVersionName),
        vcs_githash: text(o.vcsGitHash),
        hostname: text(o.hostname),
        user: text(o.user),
        vcs_fullversion: text(o.vcsFullVersion),
        modules: o.modules.map(moduleFields),
      };
    default:
      return retiredFields(o);
  }
}

/** An object inside another. */
export function thing(o: G3Object | G3Opaque | null): unknown {
  if (o === null) return null;
  if (o.class === "opaque") return { class: o.name, opaque: true };
  return { class: o.class, ...fields(o) };
}
