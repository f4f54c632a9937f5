/** Values of frames as lines for people: a name, a class, a value, and what lies inside. @module */
import { TIMESTREAM_UNITS } from "../../g3/classes/timestreams.ts";
import type { G3ModuleArg, G3Object, G3Opaque, G3PipelineInfo, G3SuperTimestream } from "../../g3/objects.ts";
import { compareKeys } from "../../g3/text.ts";
import { isoTimeOf } from "../../g3/time.ts";
import {
  bools,
  type Elements,
  plain,
  quoted,
  reals,
  realText,
  samples,
  texts,
  times,
  tuples,
} from "./elements.ts";
import { shownKey, shownText } from "./shown_text.ts";

/** One line, and the lines below it. */
export interface TreeLine {
  readonly name: string;
  /** Class of the value; empty where that of the line above says it. */
  readonly kind: string;
  /** What stands first behind the class. */
  readonly text?: string;
  /** What stands behind that. */
  readonly elements?: Elements;
  readonly children?: Children;
}

/** Lines below a line; each is made when it is shown. */
export interface Children {
  readonly length: number;
  readonly at: (index: number) => TreeLine;
}

/** What a value looks like. */
export function objectLine(name: string, object: G3Object | G3Opaque | null): TreeLine {
  if (object === null) return { name, kind: "", text: "null" };
  if (object.class === "opaque") {
    const { name: kind = "?", reason, blob } = object;
    return { name, kind: shownText(kind), text: `${blob.length} bytes, not decoded: ${shownText(reason)}` };
  }
  return { name, kind: object.class, ...contentOf(object) };
}

type Content = Pick<TreeLine, "text" | "elements" | "children">;

function contentOf(o: G3Object): Content {
  switch (o.class) {
    case "G3Bool":
    case "G3Int":
      return { text: String(o.value) };
    case "G3Double":
      return { text: realText(o.value) };
    case "G3String":
      return stringContent(o.value);
    case "G3Time":
      return { text: isoTimeOf(o.value) };
    case "G3Quat":
    case "G3VectorDouble":
      return { elements: reals(o.value) };
    case "G3VectorInt":
    case "G3VectorUnsignedChar":
      return { elements: plain(o.value) };
    case "G3VectorBool":
      return { elements: bools(o.value) };
    case "G3VectorTime":
      return { elements: times(o.value) };
    case "G3VectorString":
      return { elements: texts(o.value) };
    case "G3VectorVectorString":
      return { text: String(o.value.length), children: rows(o.value, texts) };
    case "G3VectorComplexDouble":
      return { elements: tuples(o.value, 2) };
    case "G3VectorQuat":
    case "G3TimestreamQuat":
      return { ...("start" in o ? { text: span(o) } : {}), elements: tuples(o.value, 4) };
    case "G3VectorFrameObject":
      return { text: String(o.value.length), children: list(o.value, objectLine) };
    case "G3MapInt":
      return scalars(o.value, String);
    case "G3MapDouble":
      return scalars(o.value, realText);
    case "G3MapTime":
      return scalars(o.value, isoTimeOf);
    case "G3MapString":
      return map(o.value, (name, text) => ({ name, kind: "", ...stringContent(text) }));
    case "G3MapMapDouble":
    case "G3MapFrameObject":
    case "G3TimestreamMap":
      return map<G3Object | G3Opaque | null>(o.value, objectLine);
    case "G3TimesampleMap":
      return timesamples(o.times, map(o.value, objectLine));
    case "G3MapQuat":
    case "G3MapVectorDouble":
      return vectors(o.value, reals);
    case "G3MapVectorInt":
      return vectors(o.value, plain);
    case "G3MapVectorBool":
      return vectors(o.value, bools);
    case "G3MapVectorTime":
      return vectors(o.value, times);
    case "G3MapVectorString":
      return vectors(o.value, texts);
    case "G3MapVectorVectorString":
      return map(o.value, (name, value) => ({
        ...{ name, kind: "", text: String(value.length) },
        children: rows(value, texts),
      }));
    case "G3MapVectorComplexDouble":
      return vectors(o.value, (value) => tuples(value, 2));
    case "G3MapVectorQuat":
      return vectors(o.value, (value) => tuples(value, 4));
    case "G3Timestream": {
      const units = TIMESTREAM_UNITS[o.units] ?? `units ${o.units}`;
      return { text: `${units}, ${span(o)}`, elements: samples(o.value) };
    }
    case "IrregBlockDouble":
      return {
        text: `${o.t.length} samples`,
        children: joined([{ name: "t", kind: "", elements: reals(o.t) }], vectors(o.value, reals).children),
      };
    case "G3SuperTimestream":
      return superContent(o);
    case "G3PipelineInfo":
      return pipelineContent(o);
    case "G3ModuleConfig":
      return { ...map(o.arguments, argumentLine), text: shownText(o.modname) };
    case "G3ModuleArg":
      return argumentLine("", o);
    case "G3Ndarray":
      return { text: `shape ${o.shape.join(" × ")}, type ${o.typeNumber}`, elements: plain(o.data) };
    case "G3WCS":
      return stringContent(o.header);
    case "G3Ndmap":
      return { children: list([o.data, o.wcs], objectLine) };
    case "MapRangesInt32":
    case "MapIntervalsDouble":
    case "MapIntervalsInt":
    case "MapIntervalsInt32":
    case "MapIntervalsTime":
      return map<G3Object>(o.value, objectLine);
    default:
      return {
        elements: { length: o.value.length, at: (i) => `[${o.value[i]?.map(String).join(", ")})` },
      };
  }
}

