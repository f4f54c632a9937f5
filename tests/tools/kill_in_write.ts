/**
 * Kills a process at a moment that depends on what it writes: a worker, so that nothing holds it up.
 *
 * It looks at the newest file of a folder several times in a millisecond. Asked for a write, it waits until the file has grown
 * by more than small frames do, lets some microseconds pass and kills: a large frame is then partly in the file.
 *
 * @module
 */

/** What to do. */
export interface KillOrder {
  readonly pid: number;
  /** Files are in folders of this one. */
  readonly folder: string;
  /** Names of files that are not looked at. */
  readonly old: readonly string[];
  /** In the so-manieth large write; undefined: at any moment. */
  readonly inWrite: number | undefined;
  /** How long to wait after that, or after the file is there, in milliseconds. */
  readonly delayMs: number;
}

/** What was done. */
export interface KillReport {
  /** Path of the file at the moment of the kill; undefined if there was none. */
  readonly file: string | undefined;
  /** Its size just before. */
  readonly size: number;
}

/** Growth that is none of session or status frames. */
const LARGE_BYTES = 64 * 1024;
const PATIENCE_MS = 30_000;
const pause = new Int32Array(new SharedArrayBuffer(4));

function newest(folder: string, old: ReadonlySet<string>): string | undefined {
  for (const { name, isDirectory } of Deno.readDirSync(folder)) {
    if (!isDirectory || !/^\d{5}$/.test(name)) continue;
    for (const file of Deno.readDirSync(`${folder}/${name}`)) {
      const path = `${folder}/${name}/${file.name}`;
      if (!old.has(path)) return path;
    }
  }
  return undefined;
}

function sizeOf(path: string): number {
  return Deno.statSync(path).size;
}

function spin(ms: number): void {
  const end = performance.now() + ms;
  while (performance.now() < end);
}

function carryOut({ pid, folder, old, inWrite, delayMs }: KillOrder): KillReport {
  const known = new Set(old);
  const startMs = performance.now();
  let file: string | undefined;
  while (file === undefined && performance.now() - startMs < PATIENCE_MS) {
    file = newest(folder, known);
    if (file === undefined) Atomics.wait(pause, 0, 0, 5);
  }
  let size = file === undefined ? 0 : sizeOf(file);
  if (file !== undefined && inWrite !== undefined) {
    for (let left = inWrite; left > 0 && performance.now() - startMs < PATIENCE_MS;) {
      const before = size;
      size = sizeOf(file);
      if (size - before > LARGE_BYTES) {
        left--;
        // To the end of this write, unless it is the one that is meant.
        for (let last = -1; left > 0 && last !== size; size = sizeOf(file)) {
          last = size;
          Atomics.wait(pause, 0, 0, 20);
        }
      } else Atomics.wait(pause, 0, 0, 0.1);
    }
    spin(delayMs);
  } else Atomics.wait(pause, 0, 0, delayMs);
  Deno.kill(pid, "SIGKILL");
  return { file, size };
}

// A worker's global scope, which the types of a main program do not know.
const scope = globalThis as unknown as {
  onmessage: (event: MessageEvent<KillOrder>) => void;
  postMessage(report: KillReport): void;
};
scope.onmessage = ({ data }) => scope.postMessage(carryOut(data));
