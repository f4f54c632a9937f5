import assert from "node:assert/strict";
import { untilTrue } from "../../helpers/until.ts";
import { isAlive, outcome, pidIn, startController } from "./controller_bed.ts";

/** Scripts are for the shell here: `sh -u SCRIPT ARGS`. */
const SHELL = { python: "sh" };

/** What the monitor hands on. */
function published(type: string, payload: unknown, id = "crate1slot2") {
  return { host: "h", id, script: "s", time: 1.5, seq_no: 0, type, payload };
}

Deno.test("PysmurfController describes run, abort and tune_squids", async () => {
  await using bed = await startController();
  const { agent_class, tasks, processes } = await bed.agent.api();
  assert.equal(agent_class, "PysmurfController");
  assert.deepEqual(
    tasks.filter(([name]) => ["run", "abort", "tune_squids"].includes(name))
      .map(([name, , { blocking, abortable, min_privs }]) => [name, blocking, abortable, min_privs]),
    [["abort", false, false, 1], ["run", false, true, 1], ["tune_squids", false, true, 1]],
  );
  for (const [, , { docstring }] of [...tasks, ...processes]) {
    assert.match(docstring ?? "", /^\w+\(.*\)\n\n\*\*(Task|Process)\*\*/);
  }
});

Deno.test("CTL-2: run tells the exit code, None for a signal, and succeeds for 0 only", async () => {
  await using bed = await startController({ options: SHELL });
  const script = await bed.shellScript('case $1 in kill) kill -9 $$;; *) exit "$1";; esac');
  const ends: unknown[] = [];
  for (const args of [["0"], [3], ["137"], ["kill"]]) {
    const { message } = await bed.agent.start("run", { script, args });
    assert.equal(message, 'Started task "run".');
    ends.push(outcome(await bed.end()));
  }
  assert.deepEqual(ends, [
    [true, "Script has finished with exit code 0"],
    [false, "Script has finished with exit code 3"],
    [false, "Script has finished with exit code 137"],
    [false, "Script has finished with exit code None"],
  ]);
});

Deno.test("CTL-4: run with log true puts output into the agent's log, errors at error level, braces and all", async () => {
  await using bed = await startController({ options: SHELL });
  const script = await bed.shellScript(
    `echo 'braces {x} {} {0} %s'; echo '  indented'; echo 'oops {y}' >&2; printf 'no end'; exit 4`,
  );
  await bed.agent.start("run", { script, args: ["a b"] });
  await bed.end();
  const name = script.slice(script.lastIndexOf("/") + 1);
  const info = bed.texts("info");
  for (const text of ["braces {x} {} {0} %s", "  indented", "no end"]) {
    assert.ok(info.includes(`${name}: ${text}`), info.join("\n"));
  }
  assert.ok(info.includes("Process ended with exit code 4"));
  assert.ok(info.includes(`Running script: ['sh', '-u', '${script}', 'a b']`), info.join("\n"));
  assert.deepEqual(bed.texts("error"), ["oops {y}"]);
});

Deno.test("CTL-5: run with a path appends stamped lines to that file, and the agent's log does not get them", async () => {
  await using bed = await startController({ options: SHELL });
  const script = await bed.shellScript("echo out; echo err >&2; kill -9 $$");
  const log = `${bed.folder}/run.log`;
  await Deno.writeTextFile(log, "from before\n");
  for (let i = 0; i < 2; i++) {
    await bed.agent.start("run", { script, log });
    await bed.end();
  }
  const [before, ...lines] = (await Deno.readTextFile(log)).trimEnd().split("\n");
  assert.equal(before, "from before");
  const name = script.slice(script.lastIndexOf("/") + 1);
  const texts = lines.map((line) => {
    assert.match(line, /^\d{4}-\d\d-\d\dT\d\d-\d\d-\d\d\.\d{6} /);
    return line.slice(27);
  });
  // Two pipes: which of them comes first is the kernel's choice.
  const expected = [`${name}: out`, "err", "Process ended with exit code None"];
  assert.deepEqual(texts.toSorted(), [...expected, ...expected].toSorted());
  assert.equal(texts.at(-1), "Process ended with exit code None");
  assert.deepEqual(bed.agent.logTexts.filter((text) => /: out|^err$|Process ended/.test(text)), []);
  assert.equal(bed.agent.logTexts.filter((text) => text.includes(log)).length, 2);
});

