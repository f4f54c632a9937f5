/** Finding out which agents there are (smurf 6, idiom 13). @module */
import { isRecord } from "../internal/is_record.ts";
import type { ClientOptions } from "./client_options.ts";
import { ControlClientError, OperationFailedError } from "./errors.ts";
import { type ConnectedClient, OCSClient } from "./ocs_client.ts";

/** Which agents are looked for. */
export interface DiscoverOptions extends ClientOptions {
  /** Only agents of this class. Default: all. */
  readonly agentClass?: string | undefined;
  /** Only these instance ids. Default: all. */
  readonly only?: readonly string[] | undefined;
  /** Instance id of the registry. Default `registry`. */
  readonly registry?: string | undefined;
  /** Makes clients: `script.connect`. Default `OCSClient.connect`. */
  readonly connect?: ((instanceId: string, options: ClientOptions) => Promise<ConnectedClient>) | undefined;
}

/**
 * Asks the registry which agents there are; those that have expired do not count.
 *
 * @returns Instance ids in alphabetical order; a list also for one agent and for none.
 * @throws {ControlClientError} If the router cannot be reached (the text names its URL), or there is no registry.
 * @throws {OperationFailedError} If the registry has no list of agents: its process `main` does not run.
 */
export async function discoverAgents(options: DiscoverOptions = {}): Promise<string[]> {
  const { agentClass, only, registry = "registry", connect = OCSClient.connect, ...clientOptions } = options;
  await using client = await connect(registry, clientOptions);
  const main = client.operation("main");
  const reply = await main.status();
  if (reply.session.status !== "running") {
    throw new OperationFailedError(main, "it has no list of agents: it does not run", reply);
  }
  return Object.values(reply.session.data ?? {})
    .filter(isRecord)
    .filter((entry) => entry["expired"] !== true)
    .filter((entry) => agentClass === undefined || entry["agent_class"] === agentClass)
    .map((entry) => String(entry["agent_address"]).split(".").at(-1) ?? "")
    .filter((instanceId) => instanceId !== "" && (only === undefined || only.includes(instanceId)))
    .sort();
}

/**
 * A client of an agent that may not be there.
 *
 * @returns The client; null if there is no such agent.
 * @throws {ControlClientError} If the router cannot be reached, or the agent does not answer.
 */
export async function connectIfThere(
  instanceId: string,
  { connect = OCSClient.connect, ...options }: Pick<DiscoverOptions, "connect"> & ClientOptions = {},
): Promise<ConnectedClient | null> {
  try {
    return await connect(instanceId, options);
  } catch (error) {
    if (error instanceof ControlClientError && error.uri === "wamp.error.no_such_procedure") return null;
    throw error;
  }
}
