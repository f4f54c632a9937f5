/** Where a verb's words go. @module */
import type { LiveScreen } from "./live_screen.ts";
import type { Look } from "./look.ts";

/**
 * What a verb may write to and ask: the streams of the command, or the prompt.
 *
 * Writing never fails; where the reader has gone, the verb's signal is aborted.
 */
export interface VerbTerminal {
  /** What results may look like; the width of a terminal changes. */
  readonly look: Look;
  /** Whether nothing may be redrawn: there is no terminal, or a screen reader reads it. */
  readonly plain: boolean;
  /** Whether somebody sees what `progress` shows; what only serves that need not be asked for otherwise. */
  readonly showsProgress: boolean;
  /** Writes a result and a line's end; resolves when it is out. */
  print(text: string): Promise<void>;
  /** Writes a part of a result as it is: of what is too long to be put together first. */
  write(text: string): Promise<void>;
  /** Tells something beside the result: what is listened to, that the router is lost. */
  say(text: string): void;
  /** Shows what is waited for, in place of what was shown before; undefined takes it away. */
  progress(text: string | undefined): void;
  /** Asks a question that is answered by yes or no; absent where nobody can answer. */
  confirm?(question: string): Promise<boolean>;
  /** Takes the whole terminal for a view that is drawn again and again; absent where there is none to draw on. */
  openScreen?(): Promise<LiveScreen>;
}