Deno.test("run says in its messages that its log file takes no more, and goes on", async () => {
  if (Deno.build.os !== "linux") return; // /dev/full
  await using bed = await startController({ options: SHELL });
  const script = await bed.shellScript("echo out; sleep 0.1; echo more");
  await bed.agent.start("run", { script, log: "/dev/full" });
  const reply = await bed.end();
  assert.deepEqual(outcome(reply), [true, "Script has finished with exit code 0"]);
  const texts = reply.session.messages?.map(([, text]) => text) ?? [];
  assert.equal(
    texts.filter((text) => /^Cannot write to log file "\/dev\/full" any more: /.test(String(text))).length,
    1,
  );
});

Deno.test("CTL-6: run with log false drops all output, logs none, and the script succeeds", async () => {
  await using bed = await startController({ options: SHELL });
  const script = await bed.shellScript(
    "i=0; while [ $i -lt 300 ]; do echo 0123456789; echo 0123456789 >&2; i=$((i+1)); done; head -c 1000000 /dev/zero; head -c 1000000 /dev/zero >&2",
  );
  await bed.agent.start("run", { script, log: false });
  assert.deepEqual(outcome(await bed.end()), [true, "Script has finished with exit code 0"]);
  assert.deepEqual(bed.agent.logTexts.filter((text) => /0123456789|Process ended/.test(text)), []);
});

Deno.test("CTL-7: abort kills the script with its children at once; idle, it fails", async () => {
  await using bed = await startController({ options: SHELL });
  const script = await bed.shellScript(
    `trap "" TERM INT HUP; sleep 60 & echo $! >${bed.folder}/child; echo $$ >${bed.folder}/script; wait; sleep 60`,
  );
  const abort = async () => {
    await bed.agent.start("abort");
    return outcome(await bed.agent.wait("abort"));
  };
  const idle = [false, "Cannot abort: no script is running"];
  assert.deepEqual(await abort(), idle);
  await bed.agent.start("run", { script });
  const pids = await Promise.all(["child", "script"].map((name) => pidIn(`${bed.folder}/${name}`)));
  assert.deepEqual(await Promise.all(pids.map(isAlive)), [true, true]);
  assert.deepEqual(await abort(), [true, "Aborting process"]);
  for (const pid of pids) await untilTrue(async () => !await isAlive(pid), { what: `the end of ${pid}` });
  // In the second after its end there is nothing left to abort (smurf B10).
  await untilTrue(() => bed.texts("info").includes("Process ended with exit code None"));
  assert.deepEqual(await abort(), idle);
  assert.equal((await bed.agent.status("run")).session.status, "running");
  assert.deepEqual(outcome(await bed.end()), [false, "Script has finished with exit code None"]);
  assert.deepEqual(await abort(), idle);
});

Deno.test("CTL-7: an abort that comes while the script is being started is not lost", async () => {
  await using bed = await startController({ options: SHELL });
  const script = await bed.shellScript("sleep 60");
  for (const log of [true, `${bed.folder}/run.log`]) {
    await bed.agent.start("run", { script, log });
    await bed.agent.start("abort");
    assert.deepEqual(outcome(await bed.agent.wait("abort")), [true, "Aborting process"]);
    assert.equal((await bed.end()).session.success, false);
  }
});

