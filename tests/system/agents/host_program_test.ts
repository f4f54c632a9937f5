import assert from "node:assert/strict";
import { HostProgram } from "../../../agents/host_manager/host_program.ts";
import { findProcess, groupOf } from "../../../internal/process_table.ts";
import { untilTrue } from "../../helpers/until.ts";

/** Runs a shell script as a manager does, in a folder that is removed afterwards; it is killed whatever happens. */
async function withProgram(
  script: string,
  run: (
    program: HostProgram,
    bed: { readonly folder: string; readonly said: readonly string[] },
  ) => Promise<void>,
): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "program_" });
  const said: string[] = [];
  const program = new HostProgram({
    logs: `${folder}/logs`,
    instanceId: "x",
    command: () => ({ command: "/bin/sh", args: ["-c", script], env: {}, workingDir: folder }),
    onChange: () => {},
    say: (text) => void said.push(text),
  });
  try {
    await run(program, { folder, said });
  } finally {
    await untilTrue(() => {
      program.kill();
      return !program.isRunning;
    }, { what: "everything ended" });
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("HostProgram ends what its program has left running, and does not start it again beside that", () =>
  withProgram(
    "trap 'echo asked; exit 0' INT; (trap 'exit 0' INT; while :; do sleep 0.05; done); echo over",
    async (program, { said }) => {
      program.start();
      const { pid = 0 } = program.identity ?? {};
      await untilTrue(() => groupOf(pid).length >= 2, { what: "the script's own child" });
      Deno.kill(pid, "SIGKILL");
      await untilTrue(() => findProcess(pid) === undefined && said.length > 0, { what: "the script ended" });
      assert.match(said[0] ?? "", /^The program of "x" has ended and left processes running \(\d+/);
      program.start();
      assert.equal(program.identity, undefined, "started beside it");
      await untilTrue(() => !program.isRunning, { what: "the rest ended" });
      assert.deepEqual([groupOf(pid), said.length], [[], 1]);
      program.start();
      assert.notEqual(program.identity, undefined);
    },
  ));

Deno.test("HostProgram makes its log folder again, and says where it cannot", () =>
  withProgram("echo here >&2", async (program, { folder }) => {
    program.start();
    await untilTrue(() => !program.isRunning, { what: "the end" });
    assert.deepEqual([program.exitCode, program.errorLines], [0, ["here"]]);
    await Deno.remove(`${folder}/logs`, { recursive: true });
    await Deno.writeTextFile(`${folder}/logs`, "no folder");
    program.start();
    assert.equal(program.hasEnded, true);
    assert.match(program.errorLines.join(), /^Cannot start "x": .*\/logs'/);
  }));
