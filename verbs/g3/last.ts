/** What files hold last of each feed and field, as Python's `checkdata` tells it. @module */
import { isoTimeOf, unixSecondsOf } from "../../g3/time.ts";
import type { HkProviderBlock, HkVector } from "../../hk/mod.ts";
import { jsonText } from "../../internal/json_text.ts";
import { isFieldName, parseFeedAddress } from "../../ocs/mod.ts";
import { FieldNotFoundError } from "../errors.ts";
import type { Look } from "../look.ts";
import type { VerbResult } from "../outcome.ts";
import { formatTable } from "../table.ts";
import { numberText } from "../value_text.ts";
import { FieldInput, type FieldInputOptions } from "./field_input.ts";
import { shownText } from "./shown_text.ts";

/** What is told. */
export interface LastOptions extends FieldInputOptions {
  /** Names of fields, see `HkChoice`; none is all. */
  readonly fields?: readonly string[];
  /** Whether every field is listed, not only its feed. */
  readonly verbose?: boolean;
  /** What time it is, in Unix seconds; default now. */
  readonly nowSeconds?: number;
}

/** Older than that is red, in seconds (spec ocs 7.6). */
const OLD_SECONDS = 600;

/** The newest sample of a field. */
interface LastSeen {
  ticks: bigint;
  value: number | bigint | boolean | string;
}

/** Fields by feed by agent, each in the order of the alphabet. */
type Agents = readonly (readonly [agent: string, feeds: readonly Feed[]])[];

interface Feed {
  readonly feed: string;
  readonly fields: readonly (readonly [name: string, seen: LastSeen])[];
  /** Time of the field that is longest without a new sample (spec ocs 7.6). */
  readonly ticks: bigint;
}

/**
 * Tells for each feed how old its data are: the age of the field that is longest without a sample.
 *
 * With `verbose` every field, with its newest sample. With `json` one object: `{files, agents: [{agent, feeds: [{feed,
 * age_seconds, fields: [{field, unix_seconds, utc, age_seconds, value}]}]}], notes}`.
 *
 * @returns `failed` if a file is damaged or cannot be read; what could be read is told all the same.
 * @throws {FieldNotFoundError} If there is no housekeeping, or none of those fields.
 */
export async function last(words: readonly string[], options: LastOptions): Promise<VerbResult> {
  const { terminal, json, fields: wanted = [], verbose = false, nowSeconds = Date.now() / 1000 } = options;
  const input = await FieldInput.open(words, options);
  const seen = new Map<string, Map<string, LastSeen>>();
  for await (const block of input.blocks(wanted, { housekeepingOnly: true })) add(seen, block);
  const result = input.tell();
  if (seen.size === 0) {
    const what = wanted.length === 0
      ? "housekeeping"
      : `field ${wanted.map((name) => `"${name}"`).join(", ")}`;
    throw new FieldNotFoundError(
      `Cannot tell the age of data: there is no ${what} of this time in ${words.join(", ")}; ` +
        "ocs g3 fields lists what there is",
    );
  }
  const agents = agentsOf(seen);
  if (json) await terminal.print(jsonText(jsonOf(agents, { input, nowSeconds })));
  else await terminal.print(textOf(agents, { look: terminal.look, verbose, nowSeconds }));
  return result;
}

function add(seen: Map<string, Map<string, LastSeen>>, { provider, ticks, fields }: HkProviderBlock): void {
  let newest = 0;
  for (let at = 1; at < ticks.length; at++) {
    // Of samples with the same time the later one counts.
    if ((ticks[at] ?? 0n) >= (ticks[newest] ?? 0n)) newest = at;
  }
  const tick = ticks[newest];
  if (tick === undefined) return;
  let known = seen.get(provider);
  if (known === undefined) seen.set(provider, known = new Map());
  for (const [name, vector] of fields) {
    const before = known.get(name);
    if (before === undefined) known.set(name, { ticks: tick, value: valueAt(vector, newest) });
    else if (tick >= before.ticks) Object.assign(before, { ticks: tick, value: valueAt(vector, newest) });
  }
}

function valueAt(vector: HkVector, at: number): LastSeen["value"] {
  if (vector.kind === "bool") return vector.values[at] !== 0;
  const value = vector.values[at] ?? "";
  return typeof value === "bigint" && Number.isSafeInteger(Number(value)) ? Number(value) : value;
}

function agentsOf(seen: ReadonlyMap<string, ReadonlyMap<string, LastSeen>>): Agents {
  const agents = new Map<string, Feed[]>();
  for (const [provider, known] of sorted(seen)) {
    const { agent, feed } = ownerOf(provider);
    const fields = sorted(known);
    const ticks = fields.map(([, { ticks }]) => ticks).reduce((a, b) => a < b ? a : b);
    agents.set(agent, [...agents.get(agent) ?? [], { feed, fields, ticks }]);
  }
  return sorted(agents);
}

/** Instance id and feed; a provider that is no feed stands for itself. */
function ownerOf(provider: string): { readonly agent: string; readonly feed: string } {
  try {
    const { agent, feed } = parseFeedAddress(provider);
    return { agent: agent.slice(agent.indexOf(".") + 1), feed };
  } catch {
    return { agent: provider, feed: provider };
  }
}

function sorted<T>(map: ReadonlyMap<string, T>): [string, T][] {
  return [...map].sort(([a], [b]) => a < b ? -1 : 1);
}

interface Telling {
  readonly look: Look;
  readonly verbose: boolean;
  readonly nowSeconds: number;
}

function textOf(agents: Agents, { look, verbose, nowSeconds }: Telling): string {
  const ageOf = (ticks: bigint) => {
    const seconds = nowSeconds - unixSecondsOf(ticks);
    return look.style(seconds > OLD_SECONDS ? "red" : [], seconds.toFixed(1));
  };
  return agents.map(([agent, feeds]) => {
    const lines = feeds.flatMap(({ feed, fields, ticks }) => {
      if (!verbose) return [`  ${shownText(feed)}: ${ageOf(ticks)} s old`];
      const rows = fields.map(([name, { ticks, value }]) => [
        look.style(isFieldName(name) ? [] : "yellow", shownText(name)),
        ageOf(ticks),
        String(unixSecondsOf(ticks)),
        typeof value === "number" ? numberText(value) : shownText(String(value)),
      ]);
      const table = formatTable(["Field", "Last Seen [s ago]", "Seen At [ctime]", "Value"], rows, look);
      return [`  ${shownText(feed)}`, ...table.split("\n").map((line) => `    ${line}`)];
    });
    return [look.style("bold", shownText(agent)), ...lines, ""].join("\n");
  }).join("\n");
}

function jsonOf(
  agents: Agents,
  { input: { files, notes }, nowSeconds }: { readonly input: FieldInput; readonly nowSeconds: number },
): object {
  const ageOf = (ticks: bigint) => Math.round((nowSeconds - unixSecondsOf(ticks)) * 1000) / 1000;
  return {
    files,
    agents: agents.map(([agent, feeds]) => ({
      agent,
      feeds: feeds.map(({ feed, ticks, fields }) => ({
        feed,
        age_seconds: ageOf(ticks),
        fields: fields.map(([field, { ticks, value }]) => ({
          field,
          unix_seconds: unixSecondsOf(ticks),
          utc: isoTimeOf(ticks),
          age_seconds: ageOf(ticks),
          value,
        })),
      })),
    })),
    notes: notes.map(({ kind, file, offset, text }) => ({ kind, file, offset: offset ?? null, text })),
  };
}
