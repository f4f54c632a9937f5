import assert from "node:assert/strict";
import { programs } from "../../../scripts/programs.ts";
import { Program } from "../../helpers/process.ts";
import { within } from "../../helpers/until.ts";

const ROOT = new URL("../../../", import.meta.url).pathname;

function script(name: string, args: readonly string[], env: Readonly<Record<string, string>> = {}): Program {
  return Program.start({
    name,
    command: Deno.execPath(),
    args: ["run", "-A", "--quiet", `scripts/${name}`, ...args],
    cwd: ROOT,
    env,
  });
}

Deno.test({
  name: "compile_check.ts compiles every program, runs each bundle alone, and says how far it went",
  // The stand-in for Deno's runtime is a program of Linux.
  ignore: Deno.build.os !== "linux",
  fn: async () => {
    await using check = script("compile_check.ts", []);
    const { code, stdout, stderr } = await within(check.ended, 240_000, "the end of the check");
    assert.equal(code, 0, stdout + stderr);
    const count = programs().length;
    assert.equal(stdout.match(/^ok {3}/gm)?.length, count, stdout);
    assert.match(
      stdout.trimEnd().split("\n").at(-1) ?? "",
      new RegExp(
        `^compile check passed, (FULL: ${count} programs compiled and run|STRUCTURAL: ${count} programs compiled but not run)`,
      ),
    );
  },
});

Deno.test({
  name: "compile.ts makes the programs that are named, where it is told to, and says what it does not know",
  ignore: Deno.build.os !== "linux",
  fn: async () => {
    const folder = await Deno.makeTempDir({ prefix: "compile_" });
    await using _folder = { [Symbol.asyncDispose]: () => Deno.remove(folder, { recursive: true }) };
    const target = "aarch64-unknown-linux-gnu";
    await using made = script("compile.ts", ["-o", folder, "--target", target, "ocs-barebones"], {
      DENORT_BIN: "/bin/true",
    });
    const end = await within(made.ended, 60_000, "the end of compile.ts");
    assert.equal(end.code, 0, end.stderr);
    assert.match(end.stdout, new RegExp(`^${folder}/${target}/ocs-barebones  \\d+\\.\\d MB\n$`));
    assert.deepEqual([...Deno.readDirSync(`${folder}/${target}`)].map(({ name }) => name), ["ocs-barebones"]);
    const wrong: readonly (readonly [readonly string[], RegExp])[] = [
      [["ocs-bare"], /Cannot compile "ocs-bare": expected some of ocs, ocs-access-director/],
      [["--target", "vax"], /Cannot compile for "vax": expected some of x86_64-unknown-linux-gnu/],
      [["--targets"], /Unknown option '--targets'/],
    ];
    for (const [args, message] of wrong) {
      await using refused = script("compile.ts", args);
      const { code, stderr } = await within(refused.ended, 30_000, "the end of compile.ts");
      assert.equal(code, 2, stderr);
      assert.match(stderr, message);
    }
  },
});