Deno.test("CTL-7: OCS's own abort of run and of tune_squids kills the script, too", async () => {
  const folder = await Deno.makeTempDir();
  await Deno.writeTextFile(`${folder}/tune.sh`, "trap '' TERM INT; sleep 60");
  await using bed = await startController({ options: { ...SHELL, tuneScript: `${folder}/tune.sh` } });
  for (const [op, params] of [["run", { script: `${folder}/tune.sh` }], ["tune_squids", {}]] as const) {
    await bed.agent.start(op, params);
    await untilTrue(() => bed.texts("info").filter((text) => text.startsWith("Running script")).length > 0);
    const { ok, message } = await bed.agent.abort(op);
    assert.deepEqual([ok, message], [true, `Requested abort on task ${op}".`]);
    const reply = await bed.end(op);
    assert.deepEqual(outcome(reply), [false, "Script has finished with exit code None"]);
    assert.ok(reply.session.messages?.some(([, text]) => text === 'Status is now "stopping".'));
  }
  await Deno.remove(folder, { recursive: true });
});

Deno.test("CTL-8, 13, 14: run takes relayed data while the script runs and for one second more", async () => {
  await using bed = await startController({ options: SHELL });
  const topic = "observatory.pysmurf-monitor.feeds.pysmurf_session_data";
  const tell = (type: string, payload: unknown, id?: string) =>
    bed.agent.publish(topic, [[published(type, payload, id), { feed_name: "pysmurf_session_data" }]]);
  await tell("session_data", { early: true });
  const gate = `${bed.folder}/gate`;
  const script = await bed.shellScript(`while [ ! -e ${gate} ]; do sleep 0.02; done`);
  await bed.agent.start("run", { script });
  await tell("session_data", { while: 1, nested: { a: NaN } });
  await tell("session_data", { stranger: true }, "crate1slot3");
  await tell("session_log", "band 2 tuned");
  const { session } = await bed.agent.status("run");
  assert.deepEqual(session.data, { while: 1, nested: { a: null } });
  assert.ok(session.messages?.some(([, text]) => text === "band 2 tuned"));
  await Deno.writeTextFile(gate, "");
  await untilTrue(() => bed.texts("info").includes("Process ended with exit code 0"));
  await bed.agent.advance(0.5);
  await tell("session_data", { late: 0.5 });
  assert.equal((await bed.agent.status("run")).session.status, "running");
  await bed.agent.advance(0.4);
  assert.equal((await bed.agent.status("run")).session.status, "running");
  await bed.agent.advance(0.1);
  await bed.agent.wait("run");
  await bed.agent.advance(0.5);
  await tell("session_data", { late: 1.5 });
  await tell("session_log", "too late");
  const done = await bed.agent.status("run");
  assert.deepEqual(done.session.data, { while: 1, nested: { a: null }, late: 0.5 });
  assert.deepEqual(outcome(done), [true, "Script has finished with exit code 0"]);
});

Deno.test("CTL-15, 16: one script at a time, and who is refused learns the holder", async () => {
  const folder = await Deno.makeTempDir();
  const tuneScript = `${folder}/tune.sh`;
  await Deno.writeTextFile(tuneScript, "sleep 60");
  await using bed = await startController({ options: { ...SHELL, tuneScript } });
  const script = await bed.shellScript("exit 0");
  await bed.agent.start("tune_squids");
  const second = await bed.agent.start("tune_squids");
  assert.deepEqual([second.status, second.message], [-1, 'Operation "tune_squids" already in progress.']);
  const refused = await bed.agent.start("run", { script });
  assert.deepEqual([refused.status, refused.message], [0, 'Started task "run".']);
  assert.deepEqual(outcome(await bed.agent.wait("run")), [
    false,
    `The requested script cannot be run because script ${tuneScript} is already running`,
  ]);
  // What was refused has not become the session of relayed data.
  const topic = "observatory.pysmurf-monitor.feeds.pysmurf_session_data";
  await bed.agent.publish(topic, [[published("session_data", { to: "tune" }), {}]]);
  assert.deepEqual((await bed.agent.status("tune_squids")).session.data, { to: "tune" });
  await bed.agent.start("abort");
  await bed.end("tune_squids");
  await bed.agent.start("run", { script });
  assert.deepEqual(outcome(await bed.end()), [true, "Script has finished with exit code 0"]);
  await Deno.remove(folder, { recursive: true });
});

