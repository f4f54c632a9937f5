import assert from "node:assert/strict";
import type { Readable } from "node:stream";
import { type ChildOptions, ChildProcess } from "../../../agents/pysmurf_controller/child_process.ts";
import { ManualClock } from "../../../internal/manual_clock.ts";
import { untilTrue, within } from "../../helpers/until.ts";
import { isAlive } from "./controller_bed.ts";

const env = Deno.env.toObject();

function shell(text: string, options: { resultPipe?: boolean; input?: string } = {}): Promise<ChildProcess> {
  return ChildProcess.start({ command: "sh", args: ["-c", text], env, output: "read", ...options });
}

/** Collects what a pipe brings. */
function collect(stream: Readable) {
  const decoder = new TextDecoder();
  const collected = { text: "", ended: Promise.resolve() };
  const read = async (): Promise<void> => {
    for await (const bytes of stream) collected.text += decoder.decode(bytes, { stream: true });
  };
  collected.ended = read();
  return collected;
}

Deno.test("ChildProcess leads a session and process group of its own", async () => {
  await using child = await shell("ps -o pgid=,sid= -p $$");
  const out = collect(child.stdout);
  assert.equal(await child.exited, 0);
  await out.ended;
  assert.deepEqual(out.text.trim().split(/\s+/).map(Number), [child.pid, child.pid]);
});

Deno.test("ChildProcess gets its input, and gives a result of a megabyte on descriptor 3", async () => {
  await using child = await shell("cat; head -c 1000000 /dev/zero >&3; echo err >&2", {
    resultPipe: true,
    input: "given {}",
  });
  const [out, err, result] = [child.stdout, child.stderr, child.result].map(collect);
  assert.equal(await child.exited, 0);
  await Promise.all([out?.ended, err?.ended, result?.ended]);
  assert.deepEqual([out?.text, err?.text, result?.text.length], ["given {}", "err\n", 1_000_000]);
});

Deno.test("ChildProcess lives with a child that never reads its input", async () => {
  await using child = await shell("exit 3", { input: "x".repeat(1_000_000) });
  assert.equal(await child.exited, 3);
});

Deno.test("ChildProcess.end() asks ever more firmly: SIGINT, after 3 s SIGTERM, after 2 more SIGKILL", async () => {
  const clock = new ManualClock();
  await using child = await shell(
    "trap 'echo int' INT; trap 'echo term' TERM; trap 'echo hup' HUP; echo ready; while :; do sleep 0.02; done",
  );
  const out = collect(child.stdout);
  const seen = (text: string) => untilTrue(() => out.text === text, { what: JSON.stringify(text) });
  await seen("ready\n");
  const ended = child.end(clock);
  await seen("ready\nint\n");
  await clock.advance(2.9);
  await clock.advance(0.1);
  await seen("ready\nint\nterm\n");
  await clock.advance(2);
  assert.equal(await ended, null);
  assert.equal(child.running, false);
  await out.ended;
  // Quiet, not an error: there is nobody any more.
  child.kill();
});

Deno.test("ChildProcess.end() goes no further than needed", async () => {
  const clock = new ManualClock();
  await using child = await shell("trap 'exit 5' INT; echo ready; while :; do sleep 0.02; done");
  const out = collect(child.stdout);
  await untilTrue(() => out.text === "ready\n");
  assert.equal(await child.end(clock), 5);
  assert.equal(clock.pending, 0);
});

Deno.test("ChildProcess that was asked to end, or died, leaves no child behind", async () => {
  // The job of a shell ignores SIGINT.
  const job = "sh -c 'echo $$; sleep 60; :' &";
  const ways: [text: string, end: (child: ChildProcess) => Promise<number | null>][] = [
    [`trap 'exit 5' INT; ${job} while :; do sleep 0.02; done`, (child) => child.end(new ManualClock())],
    [`${job} sleep 60; :`, (child) => {
      Deno.kill(child.pid, "SIGKILL");
      return child.exited;
    }],
  ];
  for (const [text, end] of ways) {
    await using child = await shell(text);
    const out = collect(child.stdout);
    const pid = Number(await untilTrue(() => out.text.endsWith("\n") && out.text));
    await end(child);
    try {
      await untilTrue(async () => !await isAlive(pid), { what: `the end of ${pid}` });
    } finally {
      if (await isAlive(pid)) Deno.kill(pid, "SIGKILL");
    }
    await out.ended;
  }
});

Deno.test("ChildProcess says in words why a program cannot be started", async () => {
  const start = (command: string) => ChildProcess.start({ command, args: [], env, output: "discard" });
  await assert.rejects(
    start("/no/such/program"),
    /^Error: Cannot start "\/no\/such\/program": there is no such program/,
  );
  await assert.rejects(start("nosuchprogram"), /Cannot start "nosuchprogram": there is no such program/);
  await assert.rejects(start("/dev/null"), /Cannot start "\/dev\/null": it may not be executed/);
});

const FOLDER = new URL("../../../agents/pysmurf_controller/", import.meta.url).href;

/** Starts a program of its own that starts a child; its input stays open until it is disposed of. */
function startParent(childText: string, options: Partial<ChildOptions> = {}) {
  return startProgram(`
    import { ChildProcess } from "${FOLDER}child_process.ts";
    const child = await ChildProcess.start({
      command: "sh",
      args: ["-c", ${JSON.stringify(childText)}],
      env: Deno.env.toObject(),
      output: "read",
      ...${JSON.stringify(options)},
    });
    for await (const bytes of child.stdout) Deno.stdout.writeSync(bytes);
  `);
}

