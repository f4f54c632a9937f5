/** The files that pysmurf leaves beside a stream (smurf 5.2). @module */
import { atFreeSecond } from "../../internal/at_free_second.ts";

/** What an action's files are of. */
export interface ActionFilesOptions {
  /** `<base>/smurf` */
  readonly folder: string;
  readonly streamId: string;
  /** Such as `take_iv`. */
  readonly action: string;
  /** Unix seconds. */
  readonly actionTimeSeconds: number;
  /** Present Unix time in seconds. */
  readonly now: () => number;
  /** Told the path of each file. */
  readonly onFile: (path: string) => void;
}

/** Files of one action, in `<folder>/<5 digits>/<stream id>/<action time>_<action>/outputs`. */
export class ActionFiles {
  /** What the action is called. */
  readonly action: string;
  /** When it began, in whole Unix seconds. */
  readonly actionTime: number;
  readonly #outputs: string;
  readonly #now: () => number;
  readonly #onFile: (path: string) => void;

  /** Touches nothing yet. */
  constructor({ folder, streamId, action, actionTimeSeconds, now, onFile }: ActionFilesOptions) {
    this.action = action;
    this.actionTime = Math.floor(actionTimeSeconds);
    const timecode = String(this.actionTime).slice(0, 5);
    this.#outputs = `${folder}/${timecode}/${streamId}/${this.actionTime}_${action}/outputs`;
    this.#now = now;
    this.#onFile = onFile;
  }

  /**
   * Writes a file.
   *
   * @param name From the present time in whole Unix seconds, such as `1637182065_iv_info.npy`.
   * @param content Default the line that says when it was made.
   * @returns Its path.
   */
  async write(name: (ctime: number) => string, content?: string | Uint8Array): Promise<string> {
    await Deno.mkdir(this.#outputs, { recursive: true });
    const time = this.#now();
    const data = content ?? `start: ${time}\n`;
    const path = await atFreeSecond(time, async (second) => {
      const path = `${this.#outputs}/${name(second)}`;
      if (typeof data === "string") await Deno.writeTextFile(path, data, { createNew: true });
      else await Deno.writeFile(path, data, { createNew: true });
      return path;
    });
    this.#onFile(path);
    return path;
  }

  /** Writes `<ctime>_<name>` with the line that says when it was made. */
  stamp(name: string): Promise<string> {
    return this.write((ctime) => `${ctime}_${name}`);
  }
}
