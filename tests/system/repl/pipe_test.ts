import assert from "node:assert/strict";
import { freePort } from "../../helpers/free_port.ts";
import { Program } from "../../helpers/process.ts";
import { writeSite } from "../../helpers/site_file.ts";
import { openBed, pipePrompt, startPipe } from "./prompt_bed.ts";

Deno.test("ocs repl carries out the lines of a pipe without echo", async () => {
  await using bed = await openBed(["faker1", "faker-2"]);
  const { code, stdout, stderr } = await pipePrompt(bed.site, [
    "// verbs and TypeScript in turns",
    "start faker1.delay_task delay=0.1 --wait",
    "_.session.success",
    "const { session } = await faker_2.delay_task({ delay: 0.1 })",
    "session.op_name",
    "for (const n of [1, 2]) {",
    "  console.log('n', n);",
    "}",
    "Promise.resolve('awaited')",
    "let start: number = 5",
    "start",
    "start = 6",
    "status faker1.delay_task > status.txt",
  ]);
  assert.equal(stderr, "");
  assert.equal(code, 0);
  const [first, ...lines] = stdout.trimEnd().split("\n");
  assert.match(first ?? "", /^faker1\.delay_task: OK - /);
  assert.deepEqual(lines.slice(-7), ["true", '"delay_task"', "n 1", "n 2", '"awaited"', "5", "6"]);
  const kept = await Deno.readTextFile(`${bed.site.folder}/status.txt`);
  assert.match(kept, /^faker1\.delay_task: OK - .*\n {2}session 0: succeeded/);
});

Deno.test("ocs repl ends with the code of the last line that failed", async () => {
  await using bed = await openBed(["faker1"]);
  const code = async (...lines: string[]) => (await pipePrompt(bed.site, lines)).code;
  assert.equal(await code("1 + 1"), 0);
  // The first line as well finds the router there.
  assert.equal(await code("agents"), 0);
  assert.equal(await code("throw 5", "1 + 1"), 1);
  assert.equal(await code("throw 5", "start faker1", "1 + 1"), 2);
  assert.equal(await code("throw 5", "status nobody.acq"), 3);
  assert.equal(await code("start faker1.delay_task delay=30", "wait faker1.delay_task --timeout 0.1"), 4);
  assert.equal(await code("if (true) {"), 1);
  assert.equal(await code("exit", "throw 5"), 0);
});

Deno.test("ocs repl tells what is wrong with a line, and goes on", async () => {
  await using bed = await openBed(["faker1"]);
  const { stdout, stderr } = await pipePrompt(bed.site, [
    "strat faker1.acq",
    "agnets",
    "faker2.acq.status()",
    "faker1.acq.nothing.more",
    `start "faker1.acq`,
    "status faker1.acq > ",
    "a b c \u0000\u0007 \ud83d\ude00",
    "x".repeat(100_000),
    "null.x; // " + "[".repeat(10_000),
    "void Promise.reject(new Error('left alone'))",
    "await new Promise((resolve) => setTimeout(resolve, 10))",
    "void setTimeout(() => { throw new Error('late') }, 1)",
    "await new Promise((resolve) => setTimeout(resolve, 50))",
    "'still here'",
  ]);
  assert.equal(stdout, '"still here"\n');
  for (
    const text of [
      "Did you mean the verb start?",
      "Did you mean the verb agents?",
      "faker2: no agent of that name is heard (1 agents heard); did you mean faker1?",
      "Cannot read properties of undefined (reading 'more')",
      "the quote at character 7 is not closed",
      'there is no file behind ">"',
      "A promise was rejected: Error: left alone",
      "A callback failed: Error: late",
    ]
  ) assert.ok(stderr.includes(text), `"${text}" is not in\n${stderr.slice(0, 5000)}`);
  // What is ours or the engine's in a stack helps nobody at a prompt.
  assert.doesNotMatch(stderr, /evaluator\.ts|ext:/);
});

