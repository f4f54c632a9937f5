/** `ocs g3` as a program: long files, readers that go, Ctrl-C. @module */
import assert from "node:assert/strict";
import { G3Frame } from "../../../g3/frame.ts";
import { FrameSplitter } from "../../../g3/frame_splitter.ts";
import { G3Sender } from "../../../g3/io/sender.ts";
import { g3Int, g3String, g3Time, g3VectorDouble } from "../../../g3/make.ts";
import { goldenFile, goldenPath } from "../../helpers/g3_golden.ts";
import { freePort } from "../../helpers/free_port.ts";
import { testsWith } from "../../helpers/interop_test.ts";
import { KeptTerminal } from "../../helpers/kept_terminal.ts";
import { Program } from "../../helpers/process.ts";
import { findTmux, Terminal } from "../../helpers/tmux.ts";
import { untilTrue } from "../../helpers/until.ts";
import { cat } from "../../../verbs/g3/cat.ts";
import { ls } from "../../../verbs/g3/ls.ts";
import { ocs } from "../cli/ocs.ts";

const MAIN = new URL("../../../cli/main.ts", import.meta.url).pathname;
const isSoak = Deno.env.get("OCS_SOAK") !== undefined;
const terminalTest = await testsWith("tmux", findTmux);

async function temporary(): Promise<AsyncDisposable & { readonly path: string }> {
  const path = await Deno.makeTempDir({ prefix: "g3_" });
  return { path, [Symbol.asyncDispose]: () => Deno.remove(path, { recursive: true }) };
}

/** Writes frames of 16 kB, and here and there one of 2 MB, until there are so many bytes. */
async function writeLarge(path: string, bytes: number): Promise<void> {
  using file = await Deno.open(path, { write: true, createNew: true });
  let size = 0;
  for (let i = 0; size < bytes; i++) {
    const frame = new G3Frame("S").set("frame_num", g3Int(i)).set("session_id", g3Int(1700000000))
      .set("sostream_id", g3String("crate1slot2")).set(
        "time",
        g3Time(170000000000000000n + BigInt(i) * 100_000_000n),
      )
      .set("data", g3VectorDouble(new Float64Array(i % 100 === 99 ? 250_000 : 2000).fill(i)));
    const encoded = frame.encode();
    for (let at = 0; at < encoded.length;) at += await file.write(encoded.subarray(at));
    size += encoded.length;
  }
}

/** The most memory that a verb takes with a file, in bytes, and what it wrote last. */
async function memoryOf(
  verb: string,
  path: string,
): Promise<{ readonly most: number; readonly last: string }> {
  const url = (name: string) => JSON.stringify(new URL(`../../../verbs/g3/${name}.ts`, import.meta.url).href);
  const calls: Readonly<Record<string, string>> = {
    ls: `(await import(${url("ls")})).ls([path], { terminal, json: true, summary: false })`,
    cat: `(await import(${
      url("cat")
    })).cat([path], { terminal, json: true, frames: [], keys: [], all: false })`,
    check:
      `(await import(${
        url("check")
      })).checkFiles([path], { terminal, json: true, values: true, gaps: true, ` +
      "shortestGapSeconds: 5 })",
    repair: `(await import(${url("repair")})).repair([path], { terminal, json: true })`,
  };
  const code = `
    const path = ${JSON.stringify(path)};
    let most = 0, last = "";
    const look = () => most = Math.max(most, Deno.memoryUsage().rss);
    const timer = setInterval(look, 10);
    const terminal = {
      look: { columns: Infinity, style: (_style, text) => text },
      plain: true, showsProgress: false,
      write: (text) => { last = text; look(); return Promise.resolve(); },
      say: (text) => { throw new Error(text); },
      progress: () => {},
    };
    await ${calls[verb]};
    clearInterval(timer);
    look();
    console.log(JSON.stringify({ most, last: last.slice(-300) }));`;
  const { stdout } = await Program.run({
    name: `ocs g3 ${verb}`,
    command: Deno.execPath(),
    args: ["eval", "--no-check", code],
    timeoutMs: 300_000,
  });
  // What the program above prints.
  return JSON.parse(stdout) as { most: number; last: string };
}

