/** `ocs systemd`: a unit file and its launcher. @module */
import type { SiteOptions } from "../../site/mod.ts";
import { ExitCode } from "../../verbs/exit_code.ts";
import { type Console, styled } from "../output.ts";
import { planSystemd, type SystemdChoice } from "./plan_systemd.ts";
import { launcherText, unitText } from "./systemd_service.ts";
import { type GeneratedFile, writeNewFiles, type Written } from "./write_new_files.ts";

/** What `ocs systemd` was given. */
export interface SystemdCommand extends SystemdChoice {
  readonly json: boolean;
}

/** Writes both files where a folder is named, and shows them otherwise; never over another file. */
export async function runSystemd(
  command: SystemdCommand,
  { site, console }: { readonly site: SiteOptions; readonly console: Console },
): Promise<ExitCode> {
  const service = await planSystemd(site, command);
  const files: readonly GeneratedFile[] = [
    { path: service.launcher, text: launcherText(service), mode: 0o755 },
    { path: service.unit, text: unitText(service) },
  ];
  const isWritten = command.folder !== undefined || command.serviceDir !== undefined;
  const states = isWritten ? await write(files) : undefined;
  if (command.json) {
    await console.out.print(
      JSON.stringify(files.map(({ path, text }, at) => ({ path, state: states?.[at] ?? "shown", text }))),
    );
    return ExitCode.OK;
  }
  if (states === undefined) {
    await console.out.print(files.map(({ path, text }) => `==> ${path} <==\n${text}`).join("\n"));
    return ExitCode.OK;
  }
  const { look } = console.out;
  for (const [at, { path }] of files.entries()) {
    const state = states[at] ?? "written";
    await console.out.print(
      `${styled(look, state === "written" ? "green" : "dim", state.padEnd(9))}  ${path}`,
    );
  }
  const name = service.unit.slice(service.unit.lastIndexOf("/") + 1);
  const isInPlace = service.unit.startsWith("/etc/systemd/");
  await console.out.print(
    `\nNext:\n` + (isInPlace ? "" : `  sudo cp ${service.unit} /etc/systemd/system/\n`) +
      `  sudo systemctl daemon-reload\n  sudo systemctl enable --now ${name}`,
  );
  return ExitCode.OK;
}

async function write(files: readonly GeneratedFile[]): Promise<readonly Written[]> {
  try {
    return await writeNewFiles(files);
  } catch (error) {
    if (!(error instanceof Error) || !(error.cause instanceof Deno.errors.PermissionDenied)) throw error;
    throw new Error(`${error.message}; -o FOLDER writes both files elsewhere, and says how to install them`, {
      cause: error,
    });
  }
}
