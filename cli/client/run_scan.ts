/** `ocs client scan`: the listing of `ocs agents`, in the form of `ocs-client-cli`. @module */
import { ControlClientError } from "../../client/errors.ts";
import { jsonText } from "../../internal/json_text.ts";
import { opCodeName } from "../../ocs/mod.ts";
import { agents } from "../../verbs/agents.ts";
import { readRegistry } from "../../verbs/heartbeats.ts";
import { openSite } from "../../verbs/site_link.ts";
import { readPrivs } from "../../verbs/privs.ts";
import type { ExitCode } from "../../verbs/exit_code.ts";
import { asVerb, type VerbPlace, type VerbTools } from "../run_verb.ts";
import { type ScannedAgent, scanText } from "./scan_text.ts";

/** What `ocs client scan` was given. */
export interface ScanCommand {
  readonly details: boolean;
  /** Instance id of the registry to ask; undefined: listen to heartbeats. */
  readonly useRegistry: string | undefined;
  readonly json: boolean;
  readonly timeout: number | undefined;
  readonly privs: string | undefined;
}

/** As long as Python listens (spec ocs 7.2). */
const LISTEN_SECONDS = 2;

/** Lists agents; exit code 0 whatever state they are in, as in Python. */
export function runScan(command: ScanCommand, place: VerbPlace): Promise<ExitCode> {
  return asVerb(place, "Interrupted", async (tools) => {
    const { useRegistry, json, details } = command;
    const how = useRegistry === undefined ? "Detected" : "Registered";
    if (how === "Detected" && !json) {
      await tools.terminal.print(`Listening to heartbeat feeds for ${LISTEN_SECONDS} seconds ...`);
    }
    const found = useRegistry === undefined
      ? await detected(command, tools)
      : await registered(useRegistry, command, tools);
    await tools.terminal.write(json ? `${jsonText(found)}\n` : scanText(found, { how, details }));
    return "ok";
  });
}

async function detected(
  { timeout, privs }: ScanCommand,
  { site, signal }: VerbTools,
): Promise<ScannedAgent[]> {
  const { data } = await agents({
    site,
    signal,
    timeoutSeconds: timeout,
    privs: await readPrivs(privs),
    listenSeconds: LISTEN_SECONDS,
  });
  const heard = data.filter(({ state }) => state === "up" || state === "late" || state === "stuck");
  return heard.map(({ instance, operations }) => ({ instance, operations }));
}

async function registered(
  registry: string,
  { timeout, privs }: ScanCommand,
  { site, signal }: VerbTools,
): Promise<ScannedAgent[]> {
  await using link = await openSite({
    site,
    signal,
    timeoutSeconds: timeout,
    privs: await readPrivs(privs),
  });
  const prefix = `${link.clientSite.addressRoot}.`;
  const data = await mainData(registry, { link, signal });
  return readRegistry(data).map(({ address, beat: { codes } }) => ({
    // The whole address where it is of another root, as in Python.
    instance: address.startsWith(prefix) ? address.slice(prefix.length) : address,
    operations: Object.fromEntries([...codes ?? []].map(([op, code]) => [op, opCodeName(code) ?? ""])),
  }));
}

async function mainData(
  registry: string,
  { link, signal }: { readonly link: Awaited<ReturnType<typeof openSite>>; readonly signal: AbortSignal },
): Promise<unknown> {
  const { timeoutSeconds } = link;
  try {
    const client = await link.client(registry);
    const reply = await client.operation("main").status({ timeoutSeconds, signal });
    return reply.session.data;
  } catch (error) {
    if (!(error instanceof ControlClientError) || error.uri !== "wamp.error.no_such_procedure") throw error;
    throw new ControlClientError(
      `Failed to connect to registry at ${link.clientSite.addressRoot}.${registry}; the registry must be running ` +
        `for "scan" to work.`,
      error.uri,
      { cause: error },
    );
  }
}