Deno.test("ocs g3 takes no more memory for a large file than for a small one", async () => {
  await using folder = await temporary();
  const small = `${folder.path}/small.g3`;
  const large = `${folder.path}/large.g3`;
  const largeBytes = isSoak ? 1_500e6 : 200e6;
  await writeLarge(small, 10e6);
  await writeLarge(large, largeBytes);
  for (const path of [small, large]) {
    using file = await Deno.open(path, { write: true, append: true });
    // The beginning of a frame, so that there is something to repair.
    await file.write(Uint8Array.of(1, 1, 0));
  }
  for (const verb of ["ls", "check", "repair", "cat"]) {
    const few = await memoryOf(verb, small);
    const many = await memoryOf(verb, large);
    assert.match(many.last, verb === "cat" ? /"end":{"state":"error"/ : /truncated|"faults":1,/, verb);
    assert(many.most - few.most < 130e6, `${verb}: ${few.most} and ${many.most} bytes`);
  }
});

Deno.test("ocs g3 ends quietly when nobody reads on", async () => {
  await using folder = await temporary();
  const path = `${folder.path}/large.g3`;
  await writeLarge(path, 20e6);
  for (const verb of [["ls"], ["cat"], ["cat", "--json"]]) {
    const { code, stdout, stderr } = await Program.run({
      name: "a pipe",
      command: "bash",
      args: [
        "-c",
        '"$0" run -A --quiet "$@" | head -c 100; echo; echo "${PIPESTATUS[0]}"',
        ...[Deno.execPath(), MAIN, "g3", ...verb, path],
      ],
    });
    assert.equal(code, 0);
    assert.equal(stderr, "");
    assert.equal(stdout.trimEnd().split("\n").at(-1), "0", verb.join(" "));
  }
});

Deno.test("ocs g3 has exit codes: 0 for what is whole, 1 for damage, 2 for wrong words", async () => {
  const whole = goldenPath("hk_v2.g3");
  const damaged = goldenPath("damaged/flip_crc.g3");
  const cases: readonly (readonly [readonly string[], number])[] = [
    [["ls", whole], 0],
    [["ls", damaged], 1],
    [["ls", "no/such.g3", whole], 1],
    [["cat", whole], 0],
    [["cat", "--json", damaged], 1],
    [["cat", "--frame", "x", whole], 2],
    [["check", whole], 0],
    [["check", damaged], 1],
    [["repair", whole], 0],
    [["ls"], 2],
    [[], 2],
  ];
  await Promise.all(cases.map(async ([words, expected]) => {
    const { code, stderr } = await ocs(["g3", ...words]);
    assert.equal(code, expected, `${words.join(" ")}\n${stderr}`);
  }));
  const { stdout, stderr } = await ocs(["g3", "ls", "--json", "no/such.g3"]);
  assert.deepEqual(JSON.parse(stdout), {
    file: "no/such.g3",
    error: 'Cannot read "no/such.g3": there is no such file',
  });
  assert.equal(stderr, 'Cannot read "no/such.g3": there is no such file\n');
});

Deno.test("ls() and cat() show what a sender sends, as long as it does", async () => {
  const frames = [...new FrameSplitter().push(goldenFile("smurf_stream.g3"))].map((raw) =>
    G3Frame.parse(raw)
  );
  for (const verb of ["ls", "cat"]) {
    await using sender = await G3Sender.open({ port: 0 });
    const terminal = new KeptTerminal();
    const words = [`tcp://127.0.0.1:${sender.port}`];
    const options = { terminal, json: false };
    const showing = verb === "ls"
      ? ls(words, { ...options, summary: false })
      : cat(words, { ...options, frames: [], keys: [], all: false });
    await untilTrue(() => sender.clients === 1);
    for (const [number, frame] of frames.entries()) {
      sender.send(frame);
      const shown = verb === "ls"
        ? new RegExp(`^ +${number} +\\d+ +\\d+ `, "m")
        : new RegExp(`^frame ${number} `, "m");
      await untilTrue(() => shown.test(terminal.out));
    }
    await sender.close();
    assert.equal(await showing, "ok");
    if (verb === "ls") {
      assert.match(terminal.lines.at(-1)!, /: 17 frames \(1 PipelineInfo, 5 None, .*; 89\.3 kB; /);
    }
  }
});

Deno.test("ocs g3 says what it cannot read of senders", async () => {
  const refused = await ocs(["g3", "ls", `tcp://127.0.0.1:${freePort()}`]);
  assert.equal(refused.code, 1);
  assert.match(refused.stderr, /^Cannot read "tcp:.*": connection refused$/m);
  const check = await ocs(["g3", "check", "tcp://localhost:4536"]);
  assert.equal(check.code, 1);
  assert.match(check.stderr, /of a stream, ls and cat show what comes; the others take files$/m);
  assert.equal((await ocs(["g3", "ls", "tcp://nowhere"])).code, 2);
});

terminalTest("ocs g3 shows a bar for a long file on a terminal, and Ctrl-C ends it at once", async (tmux) => {
  await using folder = await temporary();
  const path = `${folder.path}/long.g3`;
  await writeLarge(path, 20e6);
  // The same file again and again: that takes longer than the test.
  await Deno.writeTextFile(
    `${folder.path}/again.ts`,
    `import { main } from ${JSON.stringify(new URL("../../../cli/main.ts", import.meta.url).href)};
    const words = Array.from({ length: 3000 }, () => ${JSON.stringify(path)});
    Deno.exit(await main(["g3", "check", "--json", ...words]));`,
  );
  await using terminal = await Terminal.open(tmux, {
    command: "sh",
    args: [
      "-c",
      `exec "$0" run -A --no-check "$1" > "$2"`,
      Deno.execPath(),
      `${folder.path}/again.ts`,
      `${folder.path}/out`,
    ],
  });
  await terminal.until(/[━─]{20} +\d+ % of \d\d\.\d MB {2}long\.g3/, { timeoutMs: 60_000 });
  await terminal.key("C-c");
  const started = performance.now();
  await terminal.until("Interrupted", { timeoutMs: 10_000 });
  assert.equal(await terminal.ended(), 130);
  // As long as one piece of a file, not as the rest of it.
  assert(performance.now() - started < 10_000);
  assert.doesNotMatch(await terminal.screen(), /━/);
});

terminalTest("ocs g3 lists and shows within the columns of a terminal", async (tmux) => {
  for (const columns of [80, 200]) {
    await using terminal = await Terminal.open(tmux, {
      command: "sh",
      args: [
        "-c",
        '"$0" run -A --quiet "$1" g3 ls "$2"; "$0" run -A --quiet "$1" g3 cat "$2" --frame 6; echo done',
        Deno
          .execPath(),
        MAIN,
        goldenPath("smurf_stream.g3"),
      ],
      columns,
      rows: 120,
    });
    const screen = await terminal.until(/^done$/m, { timeoutMs: 60_000 });
    const rows = screen.split("\n").filter((line) => /^ +\d+ +\d+ +\d+ {2}/.test(line));
    assert.equal(rows.length, 17);
    assert.match(
      screen,
      columns === 80 ? /S {5}2023-11-14 22:13:21 {2}frame 2, 200 samples, / : /Scan .* 22:13:21\.500 /,
    );
    assert.match(screen, /r0000 +200: -1578 3737 .*… -\d+$/m);
    for (const line of screen.split("\n").slice(1)) assert(line.length <= columns, line);
  }
});
