/** `ocs init`: the first files of a site of one's own. @module */
import { ExitCode } from "../verbs/exit_code.ts";
import { type Console, styled } from "./output.ts";
import { EXAMPLE_AGENT } from "./templates/example_agent.ts";
import { SITE_FILE } from "./templates/site_file.ts";

/** Writes `default.yaml` and `example_agent.ts`; leaves alone what is there. */
export async function runInit(
  { folder, json }: { readonly folder: string; readonly json: boolean },
  console: Console,
): Promise<ExitCode> {
  await Deno.mkdir(folder, { recursive: true });
  const mod = import.meta.resolve("../framework/mod.ts");
  const files = [
    { name: "default.yaml", text: SITE_FILE },
    { name: "example_agent.ts", text: EXAMPLE_AGENT.replaceAll("FRAMEWORK_MOD", mod) },
  ];
  const written: string[] = [];
  const kept: string[] = [];
  for (const { name, text } of files) {
    const path = `${folder.replace(/\/+$/, "")}/${name}`;
    try {
      await Deno.writeTextFile(path, text, { createNew: true });
      written.push(path);
    } catch (error) {
      if (!(error instanceof Deno.errors.AlreadyExists)) throw error;
      kept.push(path);
    }
  }
  if (json) {
    await console.out.print(JSON.stringify({ written, kept }));
    return ExitCode.OK;
  }
  const { look } = console.out;
  for (const path of written) await console.out.print(`${styled(look, "green", "written")}  ${path}`);
  for (const path of kept) {
    await console.out.print(`${styled(look, "yellow", "kept")}     ${path} (it was there already)`);
  }
  const site = `${folder.replace(/\/+$/, "")}/default.yaml`;
  await console.out.print(
    `\nNext:\n  ocs config check ${site}\n  ocs up --site-file ${site}\n  deno run -A ${
      folder.replace(/\/+$/, "")
    }/example_agent.ts --site-file ${site}`,
  );
  return ExitCode.OK;
}
