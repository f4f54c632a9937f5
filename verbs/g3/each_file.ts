/** One file after the other, whatever becomes of each. @module */
import { G3Error } from "../../g3/errors.ts";
import { jsonText } from "../../internal/json_text.ts";
import { toError } from "../../internal/to_error.ts";
import type { VerbResult } from "../outcome.ts";
import type { VerbTerminal } from "../terminal.ts";
import { fileError, inputFiles } from "./input_files.ts";
import { isSender } from "./sender_address.ts";
import { LineWriter } from "./line_writer.ts";
import { ReadProgress } from "./read_progress.ts";

/** What the verbs of `g3` work with. */
export interface G3VerbOptions {
  readonly terminal: VerbTerminal;
  /** Whether programs read it. */
  readonly json: boolean;
  /** Gives up. */
  readonly signal?: AbortSignal | undefined;
  /** Whether senders are read, too, as long as they send. */
  readonly senders?: boolean | undefined;
}

/** One file and what is at hand to read it. */
export interface EachFile {
  readonly path: string;
  /** Size on the disk, in bytes; 0 of a sender. */
  readonly fileBytes: number;
  /** Options for `splitG3File` and `readPieces`: the signal, and the progress of this file. */
  readonly reading: { readonly signal?: AbortSignal; readonly onRead: (piece: Uint8Array) => void };
  /** Takes the result. */
  readonly out: LineWriter;
}

/**
 * Does something with each file that words mean.
 *
 * A file that cannot be read is told (with `--json` also as `{file, error}`), and the others go on.
 *
 * @param action Gives `failed` where something is wrong with the file.
 * @returns `failed` if anything was wrong with any of them.
 */
export async function eachFile(
  words: readonly string[],
  action: (file: EachFile) => Promise<VerbResult>,
  { terminal, json, signal, senders = false }: G3VerbOptions,
): Promise<VerbResult> {
  let result: VerbResult = "ok";
  const out = new LineWriter(terminal);
  for await (const input of inputFiles(words)) {
    signal?.throwIfAborted();
    const { path } = input;
    try {
      if ("error" in input) throw input.error;
      if (isSender(path) && !senders) {
        throw new Error(
          `Cannot read "${path}": of a stream, ls and cat show what comes; the others take files`,
        );
      }
      const fileBytes = isSender(path) ? 0 : (await Deno.stat(path)).size;
      const progress = new ReadProgress(path, fileBytes, terminal);
      const reading = {
        onRead: (piece: Uint8Array) => progress.add(piece.length),
        ...signal === undefined ? {} : { signal },
      };
      if (await action({ path, fileBytes, reading, out }) === "failed") result = "failed";
    } catch (error) {
      signal?.throwIfAborted();
      if (!isOfFile(error) || error instanceof SyntaxError) throw error;
      result = "failed";
      const { message } = fileError("read", path, error);
      if (json) await out.line(jsonText({ file: path, error: message }));
      await out.flush();
      terminal.say(message);
    }
  }
  await out.flush();
  terminal.progress(undefined);
  return result;
}

/** Whether an error is that of a file, and not a fault of ours. */
function isOfFile(error: unknown): boolean {
  return error instanceof G3Error || / \(os error \d+\)/.test(toError(error).message) ||
    error instanceof Error && error.message.startsWith("Cannot ");
}