Deno.test("ocs repl leaves running what it has started, and says so", async () => {
  await using bed = await openBed(["faker1"]);
  const { code, stderr } = await pipePrompt(bed.site, [
    "start faker1.delay_task delay=30",
    "await faker1.acq.start()",
    "start faker1.set_heartbeat heartbeat=true --wait",
  ]);
  assert.equal(code, 0);
  assert.equal(
    stderr,
    "Left running: faker1.delay_task (ocs abort faker1.delay_task ends it); faker1.acq (ocs stop faker1.acq ends it)\n",
  );
  const { stdout } = await pipePrompt(bed.site, [
    "(await faker1.delay_task.status()).session.status",
    "(await faker1.acq.status()).session.status",
    "abort faker1.delay_task",
    "stop faker1.acq",
  ]);
  assert.match(stdout, /^"running"\n"running"\n/);
});

Deno.test("ocs repl starts without a router, whose absence its commands tell", async () => {
  const port = freePort();
  const [url, httpUrl] = [`ws://127.0.0.1:${port}/ws`, `http://127.0.0.1:${port}/call`];
  await using site = await writeSite({
    name: "none",
    realm: "test_realm",
    addressRoot: "observatory",
    port,
    url,
    httpUrl,
    tail: () => "",
    [Symbol.asyncDispose]: () => Promise.resolve(),
  }, []);
  const { code, stdout, stderr } = await pipePrompt(site, ["1 + 1", "status faker1.acq --timeout 0.5"]);
  assert.equal(stdout, "2\n");
  assert.match(stderr, /Cannot join realm "test_realm"/);
  assert.equal(code, 3);
});

Deno.test("ocs repl keeps no password", async () => {
  await using bed = await openBed(["faker1"]);
  await pipePrompt(bed.site, [
    "status faker1.acq --privs hunter22",
    "start faker1.set_heartbeat password=hunter22",
    'const password = "hunter22"',
    "again 1",
  ]);
  const kept = await Array.fromAsync(Deno.readDir(`${bed.site.folder}/state/ocs`));
  assert.ok(kept.length > 0);
  const { stdout } = await new Deno.Command("grep", {
    args: ["-r", "hunter22", `${bed.site.folder}/state`],
  }).output();
  assert.equal(new TextDecoder().decode(stdout), "");
});

Deno.test("again and journal know the lines of earlier prompts", async () => {
  await using bed = await openBed(["faker1"]);
  await pipePrompt(bed.site, ["const kept = 41", "start faker1.delay_task delay=0 --wait"]);
  const { code, stdout, stderr } = await pipePrompt(bed.site, [
    "again 1",
    "kept + 1",
    "again 2",
    "again",
    "again 99",
  ]);
  assert.match(stdout, /^42\nfaker1\.delay_task: OK [^]*\nfaker1\.delay_task: OK /);
  assert.match(stderr, /Cannot repeat line 99: the journal has none of that number/);
  assert.equal(code, 2);
  const journal = await pipePrompt(bed.site, ["journal delay_task --json"]);
  const entries = JSON.parse(journal.stdout) as { line: string; outcome: string }[]; // as the verb's page says
  assert.deepEqual(entries.map(({ line }) => line), Array(3).fill("start faker1.delay_task delay=0 --wait"));
});

Deno.test("save writes what was typed as a script that runs by itself", async () => {
  await using bed = await openBed(["faker1"]);
  const { code, stdout } = await pipePrompt(bed.site, [
    "start faker1.delay_task delay=0.1 --wait",
    "nosuch",
    "const { session } = await faker1.delay_task({ delay: 0.2 })",
    "console.log('delay', session.data.requested_delay)",
    "save night.ts",
    "save night.ts",
  ]);
  assert.equal(code, 1);
  assert.match(stdout, /Wrote \d lines to night\.ts/);
  const run = await Program.run({
    name: "night.ts",
    command: Deno.execPath(),
    args: ["run", "-A", "--quiet", "night.ts"],
    cwd: bed.site.folder,
    env: { OCS_CONFIG_DIR: "" },
  });
  assert.match(run.stdout, /OCSReply: OK : [^]*\ndelay 0\.2\n/);
});

Deno.test("ocs repl ends by a signal, leaves what runs, and says so", async () => {
  await using bed = await openBed(["faker1"]);
  await using program = startPipe(
    bed.site,
    "start faker1.delay_task delay=60\nwait faker1.delay_task\n1 + 1\n",
  );
  await program.untilLog("Started task");
  program.signal("SIGINT");
  const { code, stdout, stderr } = await program.ended;
  assert.equal(code, 130);
  assert.match(stderr, /Left running: faker1\.delay_task/);
  assert.doesNotMatch(stdout, /^2$/m);
});