/** A text in quotes; one of several lines as lines. */
function stringContent(text: string): Content {
  const lines = text.replace(/\n$/, "").split("\n");
  if (lines.length === 1) return { text: quoted(text) };
  const at = (i: number): TreeLine => ({ name: "", kind: "", text: `| ${shownText(lines[i] ?? "")}` });
  return { text: `${lines.length} lines`, children: { length: lines.length, at } };
}

function span({ start, stop }: { readonly start: bigint; readonly stop: bigint }): string {
  return `${isoTimeOf(start)} to ${isoTimeOf(stop)},`;
}

function list<V>(values: readonly V[], line: (name: string, value: V) => TreeLine): Children {
  // The index is inside the list.
  return { length: values.length, at: (i) => line(`[${i}]`, values[i]!) };
}

function rows<V>(values: readonly V[], elements: (value: V) => Elements): Children {
  return list(values, (name, value) => ({ name, kind: "", elements: elements(value) }));
}

function map<V>(values: ReadonlyMap<string, V>, line: (name: string, value: V) => TreeLine): Content {
  const keys = [...values.keys()].sort(compareKeys);
  const at = (i: number): TreeLine => {
    const key = keys[i] ?? "";
    // The keys are those of the map.
    return line(shownKey(key), values.get(key)!);
  };
  return { text: String(keys.length), children: { length: keys.length, at } };
}

function scalars<V>(values: ReadonlyMap<string, V>, text: (value: V) => string): Content {
  return map(values, (name, value) => ({ name, kind: "", text: text(value) }));
}

function vectors<V>(values: ReadonlyMap<string, V>, elements: (value: V) => Elements): Content {
  return map(values, (name, value) => ({ name, kind: "", elements: elements(value) }));
}

function joined(first: readonly TreeLine[], rest: Children | undefined): Children {
  const { length = 0, at } = rest ?? {};
  return {
    length: first.length + length,
    at: (i) => first[i] ?? at?.(i - first.length) ?? { name: "", kind: "" },
  };
}

function timesamples(ticks: BigInt64Array, fields: Content): Content {
  const text = `${ticks.length} ${ticks.length === 1 ? "sample" : "samples"}`;
  return { text, children: joined([{ name: "times", kind: "", elements: times(ticks) }], fields.children) };
}

function superContent({ names, times: ticks, value, quanta }: G3SuperTimestream): Content {
  const kind = value.constructor.name.replace("Array", "");
  const row = (i: number): TreeLine => ({
    name: shownText(names[i] ?? ""),
    kind: "",
    elements: samples(value.subarray(i * ticks.length, (i + 1) * ticks.length)),
  });
  const first: TreeLine[] = [{ name: "times", kind: "", elements: times(ticks) }];
  if (quanta.length > 0) first.push({ name: "quanta", kind: "", elements: reals(quanta) });
  return {
    text: `${names.length} channels × ${ticks.length} samples, ${kind}`,
    children: joined(first, { length: names.length, at: row }),
  };
}

function pipelineContent(o: G3PipelineInfo): Content {
  const facts: readonly (readonly [string, string])[] = [
    ["vcs_url", o.vcsUrl],
    ["vcs_branch", o.vcsBranch],
    ["vcs_revision", o.vcsRevision],
    ["vcs_versionname", o.vcsVersionName],
    ["vcs_githash", o.vcsGitHash],
    ["vcs_fullversion", o.vcsFullVersion],
    ["hostname", o.hostname],
    ["user", o.user],
  ];
  const first = facts.map(([name, text]): TreeLine => ({ name, kind: "", ...stringContent(text) }));
  const local: TreeLine = { name: "vcs_localdiffs", kind: "", text: String(o.vcsLocalDiffs) };
  const modules = list(o.modules, (_name, module) => objectLine(shownText(module.instancename), module));
  return { text: `${o.modules.length} modules`, children: joined([...first, local], modules) };
}

function argumentLine(name: string, { repr, object }: G3ModuleArg): TreeLine {
  return object === null ? { name, kind: "", text: shownText(repr) } : objectLine(name, object);
}
