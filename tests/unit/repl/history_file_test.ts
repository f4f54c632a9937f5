import assert from "node:assert/strict";
import type { Logger } from "../../../internal/log.ts";
import { HistoryFile } from "../../../repl/history_file.ts";

async function bed(
  run: (bed: { folder: string; path: string; said: string[]; open(): Promise<HistoryFile> }) => Promise<void>,
) {
  const folder = await Deno.makeTempDir({ prefix: "history_" });
  const said: string[] = [];
  const log: Logger = { info: assert.fail, warn: (text) => said.push(text), error: assert.fail };
  const open = () => HistoryFile.open({ folder: `${folder}/ocs`, site: "s", log });
  try {
    await run({ folder, path: `${folder}/ocs/s/history`, said, open });
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("HistoryFile keeps lines for the next prompt, each once and without passwords", () =>
  bed(async ({ path, said, open }) => {
    const history = await open();
    for (const line of ["agents", "a = 1;\nb = \u2028 2", "start a.b --privs hunter2", "agents", "", "  "]) {
      await history.append(line);
    }
    await history.append("connect({ privs: key, password: 'hunter2' })", "typescript");
    const expected = [
      "a = 1;\nb = \u2028 2",
      "start a.b --privs ***",
      "agents",
      "connect({ privs: key, password: '***' })",
    ];
    assert.deepEqual(history.lines, expected);
    assert.deepEqual((await open()).lines, expected);
    assert.ok(!(await Deno.readTextFile(path)).includes("hunter2"));
    if (Deno.build.os !== "windows") assert.equal((await Deno.stat(path)).mode! & 0o777, 0o600);
    assert.deepEqual(said, []);
  }));

Deno.test("HistoryFile takes the lines of prompts that run beside it", () =>
  bed(async ({ open }) => {
    const prompts = await Promise.all([open(), open(), open()]);
    await Promise.all(prompts.flatMap((history, who) =>
      Array.from({ length: 50 }, (_, at) => history.append(`line ${at} of ${who}`))
    ));
    const { lines } = await open();
    assert.equal(lines.length, 150);
    const ofOne = lines.filter((line) =>
      line.endsWith(" of 1")
    );
    assert.deepEqual(ofOne, Array.from({ length: 50 }, (_, at) => `line ${at} of 1`));
  }));

Deno.test("HistoryFile keeps 5,000 lines, and writes the file anew when it has grown over", () =>
  bed(async ({ path, open }) => {
    const open1 = await open();
    await open1.append("first");
    const many = Array.from({ length: 10_001 }, (_, at) => `${JSON.stringify(`line ${at}`)}\n`).join("");
    await Deno.writeTextFile(path, many, { append: true });
    // Another prompt is appending while this one finds the file too long.
    const [history] = await Promise.all([open(), open1.append("beside")]);
    const again = await open();
    assert.ok(
      again.lines.length === 5000 && again.lines.includes("beside") && again.lines.includes("line 10000"),
    );
    assert.equal(history.lines.length, 5000);
    assert.ok((await Deno.readTextFile(path)).split("\n").length < 5010);
    await open1.append("after");
    assert.equal((await open()).lines.at(-1), "after");
  }));

Deno.test("HistoryFile passes over what is torn or foreign", () =>
  bed(async ({ path, open }) => {
    await (await open()).append("one");
    await Deno.writeTextFile(path, '\n{"n":1}\n\u0000\nplain text\n"torn', { append: true });
    const history = await open();
    await history.append("two");
    assert.deepEqual((await open()).lines, ["one", "two"]);
  }));

Deno.test("HistoryFile that cannot be written says so once and remembers", () =>
  bed(async ({ folder, said, open }) => {
    await Deno.writeTextFile(`${folder}/ocs`, "in the way");
    const history = await open();
    await history.append("one");
    await history.append("two");
    assert.deepEqual(history.lines, ["one", "two"]);
    assert.equal(said.length, 1);
    assert.match(said[0] ?? "", /^Cannot keep the history in .*history": .*in this prompt only$/);
  }));

Deno.test("HistoryFile takes out what a terminal would obey", () =>
  bed(async ({ path, open }) => {
    await (await open()).append("agents");
    const damaged = '\x00\xff\n{"a":1}\n"clear \\u001b[2J\\u001b[31mred\\u0007 it"\n"torn';
    await Deno.writeTextFile(path, damaged, { append: true });
    assert.deepEqual((await open()).lines, ["agents", "clear ·[2Jred· it"]);
  }));
