/**
 * Publishes made-up temperatures, and has tasks and processes to try clients on.
 *
 *     deno run -A agents/fake_data.ts --instance-id faker1 --mode acq
 *
 * @module
 */
import { Float } from "../internal/float.ts";
import { type Agent, flag, float, runAgent, type Session } from "../framework/mod.ts";
import type { OptionValues } from "../site/option_specs.ts";
import { acquire, type Readings } from "./fake_data/acquire.ts";
import { delay, type DelayProgress } from "./fake_data/delay.ts";
import { ACQ_DOC, COUNT_DOC, DELAY_TASK_DOC, SET_HEARTBEAT_DOC } from "./fake_data/docs.ts";
import { FakeChannels } from "./fake_data/fake_channels.ts";
import { FAKE_DATA } from "./fake_data/options.ts";

/** Options of the fake-data agent. */
export type FakeDataOptions = OptionValues<typeof FAKE_DATA.options>;

/** The fake-data agent. */
export class FakeDataAgent {
  /** Registers the feed `false_temperatures` and four operations. */
  constructor(agent: Agent, { mode, numChannels, sampleRate, frameLength }: FakeDataOptions) {
    const { clock, log } = agent;
    const startup = mode === "acq";
    const { names } = new FakeChannels(numChannels);
    const feed = agent.registerFeed("false_temperatures", {
      record: true,
      aggParams: { frame_length: frameLength },
      bufferTimeSeconds: 1,
      fields: Object.fromEntries(names.map((name) => [name, "float"] as const)),
    });
    const influxdbTags = Object.fromEntries(
      names.map((name, channel) => [name, { channel, _field: "temperature" }]),
    );

    agent.registerProcess("acq", {
      doc: ACQ_DOC,
      startup,
      params: { degradation_period: float({ default: null }), test_mode: flag({ default: false }) },
      stop: (session) => {
        session.setStatus("stopping");
        session.abort();
        return [true, "Requested process stop."];
      },
    }, async (session: Session<Partial<Readings>>, { degradation_period, test_mode }) => {
      log.info("Starting acquisition");
      await acquire(session.signal, {
        channels: new FakeChannels(numChannels),
        sampleRate,
        testMode: test_mode,
        degradationPeriodSeconds: degradation_period,
        now: () => clock.now(),
        sleep: (seconds) => session.sleep(seconds),
        publish: (report) => feed.publish({ blockName: "temps", ...report, influxdbTags }),
        show: (readings) => session.data = readings,
        toggleDegraded: () => session.degraded = !session.degraded,
        log,
      });
      feed.flush();
      return "Acquisition exited cleanly.";
    });

    agent.registerProcess("count", { doc: COUNT_DOC, startup, blocking: false }, async (session) => {
      for (let counter = 0; !session.signal.aborted; counter++) {
        session.data = { counter, last_update: new Float(clock.now()) };
        await session.sleep(1);
      }
      return "Exited on request.";
    });

    agent.registerTask("set_heartbeat", {
      doc: SET_HEARTBEAT_DOC,
      params: { heartbeat: flag({ default: true }) },
    }, (_session, { heartbeat }) => {
      agent.heartbeat = heartbeat;
      const state = heartbeat ? "True" : "False";
      log.info(`Setting heartbeat_on: ${state}...`);
      return `Set heartbeat_on: ${state}`;
    });

    agent.registerTask("delay_task", {
      doc: DELAY_TASK_DOC,
      blocking: false,
      abortable: true,
      // With a policy in force there has to be something to try it on.
      minPrivs: agent.accessPolicy === "none" ? 1 : 2,
      params: { succeed: flag({ default: true }), delay: float({ default: 5, min: 0 }) },
    }, (session: Session<Partial<DelayProgress>>, { succeed, delay: delaySeconds }) => {
      // Peer ocs (FakeDataAgent.delay_task): tests of access control count on this refusal.
      if (session.credLevel === 2 && delaySeconds === 3.33) {
        return [false, "Actually you need access level 3+ to delay for 3.33 seconds."];
      }
      return delay(session.signal, {
        delaySeconds,
        succeed,
        now: () => clock.now(),
        sleep: (seconds) => session.sleep(seconds),
        show: (progress) => session.data = progress,
      });
    });
  }
}

/** Runs the agent with the options of the command line and the site file; resolves with the exit code. */
export function main(args?: readonly string[]): Promise<number> {
  return runAgent(FakeDataAgent, FAKE_DATA, { args });
}

if (import.meta.main) Deno.exit(await main());
