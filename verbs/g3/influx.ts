/** Housekeeping of files into InfluxDB, where it is missing. @module */
import { influxBlockLines, originOfProvider } from "../../hk/influx_block_lines.ts";
import type { InfluxOrigin } from "../../hk/influx_point.ts";
import { influxConnection } from "../../hk/io/influx_connection.ts";
import type { InfluxAway } from "../../hk/io/influx_database.ts";
import { hasTaggedSeries, presentTimes } from "../../hk/io/influx_present.ts";
import { InfluxV1 } from "../../hk/io/influx_v1.ts";
import { type InfluxRefusal, InfluxWriter } from "../../hk/io/influx_writer.ts";
import { type HkBlock, type HkProviderBlock, sliceVector } from "../../hk/read_block.ts";
import { jsonText } from "../../internal/json_text.ts";
import { pause } from "../../internal/pause.ts";
import type { VerbResult } from "../outcome.ts";
import { FieldInput, type FieldInputOptions } from "./field_input.ts";
import { shownText } from "./shown_text.ts";

/** What is written, and where. */
export interface InfluxOptions extends FieldInputOptions {
  /** Names of fields, see `HkChoice`; none is all. */
  readonly fields: readonly string[];
  /** Such as `http://influxdb:8086`. */
  readonly url: string;
  readonly database: string;
  /** Takes any certificate. */
  readonly insecure: boolean;
}

/** What has been done, as `--json` has it. */
interface Done {
  points: number;
  present: number;
  refused: number;
}

const MOST_POINTS = 10_000;
/** Samples whose times are asked for at once. */
const MOST_SAMPLES = 5000;
const REQUEST_MS = 30_000;
/** Between attempts, when the database does not take anything. */
const RETRY_MS = [1000, 2000, 4000, 8000];
const MOST_TOLD = 10;

/**
 * Writes samples of files as points, as the publishers make them of the same feeds, and over those that are there: none is there
 * twice, however often it runs.
 *
 * Feeds that are in the database with tags of their own are passed over: files do not have the tags.
 *
 * @returns `failed` if a file is damaged, a feed was passed over, or something was refused; the rest is written all the same.
 * @throws {Error} If the database takes nothing, after some attempts.
 * @throws {FieldNotFoundError} If there is nothing to write.
 */
export async function writeInflux(words: readonly string[], options: InfluxOptions): Promise<VerbResult> {
  const { terminal, json, fields, signal } = options;
  const input = await FieldInput.open(words, options);
  const http = influxConnection({
    url: options.url,
    environment: (name) => Deno.env.get(name),
    verifiesCertificate: !options.insecure,
    gzip: true,
    timeoutMs: REQUEST_MS,
  });
  const database = new InfluxV1(http, options.database);
  await orFail(database.name, signal, async () => await database.prepare(signal) ?? "ready");
  const upload = new Upload(database, signal);
  let samples = 0;
  for await (const block of input.blocks(fields, { housekeepingOnly: true })) {
    samples += block.ticks.length;
    await upload.add(block);
  }
  if (samples === 0) throw await input.notFound("write fields to InfluxDB", fields);
  await upload.flush();
  const { points, present, refused } = upload.done;
  const passedOver = upload.passedOver;
  for (const text of upload.told) terminal.say(shownText(text));
  for (const name of passedOver.slice(0, MOST_TOLD)) {
    terminal.say(
      `${shownText(name)} was passed over: it is in the database with tags, which files do not have`,
    );
  }
  if (passedOver.length > MOST_TOLD) terminal.say(`and ${passedOver.length - MOST_TOLD} more feeds`);
  const result = input.tell();
  await terminal.print(
    json
      ? jsonText({ database: database.name, points, present, refused, passed_over: passedOver })
      : `Wrote ${points} points to ${database.name}, ${present} of them over points that were there` +
        (refused > 0 ? `; of ${refused} something was refused` : ""),
  );
  return refused > 0 || passedOver.length > 0 ? "failed" : result;
}

/** Points on their way to a database. */
class Upload {
  readonly done: Done = { points: 0, present: 0, refused: 0 };
  /** What was refused, each field once. */
  readonly told: string[] = [];
  readonly #database: InfluxV1;
  readonly #writer: InfluxWriter;
  readonly #signal: AbortSignal | undefined;
  /** Whether a feed is there with tags, by its provider's name. */
  readonly #tagged = new Map<string, boolean>();
  readonly #refusedFields = new Set<string>();
  #lines: string[] = [];

