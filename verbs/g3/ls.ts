/** The frames of G3 files, one a line. @module */
import { G3StreamError } from "../../g3/errors.ts";
import { G3Frame } from "../../g3/frame.ts";
import type { RawFrame } from "../../g3/frame_splitter.ts";
import { frameLetters, frameTypeName } from "../../g3/frame_type.ts";
import { jsonText } from "../../internal/json_text.ts";
import { fitText, padText } from "../fit_text.ts";
import type { Look } from "../look.ts";
import type { VerbResult } from "../outcome.ts";
import { type EachFile, eachFile, type G3VerbOptions } from "./each_file.ts";
import { frameSource } from "./frame_source.ts";
import { isSender } from "./sender_address.ts";
import { type FrameFacts, frameFacts } from "./frame_facts.ts";
import { shownText } from "./shown_text.ts";
import { sizeText } from "./size_text.ts";
import { TypeCounts } from "./type_counts.ts";
import { wrapped } from "./wrapped.ts";

/** How much is listed. */
export interface LsOptions extends G3VerbOptions {
  /** Only one line a file. */
  readonly summary: boolean;
}

/** Terminals that have so many columns get names of types and times to the millisecond. */
const WIDE_COLUMNS = 110;

/**
 * Lists the frames of files, then a line about each file. Nothing but small values is decoded.
 *
 * With `json` one object a line: `{file, frame, offset, size, type, type_name, keys, time, content}`, then `{file, frames, …}`.
 *
 * @returns `failed` if a file could not be read, or is damaged.
 */
export async function ls(words: readonly string[], options: LsOptions): Promise<VerbResult> {
  let isFirst = true;
  return await eachFile(words, async (file) => {
    const heading = options.summary || options.json ? undefined : isFirst ? "" : "\n";
    isFirst = false;
    return await listFile(file, heading, options);
  }, { ...options, senders: true });
}

async function listFile(
  file: EachFile,
  heading: string | undefined,
  { terminal: { look }, json, summary }: LsOptions,
): Promise<VerbResult> {
  const { path, fileBytes, out } = file;
  const table = new FrameTable(look, fileBytes);
  const counts = new Counts();
  if (heading !== undefined) {
    await out.part(`${heading}${look.style("bold", shownText(path))}\n${table.head()}\n`);
  }
  let damage: G3StreamError | undefined;
  try {
    for await (const raw of frameSource(file, { crc: "report", reuse: true })) {
      const frame = G3Frame.parse(raw);
      const facts = frameFacts(frame);
      const number = counts.add(raw, facts);
      if (summary) continue;
      await out.line(
        json
          ? jsonText({ file: path, ...frameJson(number, raw, frame, facts) })
          : table.row(number, raw, facts),
      );
      if (isSender(path)) await out.flush();
    }
  } catch (error) {
    if (!(error instanceof G3StreamError)) throw error;
    damage = error;
  }
  const isWhole = damage === undefined && counts.badChecksums === 0;
  await out.line(
    json
      ? jsonText({ file: path, fileBytes, ...counts.json(damage) })
      : counts.text(path, { damage, fileBytes, look }),
  );
  return isWhole ? "ok" : "failed";
}

function frameJson(
  number: number,
  raw: RawFrame,
  frame: G3Frame,
  { timeSeconds, content }: FrameFacts,
): object {
  return {
    frame: number,
    offset: raw.offset,
    size: raw.bytes.length,
    type: frameLetters(raw.type),
    type_name: frameTypeName(raw.type) ?? null,
    keys: frame.keys(),
    time: timeSeconds ?? null,
    content,
    ...raw.crcOk === false ? { crc: "wrong" } : {},
  };
}

/** Rows of fixed columns: they are printed long before the last one is known. */
class FrameTable {
  readonly #look: Look;
  readonly #isWide: boolean;
  readonly #offsetColumns: number;

  constructor(look: Look, fileBytes: number) {
    this.#look = look;
    this.#isWide = look.columns >= WIDE_COLUMNS;
    this.#offsetColumns = Math.max(6, String(fileBytes).length);
  }

  head(): string {
    const titles = this.#cells("FRAME", "OFFSET", "SIZE", "TYPE", "TIME (UTC)") + "CONTENT";
    return this.#look.style("dim", fitText(titles, this.#look.columns));
  }

  row(number: number, { offset, bytes, type, crcOk }: RawFrame, { isoTime, content }: FrameFacts): string {
    const letters = shownText(frameLetters(type));
    const name = this.#isWide ? frameTypeName(type) ?? letters : letters;
    const time = isoTime?.replace("T", " ").slice(0, this.#isWide ? 23 : 19) ?? "-";
    const cells = this.#cells(String(number), String(offset), String(bytes.length), name, time);
    const style = this.#look.style;
    if (crcOk === false) {
      return style("red", fitText(`${cells}wrong checksum; ${content}`, this.#look.columns));
    }
    return fitText(cells + content, this.#look.columns);
  }

  #cells(number: string, offset: string, size: string, type: string, time: string): string {
    return [
      number.padStart(6),
      offset.padStart(this.#offsetColumns),
      size.padStart(9),
      padText(type, this.#isWide ? 16 : 4),
      padText(time, this.#isWide ? 23 : 19),
    ].join("  ") + "  ";
  }
}

/** What the frames of a file amount to. */
class Counts {
  readonly #types = new TypeCounts();
  #bytes = 0;
  #first: FrameFacts | undefined;
  #last: FrameFacts | undefined;
  badChecksums = 0;

  /** Counts a frame; gives its number. */
  add(raw: RawFrame, facts: FrameFacts): number {
    this.#types.add(raw.type);
    this.#bytes += raw.bytes.length;
    if (raw.crcOk === false) this.badChecksums++;
    if (facts.isoTime !== undefined) {
      this.#first ??= facts;
      this.#last = facts;
    }
    return this.#types.frames - 1;
  }

  json(damage: G3StreamError | undefined): object {
    return {
      frames: this.#types.frames,
      bytes: this.#bytes,
      types: this.#types.json(),
      firstTime: this.#first?.timeSeconds ?? null,
      lastTime: this.#last?.timeSeconds ?? null,
      wrongChecksums: this.badChecksums,
      damage: damage === undefined
        ? null
        : { offset: damage.offset, fault: damage.fault, error: damage.reason },
    };
  }

  text(
    path: string,
    { damage, fileBytes, look }: {
      readonly damage: G3StreamError | undefined;
      readonly fileBytes: number;
      readonly look: Look;
    },
  ): string {
    const from = this.#first?.isoTime?.slice(0, 19);
    const to = this.#last?.isoTime?.slice(0, 19);
    const parts = [
      this.#types.text(),
      this.#bytes === fileBytes || isSender(path)
        ? sizeText(this.#bytes)
        : `${sizeText(this.#bytes)} of frames in ${sizeText(fileBytes)}`,
      ...from === undefined || to === undefined ? [] : [from === to ? `${from}Z` : `${from}Z to ${to}Z`],
    ];
    const wrong = this.badChecksums;
    const faults = [
      ...wrong === 0 ? [] : [`${wrong} ${wrong === 1 ? "frame has" : "frames have"} a wrong checksum`],
      ...damage === undefined ? [] : [`damaged at byte ${damage.offset}: ${shownText(damage.reason)}`],
    ];
    const text = `${shownText(path)}: ${parts.join("; ")}`;
    return wrapped(faults.length === 0 ? text : `${text}; ${look.style("red", faults.join("; "))}`, look);
  }
}
