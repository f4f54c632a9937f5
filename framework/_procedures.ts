/** The two procedures that every agent has. @module */
import type { RegisterOptions, WampInvocation } from "../client/wamp_session.ts";
import { opsProcedure } from "../ocs/addresses.ts";
import { WampError } from "../wamp/errors.ts";
import type { AgentAccess } from "./agent_access.ts";
import type { OwnedFeed } from "./feed.ts";
import type { Operations } from "./operations.ts";
import { readManagementQuery } from "./ops_arguments.ts";
import { errorText } from "./run_outcome.ts";

/** A procedure and what answers it. */
export interface Procedure {
  readonly procedure: string;
  readonly handler: (invocation: WampInvocation) => unknown;
  readonly options: RegisterOptions | undefined;
}

/** What the procedures tell of, and act on. */
export interface ProceduresOptions {
  readonly address: string;
  readonly agentClass: string;
  readonly operations: Operations;
  readonly feeds: ReadonlyMap<string, OwnedFeed>;
  readonly access: AgentAccess;
}

/** `<address>.ops` and `<address>`, in the order in which they are registered (OCS 1.2). */
export function basicProcedures(agent: ProceduresOptions): readonly Procedure[] {
  return [
    {
      procedure: opsProcedure(agent.address),
      handler: (invocation) =>
        agent.operations.handle(invocation.args, invocation.kwargs, {
          // Asked for late: most requests never need one, and it costs.
          get signal() {
            return invocation.signal;
          },
          caller: {
            session: invocation.caller,
            authId: invocation.callerAuthId,
            authRole: invocation.callerAuthRole,
          },
        }),
      // Params are checked by kind: 2.0 is no int.
      options: { floats: "keep" },
    },
    {
      procedure: agent.address,
      handler: ({ args, kwargs }) => manage(readManagementQuery(args, kwargs), agent),
      options: undefined,
    },
  ];
}

/** Answers a management query; an unknown one with null (OCS 1.3). */
function manage(query: unknown, agent: ProceduresOptions): unknown {
  switch (query) {
    case "get_api":
      return {
        agent_class: agent.agentClass,
        instance_hostname: Deno.hostname(),
        instance_pid: Deno.pid,
        feeds: describedFeeds(agent),
        processes: agent.operations.described("process"),
        tasks: agent.operations.described("task"),
        access_control: agent.access.encoded(),
      };
    case "get_tasks":
      return agent.operations.described("task");
    case "get_processes":
      return agent.operations.described("process");
    case "get_feeds":
      return describedFeeds(agent);
    case "get_agent_class":
      return agent.agentClass;
    case "get_refusals":
      // Ours only: Python agents answer null.
      return agent.access.refusals();
    default:
      return null;
  }
}

function describedFeeds({ feeds }: ProceduresOptions): unknown[] {
  return [...feeds.values()].map((feed) => [feed.name, feed.encoded()]);
}

/** Answers errors as Python agents do: `wamp.error.runtime_error` with the text, no more (OCS 1.5). */
export function answering(
  handler: (invocation: WampInvocation) => unknown,
): (invocation: WampInvocation) => Promise<unknown> {
  return async (invocation) => {
    try {
      return await handler(invocation);
    } catch (error) {
      if (error instanceof WampError) throw error;
      throw new WampError("wamp.error.runtime_error", [errorText(error)], {}, { cause: error });
    }
  };
}
