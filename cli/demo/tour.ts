/** What the demo shows: real calls and their real replies. @module */
import { type ClientSite, OCSClient } from "../../client/mod.ts";
import { type Console, styled } from "../output.ts";

/** What a tour needs. */
export interface TourOptions {
  readonly site: ClientSite;
  readonly console: Console;
  /** One JSON object for each step instead of text. */
  readonly json: boolean;
  /** Ends the tour where it is. */
  readonly signal: AbortSignal;
}

/** No step of the tour takes longer than this. */
const STEP_SECONDS = 15;
const READINGS = 3;

/**
 * Starts a task, waits for it, reads its session's data and watches three readings of a feed.
 *
 * @throws {ControlClientError} If the observatory does not answer.
 */
export async function tour({ site, console, json, signal }: TourOptions): Promise<void> {
  const { out } = console;
  const step = async (title: string, code: string, result: unknown): Promise<void> => {
    signal.throwIfAborted();
    if (json) {
      await out.print(JSON.stringify({ event: "step", title, code, result: jsonOf(result) }));
      return;
    }
    const shown = typeof result === "string" ? result : Deno.inspect(result, { colors: out.look.colors });
    await out.print(
      `\n${styled(out.look, "bold", title)}\n  ${styled(out.look, "cyan", `> ${code}`)}\n` +
        `${shown.replaceAll(/^/gm, "  ")}`,
    );
  };

  await using faker = await OCSClient.connect("faker1", { site, signal, timeoutSeconds: STEP_SECONDS });
  const task = faker.operation("delay_task");
  const started = await task.start({ delay: 1 });
  await step("Start a task", `await faker1.delay_task.start({ delay: 1 })`, started);
  const waited = await task.wait({ timeoutSeconds: STEP_SECONDS, signal });
  await step("Wait until it has ended", `const reply = await faker1.delay_task.wait()`, waited);
  await step("Read what it left", "reply.session.data", waited.session.data);

  const feed = faker.feeds["false_temperatures"];
  if (feed === undefined) throw new Error(`Cannot watch faker1: it has no feed "false_temperatures"`);
  const readings: string[] = [];
  const samples: unknown[] = [];
  await using stream = feed.samples();
  for await (const { block, timestampSeconds } of within(stream, signal)) {
    samples.push({ timestamp: timestampSeconds, ...block });
    const time = new Date(timestampSeconds * 1000).toTimeString().slice(0, 8);
    const values = Object.entries(block).map(([field, value]) =>
      `${field.replace("channel_", "ch")} ${styled(out.look, "bold", showNumber(value))}`
    );
    readings.push(`${styled(out.look, "dim", time)}  ${values.join("  ")}`);
    if (readings.length === READINGS) break;
  }
  await step(
    "Watch three readings of a feed",
    "for await (const { block } of faker1.feeds.false_temperatures.samples()) ...",
    json ? samples : readings.join("\n"),
  );
}

/** The items of a stream until the signal aborts or the time of a step is over. */
async function* within<T>(stream: AsyncIterable<T>, signal: AbortSignal): AsyncGenerator<T> {
  const deadline = AbortSignal.any([signal, AbortSignal.timeout(STEP_SECONDS * 1000)]);
  const over = new Promise<never>((_, reject) => {
    deadline.addEventListener("abort", () => reject(deadline.reason), { once: true });
  });
  over.catch(() => {});
  const iterator = stream[Symbol.asyncIterator]();
  try {
    for (;;) {
      const next = await Promise.race([iterator.next(), over]);
      if (next.done === true) return;
      yield next.value;
    }
  } finally {
    await iterator.return?.();
  }
}

function showNumber(value: unknown): string {
  return typeof value === "number" ? value.toFixed(4) : String(value);
}

/** A reply as the triple it is on the wire; everything else as it is. */
function jsonOf(result: unknown): unknown {
  return typeof result === "object" && result !== null && Symbol.iterator in result && !Array.isArray(result)
    ? Array.from(result as Iterable<unknown>) // Safe: it has just been found iterable.
    : result;
}
