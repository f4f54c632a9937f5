/** What is done to docker on request. @module */
import { toError } from "../../internal/to_error.ts";
import type { RunResult, Session } from "../../framework/mod.ts";
import type { Orphan, RunDocker } from "./docker_state.ts";

/** Stops and removes containers whose service has gone. */
export async function removeOrphans(
  session: Pick<Session, "addMessage">,
  { orphans, run }: { readonly orphans: readonly Orphan[]; readonly run: RunDocker },
): Promise<RunResult> {
  session.addMessage(`Attempting stop and remove of ${orphans.length} containers.`);
  for (const word of ["stop", "rm"]) {
    await Promise.all(
      orphans.map(({ container_id }) => runSaying([word, container_id ?? ""], { session, run })),
    );
  }
  return [true, "Done."];
}

/** Fetches the images of compose files. */
export async function pullImages(
  session: Pick<Session, "addMessage">,
  { composeFiles, run }: { readonly composeFiles: readonly string[]; readonly run: RunDocker },
): Promise<RunResult> {
  for (const file of composeFiles) {
    session.addMessage(`Running pull for ${file} ...`);
    await runSaying(["compose", "-f", file, "pull"], { session, run });
  }
  return [true, "Done."];
}

/** Peer ocs does not look whether it worked; here a failure is said, and the rest goes on. */
async function runSaying(
  args: readonly string[],
  { session, run }: { readonly session: Pick<Session, "addMessage">; readonly run: RunDocker },
): Promise<void> {
  try {
    const { code, stderr } = await run(args);
    if (code !== 0) {
      session.addMessage(`docker ${args.join(" ")} ended with code ${code}: ${stderr.trim().slice(-1000)}`);
    }
  } catch (error) {
    session.addMessage(toError(error).message);
  }
}
