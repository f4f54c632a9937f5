/** What the demo shows: real calls and their real replies. @module */
import { type AnyOperation, OCSClient, type SessionMessage } from "../../client/mod.ts";
import { pause } from "../../internal/pause.ts";
import { CONTROLLER_ID } from "./pysmurf_demo.ts";
import type { TourOptions } from "./tour_options.ts";
import { showRecording } from "./tour_recording.ts";
import { TourPrinter } from "./tour_printer.ts";

/** No step of the tour takes longer than this. */
const STEP_SECONDS = 15;
const READINGS = 3;
/** How often a session is looked at for new messages. */
const LOOK_MS = 200;

/**
 * Starts a task, waits for it, reads its session's data, watches a feed, runs a script on the pysmurf controller, and looks
 * at what was recorded meanwhile.
 *
 * @throws {ControlClientError} If the observatory does not answer.
 */
export async function tour(options: TourOptions): Promise<void> {
  const { site, signal, script } = options;
  const printer = new TourPrinter(options);
  const connection = { site, signal, timeoutSeconds: STEP_SECONDS };
  await using faker = await OCSClient.connect("faker1", connection);
  const task = faker.operation("delay_task");
  const started = await task.start({ delay: 1 });
  await printer.step("Start a task", `await faker1.delay_task.start({ delay: 1 })`, started);
  const waited = await task.wait({ timeoutSeconds: STEP_SECONDS, signal });
  await printer.step("Wait until it has ended", `const reply = await faker1.delay_task.wait()`, waited);
  await printer.step("Read what it left", "reply.session.data", waited.session.data);
  await readings(faker, printer, signal);
  if (script !== undefined) {
    await using controller = await OCSClient.connect(CONTROLLER_ID, connection);
    await runScript(controller.operation("run"), { script, printer, signal });
  }
  await showRecording(options, printer);
}

/** Watches three readings of a feed. */
async function readings(faker: OCSClient, printer: TourPrinter, signal: AbortSignal): Promise<void> {
  const feed = faker.feeds["false_temperatures"];
  if (feed === undefined) throw new Error(`Cannot watch faker1: it has no feed "false_temperatures"`);
  const code = "for await (const { block } of faker1.feeds.false_temperatures.samples()) ...";
  await printer.live("Watch three readings of a feed", code, async (show) => {
    await using stream = feed.samples();
    let count = 0;
    for await (const { block, timestampSeconds } of within(stream, signal)) {
      const values = Object.entries(block).map(([field, value]) =>
        `${field.replace("channel_", "ch")} ${printer.bold(showNumber(value))}`
      );
      await show(`${printer.time(timestampSeconds)}  ${values.join("  ")}`, {
        timestamp: timestampSeconds,
        ...block,
      });
      if (++count === READINGS) break;
    }
  });
}

/** Runs a script on the controller, follows it, waits, and reads what it has published. */
async function runScript(
  run: AnyOperation,
  { script, printer, signal }: {
    readonly script: string;
    readonly printer: TourPrinter;
    readonly signal: AbortSignal;
  },
): Promise<void> {
  const start = 'await pysmurf_controller.run.start({ script, args: ["--band", 4] })';
  await printer.step(
    "Run a script: a stand-in for one that tunes a SMuRF",
    `const script = ${JSON.stringify(script)}\n${start}`,
    await run.start({ script, args: ["--band", 4] }),
  );
  const follow = `messages ${CONTROLLER_ID}.run --follow`;
  await printer.live("Follow what it says while it runs", follow, async (show) => {
    const deadline = AbortSignal.any([signal, AbortSignal.timeout(STEP_SECONDS * 1000)]);
    for await (const [timeSeconds, text] of messagesOf(run, deadline)) {
      await show(`${printer.time(timeSeconds)}  ${text}`, [timeSeconds, text]);
    }
  });
  const reply = await run.wait({ timeoutSeconds: STEP_SECONDS, signal });
  await printer.step(
    "Wait for it; nothing is missed when it has ended already",
    "const [ok, message, session] = await pysmurf_controller.run.wait()",
    reply,
  );
  await printer.step("Read what it has published", "session.data", reply.session.data);
}

/** The messages of a session as they come, until it has ended. */
async function* messagesOf(operation: AnyOperation, signal: AbortSignal): AsyncGenerator<SessionMessage> {
  for (let seen = 0;;) {
    const { session } = await operation.status({ signal });
    const messages = session.messages ?? [];
    for (; seen < messages.length; seen++) {
      const message = messages[seen];
      if (message !== undefined) yield message;
    }
    if (session.status === "done") return;
    await pause(LOOK_MS, { signal });
    signal.throwIfAborted();
  }
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
