/** What is in the frames of G3 files. @module */
import { tryDecodeBlob } from "../../g3/blob.ts";
import { G3StreamError } from "../../g3/errors.ts";
import { G3Frame } from "../../g3/frame.ts";
import type { RawFrame } from "../../g3/frame_splitter.ts";
import { frameLetters, frameTypeName } from "../../g3/frame_type.ts";
import type { Look } from "../look.ts";
import type { VerbResult } from "../outcome.ts";
import { catJson } from "./cat_json.ts";
import { type EachFile, eachFile, type G3VerbOptions } from "./each_file.ts";
import { frameSource } from "./frame_source.ts";
import { isSender } from "./sender_address.ts";
import { FrameChoice } from "./frame_choice.ts";
import { isoOfSeconds, UNIX_TIME_KEYS } from "./frame_facts.ts";
import { objectLine, type TreeLine } from "./object_tree.ts";
import { shownKey, shownText } from "./shown_text.ts";
import { treePieces } from "./tree_text.ts";

/** What is shown. */
export interface CatOptions extends G3VerbOptions {
  /** Numbers and ranges of frames, see `FrameChoice`; empty for all. */
  readonly frames: readonly string[];
  /** Names and patterns of keys; empty for all. */
  readonly keys: readonly string[];
  /** Leave nothing out on a terminal; elsewhere nothing is left out in any case. */
  readonly all: boolean;
}

/**
 * Shows keys and values of frames; with `json` each file as one document (see `catJson`).
 *
 * @returns `failed` if a file could not be read or is damaged, or nothing in it was asked for.
 * @throws {SyntaxError} For frames that are neither numbers nor ranges.
 */
export async function cat(words: readonly string[], options: CatOptions): Promise<VerbResult> {
  const choice = new FrameChoice(options.frames, options.keys);
  if (options.json) return await eachFile(words, (file) => catJson(file, choice), options);
  let isFirst = true;
  return await eachFile(words, async (file) => {
    const heading = `${isFirst ? "" : "\n"}${options.terminal.look.style("bold", shownText(file.path))}`;
    isFirst = false;
    return await catText(file, { ...options, choice, heading });
  }, { ...options, senders: true });
}

async function catText(
  file: EachFile,
  { terminal, choice, heading, all }: CatOptions & { readonly choice: FrameChoice; readonly heading: string },
): Promise<VerbResult> {
  const { path, reading, out } = file;
  const { look } = terminal;
  await out.line(heading);
  let count = 0;
  let shown = 0;
  try {
    for await (const raw of frameSource(file, { reuse: true })) {
      const number = count++;
      if (choice.hasFrame(number)) {
        const lines = linesOf(G3Frame.parse(raw), choice, look);
        if (lines.length > 0 || !choice.namesKeys) {
          shown++;
          await out.line(headOf(number, raw, look));
          const children = { length: lines.length, at: (i: number) => lines[i] ?? { name: "", kind: "" } };
          for (const piece of treePieces(children, 1, { look, all })) {
            await out.part(piece);
            reading.signal?.throwIfAborted();
          }
          if (isSender(path)) await out.flush();
        }
      }
      if (number >= choice.last) break;
    }
  } catch (error) {
    if (!(error instanceof G3StreamError)) throw error;
    await out.line(look.style("red", `damaged at byte ${error.offset}: ${shownText(error.reason)}`));
    return "failed";
  }
  if (shown > 0) return "ok";
  if (count === 0 && choice.last === Infinity && !choice.namesKeys) {
    await out.line("no frames");
    return "ok";
  }
  await out.line(`nothing of what was asked for is in its ${count} frames`);
  return "failed";
}

function headOf(number: number, { offset, bytes, type }: RawFrame, { style }: Look): string {
  const name = frameTypeName(type) ?? `"${shownText(frameLetters(type))}"`;
  return `${style("cyan", `frame ${number}  ${name}`)}${
    style("dim", `  ${bytes.length} bytes at byte ${offset}`)
  }`;
}

/** The keys sorted: their order in a file means nothing. */
function linesOf(frame: G3Frame, choice: FrameChoice, look: Look): TreeLine[] {
  return frame.keys().filter((key) => choice.hasKey(key)).sort().map((key) => {
    const object = tryDecodeBlob(frame.blob(key) ?? new Uint8Array(0));
    if (!(object instanceof Error)) return withIsoTime(key, objectLine(shownKey(key), object));
    return { name: shownKey(key), kind: "", text: look.style("red", shownText(object.message)) };
  });
}

/** Of Unix seconds people want to know when that was. */
function withIsoTime(key: string, line: TreeLine): TreeLine {
  const { text, kind } = line;
  if (!UNIX_TIME_KEYS.has(key) || kind !== "G3Double" && kind !== "G3Int") return line;
  const iso = isoOfSeconds(Number(text));
  return iso === undefined ? line : { ...line, text: `${text}  (${iso.slice(0, 23)}Z)` };
}
