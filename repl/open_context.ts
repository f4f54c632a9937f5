/** Opens what lines of the prompt work with. @module */
import type { Logger } from "../internal/log.ts";
import type { SiteOptions } from "../site/mod.ts";
import { FleetWatch } from "../verbs/fleet_watch.ts";
import { NightLog } from "../verbs/night_log.ts";
import { openSharedLink } from "../verbs/shared_link.ts";
import { DEFAULT_TIMEOUT_SECONDS, type VerbOptions } from "../verbs/site_link.ts";
import { stateFolder } from "../internal/state_folder.ts";
import { siteKey, userAtHost } from "../verbs/state_folder.ts";
import { AgentVariables } from "./agent_variables.ts";
import { Evaluator } from "./evaluator.ts";
import type { LineContext } from "./line_context.ts";
import { OwnOperations } from "./own_operations.ts";
import { defineClients } from "./define_clients.ts";
import { definePromptGlobals } from "./define_prompt_globals.ts";
import type { PromptTerminal } from "./prompt_terminal.ts";
import { PROMPT_VERBS } from "./prompt_verbs.ts";
import { Reachable } from "./reachable.ts";

/** How a context is opened. */
export interface OpenContextOptions extends Pick<VerbOptions, "timeoutSeconds" | "privs"> {
  readonly site: SiteOptions | undefined;
  readonly terminal: PromptTerminal;
  readonly log: Logger;
  /** See `RunReplOptions`. */
  readonly clientIds?: readonly string[] | undefined;
}

/** A context, which whoever opened it disposes of. */
export interface OpenContext extends LineContext, AsyncDisposable {}

/**
 * Finds the site and begins to connect to its router, which need not be there.
 *
 * @throws {SiteError} If the site is not known.
 * @throws {ControlClientError} If one of `clientIds` is not reached.
 */
export async function openContext(
  { site, terminal, log, timeoutSeconds = DEFAULT_TIMEOUT_SECONDS, privs, clientIds = [] }:
    OpenContextOptions,
): Promise<OpenContext> {
  await using stack = new AsyncDisposableStack();
  let reachable: Reachable | undefined = undefined;
  const own = new OwnOperations(async ({ agent }) => await reachable?.until(agent));
  const link = stack.use(await openSharedLink({ site, timeoutSeconds, privs, guard: own }));
  const fleet = stack.use(FleetWatch.open(link, { log }));
  own.fleet = fleet;
  reachable = stack.use(new Reachable({ link, fleet, timeoutSeconds }));
  const variables = stack.use(new AgentVariables({ link, fleet, reserved: PROMPT_VERBS }));
  const evaluator = stack.use(new Evaluator());
  stack.use(definePromptGlobals());
  stack.use(await defineClients(clientIds, { link, variables }));
  const night = await NightLog.open({
    folder: stateFolder(),
    site: siteKey(link.resolved),
    who: userAtHost(),
    log,
  });
  const owned = stack.move();
  return {
    site: site ?? {},
    link,
    fleet,
    own,
    variables,
    evaluator,
    terminal,
    night,
    options: { timeoutSeconds, privs },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}
