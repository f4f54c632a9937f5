/** A file that appears under its name when it is whole, and not before. @module */
import { fileError } from "./input_files.ts";

/** Writes a new file beside its final place, and puts it there at the end; whoever does not keep it leaves nothing behind. */
export class NewFile implements AsyncDisposable {
  /** The final name. */
  readonly path: string;
  /** Bytes written. */
  size = 0;
  readonly #partial: string;
  readonly #file: Deno.FsFile;
  #isOpen = true;

  private constructor(path: string, partial: string, file: Deno.FsFile) {
    this.path = path;
    this.#partial = partial;
    this.#file = file;
  }

  /**
   * Begins a file.
   *
   * @throws {Error} If there is something of that name, or the folder is missing or not to be written to; the text says which.
   */
  static async open(path: string): Promise<NewFile> {
    if (await Deno.lstat(path).then(() => true, () => false)) {
      throw new Error(`Cannot write "${path}": it exists already`);
    }
    const slash = path.lastIndexOf("/") + 1;
    const folder = path.slice(0, slash);
    const partial = `${folder}.${path.slice(slash)}.${Deno.pid}.partial`;
    try {
      const file = await Deno.open(partial, { write: true, createNew: true });
      return new NewFile(path, partial, file);
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) {
        throw new Error(`Cannot write "${path}": there is no folder "${folder}"`, { cause: error });
      }
      throw fileError("write", path, error);
    }
  }

  /**
   * Appends bytes.
   *
   * @throws {Error} If the disk does not take them.
   */
  async write(bytes: Uint8Array): Promise<void> {
    try {
      for (let at = 0; at < bytes.length;) at += await this.#file.write(bytes.subarray(at));
    } catch (error) {
      throw fileError("write", this.path, error);
    }
    this.size += bytes.length;
  }

  /**
   * Puts the file, which is whole, under its name.
   *
   * @throws {Error} If there is something of that name by now, or the disk is full after all.
   */
  async keep(): Promise<void> {
    try {
      await this.#file.sync();
      // A link is refused where there is something; a rename would replace it.
      await Deno.link(this.#partial, this.path).catch(async (error: unknown) => {
        // Such as FAT, which has no links.
        if (error instanceof Deno.errors.AlreadyExists) throw error;
        if (await Deno.lstat(this.path).then(() => true, () => false)) throw new Deno.errors.AlreadyExists();
        await Deno.rename(this.#partial, this.path);
      });
    } catch (error) {
      throw fileError("write", this.path, error);
    }
  }

  /** Closes it; what was not kept is taken away. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    this.#file.close();
    // It is gone already where it was renamed.
    await Deno.remove(this.#partial).catch(() => {});
  }
}
