/** What stands before the line. @module */
import { printable } from "../verbs/fit_text.ts";
import type { Look } from "../verbs/look.ts";
import type { OwnOperation } from "./own_operations.ts";

/** What a prompt tells. */
export interface PromptState {
  /** Name of the site, or its realm. */
  readonly site: string;
  readonly router: "up" | "lost";
  /** Whether the first listing is not complete. */
  readonly listening: boolean;
  readonly up: number;
  /** Heard, but without an answer. */
  readonly stuck: number;
  readonly expired: number;
  /** What this prompt has started and still runs. */
  readonly own: readonly OwnOperation[];
}

/** Letters of a site's name that there is room for. */
const MAX_SITE = 20;
/** Letters of an operation that is named. */
const MAX_NAME = 24;

/** Writes the prompt: `satp1 12 up, 1 expired, faker1.acq runs> `. */
export function promptText(state: PromptState, look: Look): string {
  const { site, router, listening, up, stuck, expired, own } = state;
  const name = site.length > MAX_SITE ? `${site.slice(0, MAX_SITE - 1)}…` : site;
  const parts: string[] = [];
  if (router === "lost") parts.push(look.style(["bold", "red"], "router lost"));
  else if (listening) parts.push(`${up} up, listening`);
  else parts.push(`${up} up`);
  if (stuck > 0) parts.push(look.style("red", `${stuck} stuck`));
  if (expired > 0) parts.push(look.style("red", `${expired} expired`));
  const [first] = own;
  const title = first === undefined ? "" : printable(`${first.agent}.${first.op}`);
  if (own.length === 1 && title.length <= MAX_NAME) parts.push(look.style("green", `${title} runs`));
  else if (own.length > 0) parts.push(look.style("green", `${own.length} run`));
  return `${look.style("bold", name)} ${parts.join(", ")}> `;
}
