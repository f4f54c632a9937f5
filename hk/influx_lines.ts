/** Points of InfluxDB from events of feeds, as Python's publishers make them (OCS 10.7). @module */
import type { FeedEvent } from "../ocs/encoded_feed.ts";
import { pyStr } from "../ocs/python_text.ts";
import { isObject, readFeedBlock, secondsOf } from "./feed_block.ts";
import type { InfluxKindChange, InfluxKinds } from "./influx_kinds.ts";
import type { InfluxOrigin } from "./influx_point.ts";
import { escapeKey, escapeMeasurement } from "./influx_text.ts";
import { type InfluxProtocol, influxTime } from "./influx_time.ts";
import { influxValue, kindOfValue } from "./influx_value.ts";

/** Something of an event that InfluxDB cannot keep. */
export interface InfluxFault extends InfluxOrigin {
  /** Its field; undefined for a whole block. */
  readonly field: string | undefined;
  /** Why, in words that can be counted. */
  readonly cause: string;
  /** Samples that are left out. */
  readonly samples: number;
}

/** How points are made. */
export interface InfluxLinesOptions {
  /** How times are written. Default `line`. */
  readonly protocol?: InfluxProtocol;
  /** Remembers kinds, for `onChange`. */
  readonly kinds?: InfluxKinds;
  /** Told when a field has become another kind, which InfluxDB refuses. */
  readonly onChange?: (change: InfluxKindChange) => void;
  /** Told of what is left out, other than values that are none: NaN, infinities, null. */
  readonly onFault?: (fault: InfluxFault) => void;
}

/**
 * Makes the lines of an event of a recorded feed: a point for each sample time of each block, and with `influxdb_tags` one for
 * each field.
 *
 * NaN, infinities and null are left out, which InfluxDB cannot keep; a point without fields is none.
 *
 * @param event An event that was decoded with kinds kept.
 */
export function influxLines({ message, feed }: FeedEvent, options: InfluxLinesOptions = {}): string[] {
  const origin = { agent: feed.agent_address, feed: feed.feed_name };
  if (!isObject(message)) {
    options.onFault?.({ ...origin, field: undefined, cause: "not an object of blocks", samples: 0 });
    return [];
  }
  const lines: string[] = [];
  for (const [name, value] of Object.entries(message)) {
    const block = readFeedBlock(name, asGroup(value));
    if ("reason" in block) {
      const cause = `${block.reason}: block "${name}": ${block.detail}`;
      options.onFault?.({ ...origin, field: undefined, cause, samples: 1 });
      continue;
    }
    const tags = isObject(value) && isObject(value.influxdb_tags) ? value.influxdb_tags : {};
    const isTagged = Object.keys(tags).length > 0;
    const [root = "", instance = ""] = origin.agent.split(".");
    const measurement = isTagged ? feed.agent_class ?? origin.agent : origin.agent;
    const series = `${escapeMeasurement(measurement)}${tagText("feed", origin.feed)}` +
      (isTagged ? tagText("address_root", root) + tagText("instance_id", instance) : "");
    const kinds = options.kinds?.of(measurement);
    const columns = block.fields.map((field, at) => {
      const set = isTagged ? tags[field] : undefined;
      const name = isObject(set) && set._field !== undefined ? pyStr(set._field) : field;
      const column = {
        ...origin,
        field: name,
        samples: block.samples[at] ?? [],
        series: isObject(set) ? series + setText(set) : series,
      };
      return { series: column.series, texts: columnTexts(column, { ...options, known: kinds }) };
    });
    const times = block.times.map((time) => influxTime(secondsOf(time), options.protocol ?? "line"));
    for (const [row, time] of times.entries()) {
      if (time === undefined) {
        const cause = `Cannot convert ${pyStr(block.times[row])} to an InfluxDB compatible time`;
        options.onFault?.({ ...origin, field: undefined, cause, samples: 1 });
      } else addRow(lines, columns, { row, time, isTagged });
    }
  }
  return lines;
}

interface Column extends InfluxOrigin {
  readonly field: string;
  readonly samples: readonly unknown[];
}

/** Each sample as `key=value`, or empty where there is nothing to write. */
function columnTexts(
  { samples, ...origin }: Column,
  { known, kinds, onChange, onFault }: InfluxLinesOptions & {
    readonly known: ReturnType<InfluxKinds["of"]> | undefined;
  },
): string[] {
  if (origin.field === "time") {
    // InfluxDB leaves it out without a word.
    const { agent, feed, field } = origin;
    onFault?.({ agent, feed, field, cause: "InfluxDB keeps this name for itself", samples: samples.length });
    return [];
  }
  const key = `${escapeKey(origin.field)}=`;
  let odd = 0;
  const texts = samples.map((sample) => {
    const text = influxValue(sample);
    if (text === undefined) odd++;
    if (text === undefined || text === "") return "";
    if (known !== undefined && kinds !== undefined) {
      const is = kindOfValue(text);
      const was = kinds.see(known, origin.field, is);
      if (was !== undefined) {
        onChange?.({ agent: origin.agent, feed: origin.feed, field: origin.field, was, is });
      }
    }
    return key + text;
  });
  if (odd > 0) {
    const cause = "InfluxDB keeps numbers of 64 bits, texts and booleans";
    onFault?.({ agent: origin.agent, feed: origin.feed, field: origin.field, cause, samples: odd });
  }
  return texts;
}

/** Adds the points of one time. */
function addRow(
  lines: string[],
  columns: readonly { readonly series: string; readonly texts: readonly string[] }[],
  { row, time, isTagged }: { readonly row: number; readonly time: bigint; readonly isTagged: boolean },
): void {
  let fields = "";
  for (const { series, texts } of columns) {
    const text = texts[row] ?? "";
    if (text === "") continue;
    if (isTagged) lines.push(`${series} ${text} ${time}`);
    else fields += fields === "" ? text : `,${text}`;
  }
  if (fields !== "") lines.push(`${columns[0]?.series} ${fields} ${time}`);
}

/** A tag; none without a value, which InfluxDB refuses. */
function tagText(key: string, value: string): string {
  return value === "" || key === "" ? "" : `,${escapeKey(key)}=${escapeKey(value)}`;
}

function setText(set: Readonly<Record<string, unknown>>): string {
  return Object.entries(set).map(([key, value]) => key === "_field" ? "" : tagText(key, pyStr(value))).join(
    "",
  );
}

/** Peer ocs (_convert_single_to_group): a block may be a single sample with `timestamp`. */
function asGroup(block: unknown): unknown {
  if (!isObject(block) || block.timestamps !== undefined || block.timestamp === undefined) return block;
  const { timestamp, data } = block;
  if (!isObject(data)) return block;
  return {
    ...block,
    data: Object.fromEntries(Object.entries(data).map(([field, value]) => [field, [value]])),
    timestamps: [timestamp],
  };
}
