/** `ocs version`. @module */
import { ExitCode } from "../verbs/exit_code.ts";
import type { Console } from "./output.ts";
import { VERSION } from "../internal/version.ts";

/** Prints the versions of this program and of what it runs on. */
export async function runVersion(
  { json }: { readonly json: boolean },
  console: Console,
): Promise<ExitCode> {
  const { deno, v8, typescript } = Deno.version;
  await console.out.print(
    json
      ? JSON.stringify({ ocs: VERSION, deno, v8, typescript, os: Deno.build.os, arch: Deno.build.arch })
      : `ocs ${VERSION} (deno ${deno}, ${Deno.build.os} ${Deno.build.arch})`,
  );
  return ExitCode.OK;
}
