/** What is published, as it comes. @module */
import { BoundedStream, type WampEvent } from "../client/mod.ts";
import { SYSTEM_CLOCK } from "../internal/clock.ts";
import {
  feedTopic,
  heartbeatPattern,
  opCodeName,
  parseBlocks,
  parseFeedAddress,
  parseFeedEvent,
  pyRepr,
  pyStr,
} from "../ocs/mod.ts";
import type { Look } from "./look.ts";
import { openSite, type VerbOptions } from "./site_link.ts";
import { safeText } from "./terminal_text.ts";

/** One event as `--json` writes it, and Python's `ocs-client-cli listen --json`. */
export interface ListenEvent {
  readonly topic: string;
  /** The event's value, for a feed the array of message and feed; all values where it has not exactly one. */
  readonly message: unknown;
}

/** How `listen` runs; a deadline holds for the first event as well. */
export interface ListenOptions extends VerbOptions {
  /** Ends after so many events; default never. */
  readonly count?: number | undefined;
  /** Takes each event; the next one waits for it, up to 10,000 of them. */
  readonly onEvent: (event: ListenEvent) => Promise<void> | void;
  /** Told the pattern once the router has agreed to it. */
  readonly onReady?: ((pattern: string) => void) | undefined;
  /** Told once where nothing comes and there is no deadline: the pattern may be mistyped. */
  readonly onQuiet?: ((pattern: string, seconds: number) => void) | undefined;
  /** Told when the router is lost, and when it is back; what was published in between is missing. */
  readonly onRouter?: ((isThere: boolean) => void) | undefined;
}

/** Events that may wait for a slow reader; then the oldest are dropped, and counted. */
const MAX_WAITING = 10_000;
/** Most feeds publish more often. */
const QUIET_SECONDS = 10;

/**
 * Completes what operators type: a topic or wildcard with the site's root is taken as it is; `faker1` is all its feeds,
 * `faker1.heartbeat` one of them, `heartbeat` everybody's.
 */
export function completePattern(text: string, addressRoot: string): string {
  if (text === "heartbeat") return heartbeatPattern(addressRoot);
  if (text === addressRoot || text.startsWith(`${addressRoot}.`) || text.includes("..")) return text;
  const dot = text.indexOf(".");
  if (dot < 0) return feedTopic(`${addressRoot}.${text}`, "");
  if (text.includes(".feeds.")) return `${addressRoot}.${text}`;
  return feedTopic(`${addressRoot}.${text.slice(0, dot)}`, text.slice(dot + 1));
}

/** How listening ended. */
export interface ListenEnd {
  /** Events that a slow reader has lost. */
  readonly dropped: number;
  /** A deadline was given, and nothing was published within it. */
  readonly isOver: boolean;
}

/** Resolves when as many events as wanted have come, the signal is aborted, or nothing has come within the deadline. */
export async function listen(text: string, options: ListenOptions): Promise<ListenEnd> {
  const { count = Infinity, timeoutSeconds, onEvent, onReady, onQuiet, onRouter, signal } = options;
  await using link = await openSite(options);
  const { connection, clientSite } = link;
  const pattern = completePattern(text, clientSite.addressRoot);
  await using events = new BoundedStream<ListenEvent>({
    start: async (push) => {
      const take = ({ topic, args }: WampEvent) =>
        push({ topic, message: args.length === 1 ? args[0] : args });
      const subscription = await connection.subscribe(pattern, take, { match: "wildcard" });
      return () => subscription.unsubscribe();
    },
  }, { bufferSize: MAX_WAITING, signal });
  await events.started;
  onReady?.(pattern);
  using stack = new DisposableStack();
  let isThere = true;
  stack.defer(connection.onStateChange((state) => {
    if ((state === "joined") === isThere || signal?.aborted === true) return;
    isThere = state === "joined";
    onRouter?.(isThere);
  }));
  let seen = 0;
  let isOver = false;
  stack.defer(SYSTEM_CLOCK.setTimer((timeoutSeconds ?? QUIET_SECONDS) * 1000, () => {
    if (seen > 0) return;
    if (timeoutSeconds === undefined) return onQuiet?.(pattern, QUIET_SECONDS);
    isOver = true;
    void events.return();
  }));
  for await (const event of events) {
    seen++;
    await onEvent(event);
    if (seen >= count) break;
  }
  return { dropped: events.dropped, isOver };
}

/** One event on one line: time, who and which feed, and what an operator wants to see of it. */
export function eventText({ topic, message }: ListenEvent, look: Look, now = new Date()): string {
  let body = pyRepr(message);
  let name = topic;
  try {
    const { agent, feed } = parseFeedAddress(topic);
    const { message: content, feed: info } = parseFeedEvent([message]);
    name = `${agent.slice(agent.lastIndexOf(".") + 1)}.${feed}`;
    body = pyRepr(content);
    if (feed === "heartbeat") body = heartbeatText(content, look);
    else if (info.record) body = blocksText(content, look);
  } catch {
    // Not a feed of an agent, or one without blocks: shown as it is.
  }
  return `${look.style("dim", now.toTimeString().slice(0, 8))} ${look.style("cyan", name)} ${body}`;
}

/** Operations with the names of their codes. */
function heartbeatText(message: unknown, look: Look): string {
  const codes = Object.entries(Object(message));
  return codes.map(([name, code]) => {
    const word = opCodeName(code) ?? String(code);
    const style = word === "RUNNING" ? "green" : word === "FAILED" ? "red" : "dim";
    return `${name} ${look.style(style, word)}`;
  }).join("  ") || look.style("dim", "(no operations)");
}

/** The newest value of each field; `--json` has them all. */
function blocksText(message: unknown, look: Look): string {
  return parseBlocks(message).map(({ block_name: name, data, timestamps }) => {
    const fields = Object.entries(data).map(([field, values]) =>
      `${field} ${look.style("bold", safeText(brief(values.at(-1)), look))}`
    );
    const count = timestamps.length === 1 ? "" : look.style("dim", `  (newest of ${timestamps.length})`);
    return `${name}: ${fields.join("  ")}${count}`;
  }).join("\n         ");
}

function brief(value: unknown): string {
  if (typeof value === "number" && !Number.isInteger(value)) return String(Number(value.toPrecision(6)));
  return pyStr(value);
}
