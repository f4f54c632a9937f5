/** What a watch asks agents, a few at a time. @module */
import {
  agentAddress,
  type AgentApi,
  type EncodedSession,
  opsProcedure,
  parseAgentApi,
  parseReply,
  parseSession,
} from "../ocs/mod.ts";
import { CallQueue } from "./call_queue.ts";
import { readRegistry, type RegistryRow } from "./heartbeats.ts";
import type { SiteLink } from "./site_link.ts";

/** Each question has so much time. */
const ASK_MS = 3000;
/** Questions that are under way at a time: five hundred agents must not be asked at once. */
const ASK_AT_ONCE = 16;

/** Asks agents over a link; questions wait for their turn. */
export class FleetQuestions {
  readonly #link: SiteLink;
  readonly #signal: AbortSignal;
  readonly #queue = new CallQueue(ASK_AT_ONCE);

  /** @param signal Ends all questions. */
  constructor(link: SiteLink, signal: AbortSignal) {
    this.#link = link;
    this.#signal = signal;
  }

  /**
   * Asks an agent what it is; undefined where it does not answer.
   *
   * @param isWanted Looked at when it is its turn.
   */
  api(address: string, isWanted: () => boolean): Promise<AgentApi | undefined> {
    return this.#queue.run(async () => {
      if (!isWanted()) return undefined;
      try {
        return parseAgentApi(await this.#call(address, ["get_api"]));
      } catch {
        return undefined;
      }
    });
  }

  /** Asks for the current or last session of an operation; undefined where there is none, or no answer. */
  session(instance: string, op: string): Promise<EncodedSession | undefined> {
    const address = agentAddress(this.#link.clientSite.addressRoot, instance);
    return this.#queue.run(async () => {
      try {
        const reply = parseReply(await this.#call(opsProcedure(address), ["status", op, {}]));
        return parseSession(reply.session);
      } catch {
        return undefined;
      }
    });
  }

  /**
   * Asks the site's registry for all agents; it does not list itself.
   *
   * @returns Undefined where there is none, it does not answer, or it does not run and knows only what once was.
   */
  async registry(): Promise<
    { readonly instance: string; readonly rows: readonly RegistryRow[] } | undefined
  > {
    const instance = await registryOf(this.#link);
    const session = await this.session(instance, "main");
    if (session?.status !== "running") return undefined;
    return { instance, rows: readRegistry(session.data) };
  }

  #call(procedure: string, args: readonly unknown[]): Promise<unknown> {
    return this.#link.connection.call(procedure, args, { timeoutMs: ASK_MS, signal: this.#signal });
  }
}

/** Instance id of the site's registry: that of the site file, else the usual one. */
async function registryOf({ resolved }: SiteLink): Promise<string> {
  if (resolved.sourceFile === undefined) return "registry";
  const { loadSite } = await import("../site/load_site.ts");
  const { hosts } = await loadSite({ siteFile: resolved.sourceFile });
  const instances = [...hosts.values()].flatMap((host) => host.instances);
  const found = instances.find(({ agentClass, instanceId }) =>
    agentClass === "RegistryAgent" && instanceId !== undefined
  );
  return found?.instanceId ?? "registry";
}
