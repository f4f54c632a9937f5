/** What operations that this prompt has started say while they run. @module */
import { printable } from "../verbs/fit_text.ts";
import type { FleetEvent } from "../verbs/fleet_event.ts";
import type { FleetWatch } from "../verbs/fleet_watch.ts";
import type { Look } from "../verbs/look.ts";
import type { SiteLink } from "../verbs/site_link.ts";
import { clockTime } from "../verbs/terminal_text.ts";
import { agentAddress, opsProcedure, parseReply, pyStr } from "../ocs/mod.ts";
import type { OwnOperations } from "./own_operations.ts";

/** What is looked at, and where it is told. */
export interface MessageWatchOptions {
  readonly link: Pick<SiteLink, "clientSite" | "connection">;
  readonly fleet: Pick<FleetWatch, "onEvent">;
  readonly own: OwnOperations;
  readonly look: Look;
  readonly tell: (text: string) => void;
}

/** How often each operation is asked, in milliseconds. */
const ASK_MS = 2000;
/** Operations that are asked; more of them are too much to read. */
const MOST = 8;
/** Messages of one operation that are told at once, the newest. */
const MOST_MESSAGES = 8;
/** What the framework says of every session, and the prompt tells anyway. */
const ORDINARY = /^Status is now "/;

/** How far a session was told. */
interface Told {
  readonly sessionId: number | undefined;
  /** The last message that was told. */
  readonly last: string;
}

/** Tells new messages of the prompt's own operations. Whoever makes it disposes of it. */
export class MessageWatch implements AsyncDisposable {
  readonly #options: MessageWatchOptions;
  readonly #told = new Map<string, Told>();
  readonly #asking = new Map<string, Promise<void>>();
  readonly #timer: ReturnType<typeof setInterval>;
  readonly #listening: Disposable;
  readonly #closing = new AbortController();

  /** Begins to ask. */
  constructor(options: MessageWatchOptions) {
    this.#options = options;
    this.#timer = setInterval(() => this.#askAll(), ASK_MS);
    this.#listening = options.fleet.onEvent((event) => this.#onEvent(event));
  }

  /** Ends. */
  async [Symbol.asyncDispose](): Promise<void> {
    clearInterval(this.#timer);
    this.#listening[Symbol.dispose]();
    this.#closing.abort();
    await Promise.all(this.#asking.values());
  }

  #onEvent(event: FleetEvent): void {
    if (event.kind !== "operation-ended") return;
    // Its last words; those of one that failed come with the news of that.
    const { agent, op, success } = event;
    const isNews = this.#told.has(`${agent}.${op}`) && !this.#options.own.sawEnd(agent, op);
    if (success && isNews) this.#ask(agent, op);
  }

  #askAll(): void {
    const { own, link } = this.#options;
    if (link.connection.state !== "joined") return;
    for (const { agent, op } of own.running.slice(-MOST)) this.#ask(agent, op);
  }

  #ask(agent: string, op: string): void {
    const key = `${agent}.${op}`;
    if (this.#asking.has(key)) return;
    // Whoever cannot answer is told of elsewhere.
    const work = this.#tellNew(agent, op).catch(() => {}).finally(() => this.#asking.delete(key));
    this.#asking.set(key, work);
  }

  async #tellNew(agent: string, op: string): Promise<void> {
    const { link, look, own, tell } = this.#options;
    const before = this.#told.get(`${agent}.${op}`);
    const { signal } = this.#closing;
    const procedure = opsProcedure(agentAddress(link.clientSite.addressRoot, agent));
    // Not through the agent's client: looking must not count as the operator's own look.
    const answer = await link.connection.call(procedure, ["status", op, {}], { timeoutMs: ASK_MS, signal });
    const { session } = parseReply(answer);
    const messages = Array.isArray(session.messages) ? session.messages : [];
    const keys = messages.map((message) => JSON.stringify(message));
    const isSame = before !== undefined && before.sessionId === session.session_id;
    const news = messages.slice(isSame ? keys.lastIndexOf(before.last) + 1 : 0)
      .filter(([, text]) => !ORDINARY.test(pyStr(text)));
    this.#told.set(`${agent}.${op}`, { sessionId: session.session_id, last: keys.at(-1) ?? "" });
    if (news.length === 0 || own.isShown(agent, op) || signal.aborted) return;
    const lines = news.slice(-MOST_MESSAGES).map(([seconds, text]) => {
      return `${look.style("dim", clockTime(seconds))} ${look.style("cyan", printable(`${agent}.${op}`))} ${
        printable(pyStr(text))
      }`;
    });
    const left = news.length - lines.length;
    if (left > 0) {
      lines.unshift(look.style("dim", `         ${left} more messages of ${printable(`${agent}.${op}`)}`));
    }
    tell(lines.join("\n"));
  }
}
