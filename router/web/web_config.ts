/** The `config.json` of ocs-web: which routers there are, and where. @module */
import { isRecord } from "../../internal/is_record.ts";

/** The router itself, as an entry of the list. */
export interface OwnEntry {
  /** Name in the list and in the title of the page. */
  readonly name: string;
  readonly realm: string;
  readonly addressRoot: string;
}

/** What the operators' own `config.json` adds. */
export interface FurtherEntries {
  /** What goes over the entry of the router: the entry without a `url`. */
  readonly own: Readonly<Record<string, unknown>>;
  /** Other routers. */
  readonly others: readonly Readonly<Record<string, unknown>>[];
}

/** Nothing is added. */
export const NO_FURTHER_ENTRIES: FurtherEntries = { own: {}, others: [] };

/**
 * Reads the operators' own `config.json`: `{"crossbars": [{"name", "url", "realm", "addr_root", "styling"}, …]}`.
 *
 * The one entry without a `url` is about the router that serves it.
 *
 * @throws {SyntaxError} If it is no such file; the text says where.
 */
export function parseFurtherEntries(text: string): FurtherEntries {
  const config: unknown = JSON.parse(text);
  if (!isRecord(config)) throw new SyntaxError(`it is ${kindOf(config)}, expected an object`);
  const { crossbars = [] } = config;
  if (!Array.isArray(crossbars)) {
    throw new SyntaxError(`"crossbars" is ${kindOf(crossbars)}, expected a list`);
  }
  let own: Readonly<Record<string, unknown>> | undefined;
  const others: Readonly<Record<string, unknown>>[] = [];
  for (const [at, entry] of crossbars.entries()) {
    const where = `"crossbars"[${at}]`;
    if (!isRecord(entry)) throw new SyntaxError(`${where} is ${kindOf(entry)}, expected an object`);
    for (const key of ["name", "url", "realm", "addr_root"]) {
      const value = entry[key];
      if (value !== undefined && typeof value !== "string") {
        throw new SyntaxError(`${where}.${key} is ${kindOf(value)}, expected a text`);
      }
    }
    if (entry["url"] === undefined) {
      if (own !== undefined) throw new SyntaxError(`${where} has no "url", as one before it`);
      own = entry;
    } else if (entry["name"] === undefined) {
      throw new SyntaxError(`${where} has no "name"`);
    } else {
      others.push(entry);
    }
  }
  return { own: own ?? {}, others };
}

/**
 * Writes the `config.json` that a browser gets.
 *
 * @param own The router itself.
 * @param options Its WebSocket as the browser reaches it, and what the operators add.
 */
export function formatWebConfig(
  { name, realm, addressRoot }: OwnEntry,
  { url, further }: { readonly url: string; readonly further: FurtherEntries },
): string {
  // ocs-web (README, "config.json"): the first entry is the one that it connects to.
  const own = { name, url, realm, addr_root: addressRoot, ...further.own };
  return `${JSON.stringify({ crossbars: [own, ...further.others] }, undefined, 1)}\n`;
}

function kindOf(value: unknown): string {
  return value === null ? "null" : Array.isArray(value) ? "a list" : `a value of type ${typeof value}`;
}