async function startProgram(text: string) {
  const script = await Deno.makeTempFile({ suffix: ".ts" });
  await Deno.writeTextFile(script, text);
  const parent = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", script],
    stdin: "piped",
    stdout: "piped",
  }).spawn();
  const reader = parent.stdout.getReader();
  return {
    parent,
    async line(): Promise<string> {
      const { value } = await within(reader.read(), 20_000, "a line of the child");
      return new TextDecoder().decode(value).trim();
    },
    async [Symbol.asyncDispose]() {
      parent.kill("SIGKILL");
      await parent.status;
      await reader.cancel();
      await parent.stdin.close().catch(() => {}); // broken by the kill
      await Deno.remove(script);
    },
  };
}

Deno.test("ChildProcess closes the input of a child, and does not hand on its own", async () => {
  await using bed = await startParent("cat; echo closed; sleep 60");
  assert.equal(await bed.line(), "closed");
});

Deno.test("a guard kills the group of a child when the process that started it is killed", async () => {
  let pids: number[];
  {
    await using bed = await startParent("trap '' TERM INT HUP; sleep 60 & echo $$ $!; wait");
    pids = (await bed.line()).split(" ").map(Number);
    assert.equal(pids.length, 2);
    for (const pid of pids) assert.ok(await isAlive(pid));
  }
  for (const pid of pids) await untilTrue(async () => !await isAlive(pid), { what: `the end of ${pid}` });
});

Deno.test("ChildProcess hands on the environment it is given, and the mark of the child's own guard", async () => {
  const marks = new Set<string>();
  for (let round = 0; round < 2; round++) {
    await using child = await ChildProcess.start({
      command: "env",
      args: [],
      env: { PATH: env["PATH"] ?? "", GIVEN: "a b", OCS_CHILD_GUARD: "of an outer one" },
      output: "read",
    });
    const out = collect(child.stdout);
    await out.ended;
    const variables = out.text.trimEnd().split("\n").map((line) => line.split("="));
    const { OCS_CHILD_GUARD: mark, ...given } = Object.fromEntries(variables);
    assert.deepEqual(given, { PATH: env["PATH"], GIVEN: "a b" });
    marks.add(mark);
  }
  assert.equal(marks.size, 2);
});

Deno.test("a guard kills a child that it was not told of yet, too", async () => {
  if (Deno.build.os !== "linux") return;
  let pid: number;
  {
    // What the agent does, up to the moment before it knows the child's process id.
    await using bed = await startProgram(`
      import { spawn } from "node:child_process";
      import { startGuard } from "${FOLDER}child_guard.ts";
      const { environment } = startGuard();
      spawn("sh", ["-c", "trap '' TERM INT HUP; echo $$; sleep 60; :"], {
        env: { ...Deno.env.toObject(), ...environment },
        stdio: ["ignore", "inherit", "ignore"],
        detached: true,
      });
    `);
    pid = Number(await bed.line());
    assert.ok(await isAlive(pid));
  }
  await untilTrue(async () => !await isAlive(pid), { what: `the end of ${pid}` });
});

Deno.test("a guard gives a child its time to tidy up behind the agent, and goes with it", async () => {
  const open: Partial<ChildOptions> = { input: "", keepInputOpen: true };
  const tell = "trap '' TERM INT HUP; echo $$ $OCS_CHILD_GUARD;";
  const children: [text: string, options: Partial<ChildOptions>][] = [
    // Ends with its input, long before its time is over; does not end; has no time.
    [`${tell} cat; sleep 0.2`, { ...open, orphanSeconds: 600 }],
    [`${tell} sleep 60; :`, { ...open, orphanSeconds: 1 }],
    [`${tell} sleep 60; :`, open],
  ];
  for (const [text, options] of children) {
    let words: string[];
    {
      await using bed = await startParent(text, options);
      words = (await bed.line()).split(" ");
    }
    const [pid, mark = ""] = words;
    await untilTrue(async () => !await isAlive(Number(pid)), { what: `the end of ${pid}` });
    await untilTrue(async () => !(await processes()).includes(mark), { what: "the end of the guard" });
  }
});

/** What runs on this machine: process id, parent and command line of each. */
async function processes(): Promise<string> {
  const { stdout } = await new Deno.Command("ps", { args: ["-eo", "pid=,ppid=,args="] }).output();
  return new TextDecoder().decode(stdout);
}

Deno.test("ChildProcess says when nobody guards it any more", async () => {
  const warnings: string[] = [];
  const log = { info: () => {}, warn: (text: string) => void warnings.push(text), error: () => {} };
  await using _child = await ChildProcess.start({
    command: "sh",
    args: ["-c", "sleep 60; :"],
    env,
    output: "discard",
    log,
  });
  const guards = (await processes()).matchAll(
    /^ *(\d+) +(\d+) .*is gone\..* ocs-child-guard /gm,
  );
  for (const [, pid, parent] of guards) {
    if (Number(parent) === Deno.pid) Deno.kill(Number(pid), "SIGKILL");
  }
  await untilTrue(() => warnings.length > 0);
  assert.deepEqual(warnings, [
    'Cannot guard "sh" against the death of the agent: somebody has killed its guard',
  ]);
});

Deno.test("the guard of a child that has ended leaves alone what the child has left running", async () => {
  // Ten times: a guard that learns of the end before it is killed does its work now and then.
  for (let round = 0; round < 10; round++) {
    await using child = await shell("sleep 60 & echo $!; exit 0");
    const out = collect(child.stdout);
    assert.equal(await child.exited, 0);
    const pid = Number(await untilTrue(() => out.text.endsWith("\n") && out.text));
    try {
      assert.ok(await isAlive(pid), `round ${round}`);
    } finally {
      Deno.kill(pid, "SIGKILL");
    }
    await out.ended;
  }
});
