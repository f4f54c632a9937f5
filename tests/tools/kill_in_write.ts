/**
 * Kills a process at a moment that depends on what it writes: a worker, so that nothing holds it up.
 *
 * It looks at the newest file of a folder several times in a millisecond. Asked for a write, it waits until the file has grown
 * by more than small frames do and less than large ones, lets some microseconds pass and kills: a large frame is then mostly
 * partly in the file.
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

/** More than a small frame, such as one of numbers. */
const LEAST_BYTES = 640 * 1024;
/** The beginning of a frame of some megabytes. */
const MOST_BYTES = 3 * 1024 * 1024;
/** A file that has not grown for so long is between two writes. */
const SETTLED_MS = 60;
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

/** Its size when the write that is under way is over. */
function settledSize(path: string): number {
  for (let last = -1;;) {
    const size = sizeOf(path);
    if (size === last) return size;
    last = size;
    Atomics.wait(pause, 0, 0, SETTLED_MS);
  }
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
    let base = size;
    let changedMs = startMs;
    for (let left = inWrite; left > 0 && performance.now() - startMs < PATIENCE_MS;) {
      const before = size;
      size = sizeOf(file);
      const now = performance.now();
      if (size !== before) changedMs = now;
      if (size - base > LEAST_BYTES) {
        // Later than that it may come to its end before the kill does.
        if (size - base <= MOST_BYTES) left--;
        if (left > 0) base = size = settledSize(file);
      } else {
        if (now - changedMs > SETTLED_MS) base = size;
        Atomics.wait(pause, 0, 0, 0.05);
      }
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
