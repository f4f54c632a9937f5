/** Everything that is wrong with G3 files, one line a fault. @module */
import { G3DecodeError, G3Error } from "../../g3/errors.ts";
import { G3Frame } from "../../g3/frame.ts";
import type { RawFrame } from "../../g3/frame_splitter.ts";
import { salvageG3File } from "../../g3/io/read_file.ts";
import { isSkipped, type SkippedBytes } from "../../g3/salvage.ts";
import { HkStream } from "../../hk/mod.ts";
import { jsonText } from "../../internal/json_text.ts";
import type { Look } from "../look.ts";
import type { VerbResult } from "../outcome.ts";
import { type EachFile, eachFile, type G3VerbOptions } from "./each_file.ts";
import type { Finding } from "./finding.ts";
import { GapWatch } from "./gap_watch.ts";
import { SequenceWatch } from "./sequence_watch.ts";
import { shownKey, shownText } from "./shown_text.ts";
import { sizeText } from "./size_text.ts";
import { TypeCounts } from "./type_counts.ts";
import { wrapped } from "./wrapped.ts";

/** How closely to look. */
export interface CheckFilesOptions extends G3VerbOptions {
  /** Whether every value is decoded. */
  readonly values: boolean;
  /** Whether to look for what is missing between frames and files. */
  readonly gaps: boolean;
  /** What is shorter than this is no gap, in seconds. */
  readonly shortestGapSeconds: number;
}

/** What goes on from file to file. */
interface Watches {
  readonly gaps: GapWatch;
  readonly sequence: SequenceWatch;
}

/**
 * Checks files: checksums, structure, values, and what is missing; behind damage it goes on with the next whole frame.
 *
 * Each fault is one line, `FILE:BYTE: KIND: TEXT`, then there is one line about each file.
 *
 * @returns `failed` if anything was found.
 */
export async function checkFiles(words: readonly string[], options: CheckFilesOptions): Promise<VerbResult> {
  const watches = { gaps: new GapWatch(options.shortestGapSeconds), sequence: new SequenceWatch() };
  return await eachFile(words, (file) => new FileCheck(file, watches, options).run(), options);
}

/** The check of one file. */
class FileCheck {
  readonly #file: EachFile;
  readonly #options: CheckFilesOptions;
  readonly #watches: Watches;
  readonly #housekeeping: HkStream;
  /** Found at the frame that is looked at. */
  #notes: Omit<Finding, "offset">[] = [];
  readonly #types = new TypeCounts();
  readonly #unknown = new Map<string, number>();
  #wholeBytes = 0;
  #faults = 0;

  constructor(file: EachFile, watches: Watches, options: CheckFilesOptions) {
    this.#file = file;
    this.#watches = watches;
    this.#options = options;
    this.#housekeeping = new HkStream({
      onNote: (text) => this.#notes.push({ kind: "housekeeping", text: shownText(text) }),
    });
  }

  async run(): Promise<VerbResult> {
    const { path, reading, out } = this.#file;
    const { json, gaps, terminal: { look } } = this.#options;
    this.#watches.gaps.nextFile();
    if (gaps) {
      for (const found of this.#watches.sequence.file(path)) await this.#tell({ offset: 0, ...found });
    }
    for await (const found of salvageG3File(path, reading)) {
      if (isSkipped(found)) await this.#tell(skippedFinding(found));
      else await this.#look(found);
    }
    await out.line(json ? jsonText({ file: path, ...this.#json() }) : this.#text(look));
    return this.#faults === 0 ? "ok" : "failed";
  }

  async #tell(finding: Finding): Promise<void> {
    const { path, out } = this.#file;
    const { json, terminal: { look } } = this.#options;
    this.#faults++;
    const { offset, kind, text } = finding;
    if (json) return await out.line(jsonText({ file: path, ...finding }));
    const place = look.style("bold", `${shownText(path)}:${offset}:`);
    const what = look.style(isMissing(kind) ? "yellow" : "red", `${kind}:`);
    await out.line(wrapped(`${place} ${what} ${text}`, look));
  }

  async #look(raw: RawFrame): Promise<void> {
    this.#wholeBytes += raw.bytes.length;
    this.#types.add(raw.type);
    const frame = G3Frame.parse(raw);
    this.#notes = [];
    const { values, gaps } = this.#options;
    if (values) this.#lookAtValues(frame);
    if (values || gaps) this.#lookAtHousekeeping(frame);
    if (gaps) this.#lookAtStream(frame);
    for (const note of this.#notes) await this.#tell({ offset: raw.offset, ...note });
  }

  #lookAtValues(frame: G3Frame): void {
    for (const key of frame.keys()) {
      try {
        const object = frame.get(key);
        if (object?.class !== "opaque") continue;
        const name = object.name ?? "?";
        this.#unknown.set(name, (this.#unknown.get(name) ?? 0) + 1);
      } catch (error) {
        if (!(error instanceof G3DecodeError)) throw error;
        this.#notes.push({ kind: "value", text: `"${shownKey(key)}": ${shownText(error.message)}` });
      }
    }
  }

  /** What the scanner of so3g stumbles over (g3 5.6), and how the samples go on. */
  #lookAtHousekeeping(frame: G3Frame): void {
    if (!frame.has("hkagg_type")) return;
    const samples = this.#housekeeping.read(frame);
    if (this.#options.gaps) this.#notes.push(...this.#watches.gaps.blocks(samples));
    // What cannot be decoded was told just now.
    const blocks = readable(() => frame.get("blocks"));
    for (const [at, block] of blocks?.class === "G3VectorFrameObject" ? blocks.value.entries() : []) {
      if (block?.class !== "G3TimesampleMap" || block.times.length > 0) continue;
      this.#notes.push({ kind: "housekeeping", text: `block ${at} has no samples: so3g refuses the file` });
    }
  }

  #lookAtStream(frame: G3Frame): void {
    // What cannot be decoded is told where values are looked at.
    this.#notes.push(...readable(() => this.#watches.gaps.frame(frame)) ?? []);
  }

  #json(): object {
    return {
      ok: this.#faults === 0,
      faults: this.#faults,
      fileBytes: this.#file.fileBytes,
      frames: this.#types.frames,
      bytes: this.#wholeBytes,
      types: this.#types.json(),
      unknownClasses: Object.fromEntries(this.#unknown),
    };
  }

  #text(look: Look): string {
    const unknown = [...this.#unknown].map(([name, count]) =>
      `, ${count} of class ${shownText(name)} not known here`
    );
    const count = this.#faults;
    const result = count === 0
      ? look.style("green", "ok")
      : look.style("red", `${count} ${count === 1 ? "fault" : "faults"}`);
    const rest = `${this.#types.text()}, ${sizeText(this.#wholeBytes)}${unknown.join("")}`;
    return wrapped(`${shownText(this.#file.path)}: ${result}; ${rest}`, look);
  }
}

/** A value, unless it cannot be decoded. */
function readable<V>(read: () => V): V | undefined {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof G3Error)) throw error;
    return undefined;
  }
}

function isMissing(kind: Finding["kind"]): boolean {
  return kind === "gap" || kind === "order";
}

/** Bytes that are no frame. */
function skippedFinding(
  { offset, end, fault: { fault, reason } }: SkippedBytes,
): Finding & { readonly end: number } {
  const size = end - offset;
  const range = size === 0 ? "" : `; ${size} bytes are no whole frame, up to byte ${end}`;
  return { offset, end, kind: fault, text: `${shownText(reason)}${range}` };
}
