import assert from "node:assert/strict";
import { type ChildEnd, Children } from "../../../cli/up/children.ts";
import { findProcess } from "../../../internal/process_table.ts";

/** Collects what a group of children says, and tells when a line has come. */
class Watched {
  readonly lines: string[] = [];
  readonly ends: ChildEnd[] = [];
  readonly #waiting = new Map<string, () => void>();
  readonly children: Children;

  constructor(graceSeconds: number) {
    this.children = new Children({
      graceSeconds,
      onLine: (name, line) => {
        this.lines.push(`${name}: ${line}`);
        this.#waiting.get(`${name}: ${line}`)?.();
      },
      onEnd: (end) => this.ends.push(end),
    });
  }

  seen(line: string): Promise<void> {
    if (this.lines.includes(line)) return Promise.resolve();
    return new Promise((resolve) => this.#waiting.set(line, resolve));
  }
}

const shell = (name: string, script: string) => ({ name, command: "sh", args: ["-c", script] });

Deno.test("Children.stop() ends all politely and waits for each", async () => {
  const watched = new Watched(10);
  for (const name of ["first", "second", "third"]) {
    watched.children.start(shell(name, "trap 'echo bye; exit 0' INT; echo up; while :; do sleep 0.02; done"));
  }
  await Promise.all(["first", "second", "third"].map((name) => watched.seen(`${name}: up`)));
  await watched.children.stop();
  assert.deepEqual(watched.ends.map((end) => end.name).sort(), ["first", "second", "third"]);
  assert.ok(watched.ends.every((end) => end.wanted && end.code === 0 && end.lastLines.includes("bye")));
  assert.deepEqual(watched.children.running, []);
});

Deno.test("Children.stop() kills what ignores the polite signal", async () => {
  const watched = new Watched(0.1);
  watched.children.start(shell("stubborn", "trap '' INT TERM; echo up; while :; do sleep 0.02; done"));
  await watched.seen("stubborn: up");
  await watched.children.stop();
  assert.equal(watched.ends[0]?.signal, "SIGKILL");
});

function isRunning(pid: number): boolean {
  return findProcess(pid) !== undefined;
}

Deno.test("Children end what a killed script has left running", async () => {
  const watched = new Watched(10);
  const program = 'trap "echo bye; exit" INT; echo $$; kill -9 $PPID; while :; do sleep 0.02; done';
  watched.children.start(shell("wrapper", `sh -c '${program}'; :`));
  await watched.children.ended();
  assert.deepEqual(watched.ends.map(({ signal, wanted }) => [signal, wanted]), [["SIGKILL", false]]);
  const [pid, bye] = watched.lines;
  assert.equal(isRunning(Number(pid?.slice("wrapper: ".length))), false);
  assert.equal(bye, "wrapper: bye");
});

for (const [what, trap] of [["a script that ends", "exit"], ["one that does not", ""]]) {
  Deno.test(`Children.stop() kills the stubborn program of ${what}`, async () => {
    const watched = new Watched(0.2);
    const program = "(trap '' INT; while :; do sleep 0.02; done)";
    watched.children.start(
      shell("wrapper", `${program} & echo $!; trap '${trap}' INT; echo up; while :; do sleep 0.02; done`),
    );
    await watched.seen("wrapper: up");
    await watched.children.stop();
    assert.equal(isRunning(Number(watched.lines[0]?.slice("wrapper: ".length))), false);
  });
}

Deno.test("Children.kill() ends what a script has started at once", async () => {
  const watched = new Watched(10);
  watched.children.start(
    shell("wrapper", "(trap '' INT; while :; do sleep 0.02; done) & echo $!; echo up; wait"),
  );
  await watched.seen("wrapper: up");
  await watched.children.kill();
  assert.equal(isRunning(Number(watched.lines[0]?.slice("wrapper: ".length))), false);
});

Deno.test("Children do not wait for a process in a session of its own that keeps a child's output", async () => {
  const watched = new Watched(10);
  watched.children.start(
    shell("wrapper", "setsid sh -c 'echo $$; echo up; exec sleep 60' & while :; do sleep 0.02; done"),
  );
  await watched.seen("wrapper: up");
  await watched.children.stop();
  const pid = Number(watched.lines[0]?.slice("wrapper: ".length));
  assert.equal(isRunning(pid), true);
  Deno.kill(pid, "SIGKILL");
});

Deno.test("Children name the child that ended by itself, with its exit code and last lines", async () => {
  const watched = new Watched(1);
  watched.children.start(shell("weak", "for i in $(seq 30); do echo line $i; done; echo broken >&2; exit 7"));
  await watched.children.ended();
  const [end] = watched.ends;
  assert.equal(end?.code, 7);
  assert.equal(end?.wanted, false);
  assert.equal(end?.lastLines.length, 20);
  assert.ok(end?.lastLines.includes("broken"));
  assert.equal(watched.lines.length, 31);
});

Deno.test("Children.start() says which program does not run", async () => {
  await using children = new Children({ onLine() {}, onEnd() {} });
  assert.throws(
    () => children.start({ name: "faker1", command: "/no/such/program", args: [] }),
    /Cannot start "faker1": \/no\/such\/program does not run: /,
  );
});

Deno.test("Children hand out bad UTF-8, an endless line and a last line without a line break", async () => {
  const watched = new Watched(1);
  watched.children.start(
    shell("odd", "printf 'a\\377b\\r\\n'; head -c 40000 /dev/zero | tr '\\0' x; printf 'end'"),
  );
  await watched.children.ended();
  assert.equal(watched.lines[0], "odd: a\ufffdb");
  assert.equal(watched.lines.slice(1).map((line) => line.slice(5)).join(""), "x".repeat(40000) + "end");
  assert.ok(watched.lines.every((line) => line.length < 20000));
});