Deno.test("CTL-17: run frees the lock after a failed script, program and log file, a second later each", async () => {
  await using bed = await startController({ options: { python: "/no/such/python" } });
  await new Deno.Command("mkfifo", { args: [`${bed.folder}/pipe`] }).output();
  const unstartable: [params: Record<string, unknown>, message: RegExp][] = [
    [{ script: "x.py" }, /^Cannot start "\/no\/such\/python": there is no such program/],
    [{ script: "x.py", log: "" }, /^Cannot open log file "": /],
    [{ script: "x.py", log: `${bed.folder}/missing/run.log` }, /^Cannot open log file ".*run.log": /],
    [{ script: "x.py", log: bed.folder }, /^Cannot open log file /],
    [
      { script: "x.py", log: `${bed.folder}/pipe` },
      /^Cannot open log file ".*pipe": it is a pipe, expected a file/,
    ],
    [{ script: `${bed.folder}/no.ts`, args: ["nul\0"] }, /^Cannot start ".*": .*null bytes/],
    [
      { script: `${bed.folder}/no.ts`, args: ["x".repeat(200_000)] },
      /^Cannot start ".*": .*[Aa]rgument list too long/,
    ],
    [{ script: `${bed.folder}/no.ts` }, /^Script has finished with exit code 1$/],
  ];
  for (const [params, message] of unstartable) {
    const { ok } = await bed.agent.start("run", params);
    assert.equal(ok, true);
    const [success, text] = outcome(await bed.end());
    assert.equal(success, false);
    assert.match(String(text), message);
  }
  const refusals = () =>
    bed.texts("error").filter((text) => text.startsWith('Cannot open log file "":')).length;
  const before = refusals();
  await bed.agent.start("run", { script: "x.py", log: "" });
  await untilTrue(() => refusals() > before);
  await bed.agent.advance(0.9);
  assert.equal((await bed.agent.status("run")).session.status, "running");
  await bed.agent.advance(0.1);
  assert.equal((await bed.agent.status("run")).session.status, "done");
});

Deno.test("CTL-2: run of a script that is not there fails with the interpreter's code and words", async () => {
  await using bed = await startController({ options: SHELL });
  await bed.agent.start("run", { script: "/no/such/script" });
  const [success, text] = outcome(await bed.end());
  assert.deepEqual([success, /^Script has finished with exit code \d+$/.test(String(text))], [false, true]);
  assert.match(bed.texts("error").join("\n"), /\/no\/such\/script/);
});

Deno.test("CTL-18: tune_squids runs the script it was configured with; by default the guide's", async () => {
  const folder = await Deno.makeTempDir();
  const tuneScript = `${folder}/tune.sh`;
  await Deno.writeTextFile(tuneScript, 'echo "$# $1 $2"');
  {
    await using bed = await startController({ options: { ...SHELL, tuneScript } });
    await bed.agent.start("tune_squids", { args: [1, true] });
    assert.deepEqual(outcome(await bed.end("tune_squids")), [true, "Script has finished with exit code 0"]);
    assert.ok(bed.texts("info").includes("tune.sh: 2 1 True"));
  }
  await using bed = await startController({ options: SHELL });
  await bed.agent.start("tune_squids", { args: ["--band", 1.5] });
  await bed.end("tune_squids");
  assert.ok(
    bed.texts("info").includes(
      "Running script: ['sh', '-u', '/config/scripts/pysmurf/tune_squids.py', '--band', '1.5']",
    ),
  );
  await Deno.remove(folder, { recursive: true });
});

Deno.test("CTL-19: without a monitor nothing is listened to, and run works", async () => {
  await using bed = await startController({ options: { ...SHELL, monitorId: undefined } });
  const script = await bed.shellScript("sleep 60");
  await bed.agent.start("run", { script });
  await bed.agent.publish("observatory.pysmurf-monitor.feeds.pysmurf_session_data", [[
    published("session_data", { a: 1 }),
    {},
  ]]);
  await bed.agent.start("abort");
  assert.deepEqual((await bed.end()).session.data, {});
});

