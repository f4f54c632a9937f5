/** Copies of damaged G3 files that hold their whole frames. @module */
import { salvageG3File } from "../../g3/io/read_file.ts";
import { isSkipped, type SkippedBytes } from "../../g3/salvage.ts";
import { jsonText } from "../../internal/json_text.ts";
import type { Look } from "../look.ts";
import type { VerbResult } from "../outcome.ts";
import { type EachFile, eachFile, type G3VerbOptions } from "./each_file.ts";
import { NewFile } from "./new_file.ts";
import { shownText } from "./shown_text.ts";
import { sizeText } from "./size_text.ts";
import { wrapped } from "./wrapped.ts";

/** Where the copy goes. */
export interface RepairOptions extends G3VerbOptions {
  /** Path of the copy; default beside the damaged file, `x.repaired.g3` for `x.g3` and `x.g3.gz`. */
  readonly output?: string | undefined;
}

/**
 * Copies the whole frames of damaged files to new ones, byte for byte, those behind the damage included; the damaged files
 * stay as they are. What is left out is told, one line a range of bytes. A file without damage is not copied.
 *
 * @returns `failed` if a file could not be read, or its copy not be written.
 * @throws {SyntaxError} If one output is to hold several files.
 */
export async function repair(words: readonly string[], options: RepairOptions): Promise<VerbResult> {
  const { output } = options;
  if (output !== undefined && (words.length !== 1 || await isFolder(words[0] ?? ""))) {
    throw new SyntaxError(`Cannot write "${output}": --output is for one file`);
  }
  return await eachFile(words, (file) => repairFile(file, options), options);
}

async function isFolder(path: string): Promise<boolean> {
  // Whether it is there at all is told where it is read.
  return await Deno.stat(path).then(({ isDirectory }) => isDirectory, () => false);
}

async function repairFile(
  file: EachFile,
  { output, json, terminal: { look } }: RepairOptions,
): Promise<VerbResult> {
  const { path, fileBytes, reading, out } = file;
  if (await isWhole(file)) {
    await out.line(
      json
        ? jsonText({ file: path, ok: true })
        : `${shownText(path)}: ${look.style("green", "whole")}, nothing to repair`,
    );
    return "ok";
  }
  const target = output ?? path.replace(/(?:\.g3)?(?:\.(?:gz|bz2|zst))?$/, ".repaired.g3");
  let frames = 0;
  let bytes = 0;
  const skipped: SkippedBytes[] = [];
  {
    await using copy = await NewFile.open(target);
    for await (const found of salvageG3File(path, reading)) {
      if (isSkipped(found)) {
        if (json) skipped.push(found);
        else await out.line(wrapped(skippedText(path, found, look), look));
        continue;
      }
      await copy.write(found.bytes);
      frames++;
    }
    bytes = copy.size;
    if (frames > 0) await copy.keep();
  }
  const isKept = frames > 0;
  if (json) {
    const ranges = skipped.map(({ offset, end, fault: { fault, reason } }) => ({
      offset,
      end,
      fault,
      text: reason,
    }));
    const copy = { output: isKept ? target : null, frames, bytes };
    await out.line(jsonText({ file: path, ok: false, ...copy, fileBytes, skipped: ranges }));
  } else if (isKept) {
    const what = `${frames} whole ${frames === 1 ? "frame" : "frames"}, ${sizeText(bytes)} of ${
      sizeText(fileBytes)
    }`;
    const text = `${shownText(path)}: ${look.style("yellow", "repaired")}, ${what}, are in ${
      shownText(target)
    }`;
    await out.line(wrapped(text, look));
  } else {
    await out.line(`${shownText(path)}: ${look.style("red", "not repaired, there is no whole frame in it")}`);
  }
  return isKept ? "ok" : "failed";
}

/** Whether a file can be read to its end; the first damage is enough. */
async function isWhole({ path, reading }: EachFile): Promise<boolean> {
  for await (const found of salvageG3File(path, reading)) if (isSkipped(found)) return false;
  return true;
}

function skippedText(
  path: string,
  { offset, end, fault: { fault, reason } }: SkippedBytes,
  { style }: Look,
): string {
  const place = style("bold", `${shownText(path)}:${offset}:`);
  const range = end === offset ? "" : `${end - offset} bytes up to byte ${end} are left out: `;
  return `${place} ${style("red", `${fault}:`)} ${range}${shownText(reason)}`;
}