  constructor(database: InfluxV1, signal: AbortSignal | undefined) {
    this.#database = database;
    this.#signal = signal;
    this.#writer = new InfluxWriter(database, {
      mostPoints: MOST_POINTS,
      onRefusal: (refusal) => this.#refuse(refusal),
      monotonicMs: () => performance.now(),
    });
  }

  /** Feeds that were passed over. */
  get passedOver(): string[] {
    return [...this.#tagged].flatMap(([provider, isTagged]) => isTagged ? [provider] : []);
  }

  async add(block: HkProviderBlock): Promise<void> {
    const origin = originOfProvider(block.provider);
    if (origin === undefined || await this.#isTagged(block.provider, origin)) return;
    for (let start = 0; start < block.ticks.length; start += MOST_SAMPLES) {
      const part = samplesOf(block, start, start + MOST_SAMPLES);
      const { times, present } = await this.#ask((signal) =>
        presentTimes(this.#database, origin, { block: part, signal })
      );
      this.done.present += present;
      for (const line of influxBlockLines(origin, { block: part, times })) this.#lines.push(line);
      if (this.#lines.length >= MOST_POINTS) await this.flush();
    }
  }

  /** Writes what is left. */
  async flush(): Promise<void> {
    const lines = this.#lines;
    if (lines.length === 0) return;
    this.#lines = [];
    const outcome = await this.#ask(async (signal) => {
      const found = await this.#writer.write(lines, { signal });
      // Nothing waits behind these points by which the database could be told from them.
      return found.kind === "doubtful" ? { kind: "away", trouble: "client", why: found.why } as const : found;
    });
    this.done.points += outcome.written;
  }

  async #isTagged(provider: string, origin: InfluxOrigin): Promise<boolean> {
    const known = this.#tagged.get(provider);
    if (known !== undefined) return known;
    const { isTagged } = await this.#ask(async (signal) => {
      const found = await hasTaggedSeries(this.#database, origin, signal);
      return typeof found === "boolean" ? { isTagged: found } : found;
    });
    this.#tagged.set(provider, isTagged);
    return isTagged;
  }

  #ask<T extends object>(attempt: (signal: AbortSignal | undefined) => Promise<T | InfluxAway>): Promise<T> {
    return orFail(this.#database.name, this.#signal, () => attempt(this.#signal));
  }

  #refuse({ agent, feed, field, cause, points }: InfluxRefusal): void {
    this.done.refused += points;
    const name = agent === "" ? "points" : `${agent}.feeds.${feed}${field === undefined ? "" : `.${field}`}`;
    if (this.#refusedFields.has(name)) return;
    this.#refusedFields.add(name);
    if (this.told.length < MOST_TOLD) this.told.push(`InfluxDB cannot keep ${name}: ${cause}`);
  }
}

/** Asks again, with pauses, while the database takes nothing. */
async function orFail<T>(
  name: string,
  signal: AbortSignal | undefined,
  attempt: () => Promise<T | InfluxAway>,
): Promise<T> {
  for (let n = 0;; n++) {
    const found = await attempt();
    signal?.throwIfAborted();
    if (!isAway(found)) return found;
    const delayMs = RETRY_MS[n];
    if (delayMs === undefined || found.trouble === "authentication") {
      throw new Error(
        `Cannot write to ${name}: ${found.why}; what was written before is there, and running this again ` +
          "writes nothing twice",
      );
    }
    await pause(found.retrySeconds === undefined ? delayMs : 1000 * found.retrySeconds, { signal });
  }
}

function isAway<T>(found: T | InfluxAway): found is InfluxAway {
  return typeof found === "object" && found !== null && "kind" in found && found.kind === "away";
}

function samplesOf(block: HkBlock, start: number, end: number): HkBlock {
  if (start === 0 && end >= block.ticks.length) return block;
  const fields = new Map([...block.fields].map(([name, vector]) => [name, sliceVector(vector, start, end)]));
  return { name: block.name, ticks: block.ticks.slice(start, end), fields };
}