Deno.test("CTL-20: run, tune_squids and abort let undeclared parameters through", async () => {
  await using bed = await startController({ options: { ...SHELL, tuneScript: "/dev/null" } });
  const script = await bed.shellScript("exit 0");
  for (const [op, params] of [["run", { script }], ["tune_squids", {}], ["abort", {}]] as const) {
    const { ok } = await bed.agent.start(op, { ...params, extra: [1], other: null });
    assert.equal(ok, true);
    await bed.end(op);
  }
});

Deno.test("CTL-23: null for args and log is as if they were not given", async () => {
  await using bed = await startController({ options: SHELL });
  const script = await bed.shellScript('echo "args: $#"');
  await bed.agent.start("run", { script, args: null, log: null });
  assert.deepEqual(outcome(await bed.end()), [true, "Script has finished with exit code 0"]);
  assert.ok(bed.texts("info").some((text) => text.endsWith(".sh: args: 0")));
});

Deno.test("run refuses parameters that make no sense, and says so to the caller", async () => {
  await using bed = await startController({ options: SHELL });
  const refusals: [params: unknown, message: string][] = [
    [{}, "Param 'script' is required and must not be None"],
    [{ script: null }, "Param 'script' is required and must not be None"],
    [{ script: 3 }, "Param 'script'=3 is not of required type (<class 'str'>)"],
    [{ script: "" }, "Param 'script' failed validity check (see docs?)."],
    [{ script: "x", args: "--band 4" }, "Param 'args'=--band 4 is not of required type (<class 'list'>)"],
    [{ script: "x", log: 3 }, "Param 'log'=3 is neither True nor False nor a path"],
    [{ script: "x", log: ["a"] }, "Param 'log'=['a'] is neither True nor False nor a path"],
  ];
  for (const [params, message] of refusals) {
    const reply = await bed.agent.start("run", params);
    assert.deepEqual([reply.status, reply.message, reply.session], [-1, message, {}]);
  }
});

Deno.test("CTL-32: SLOT in the script's environment is the --slot of the agent, else that of its environment", async () => {
  const script = `echo "slot: \${SLOT:-none}"`;
  for (const [slot, expected] of [[5, "5"], [undefined, Deno.env.get("SLOT") ?? "none"]] as const) {
    await using bed = await startController({ options: { ...SHELL, slot } });
    await bed.agent.start("run", { script: await bed.shellScript(script) });
    await bed.end();
    assert.ok(bed.texts("info").some((text) => text.endsWith(`.sh: slot: ${expected}`)));
  }
});

Deno.test("smurf B8: the relay listens below the configured address root", async () => {
  await using bed = await startController({ options: SHELL, addressRoot: "lab" });
  await bed.agent.start("run", { script: await bed.shellScript("sleep 60") });
  await bed.agent.publish("lab.pysmurf-monitor.feeds.pysmurf_session_data", [[
    published("session_data", { a: 1 }),
    {},
  ]]);
  assert.deepEqual((await bed.agent.status("run")).session.data, { a: 1 });
  await bed.agent.start("abort");
  await bed.end();
});

Deno.test("a program that outlives the script and holds its pipes neither holds up run nor dies of it", async () => {
  await using bed = await startController({ options: SHELL });
  const gate = `${bed.folder}/gate`;
  const script = await bed.shellScript(
    `(while [ ! -e ${gate} ]; do sleep 0.02; done; echo late && echo lives >${bed.folder}/proof) & exit 0`,
  );
  await bed.agent.start("run", { script });
  assert.deepEqual(outcome(await bed.end()), [true, "Script has finished with exit code 0"]);
  await Deno.writeTextFile(gate, "");
  await untilTrue(() => Deno.readTextFile(`${bed.folder}/proof`), { what: "the proof of life" });
  // And it is heard.
  await untilTrue(() => bed.texts("info").some((text) => text.endsWith(".sh: late")));
});
