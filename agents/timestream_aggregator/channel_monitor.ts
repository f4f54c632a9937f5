/** Publishes some channels of the stream while it is recorded. @module */
import { type Agent, float, list, type Sample, type Samples } from "../../framework/mod.ts";
import type { Feed } from "../../framework/mod.ts";
import { blobFinder, decodeBlob, FRAME_TYPES, type RawFrame } from "../../g3/mod.ts";
import { LimitedLog } from "../../internal/limited_log.ts";
import { toError } from "../../internal/to_error.ts";
import { pyRepr } from "../../ocs/python_text.ts";
import { pickSamples } from "./channel_samples.ts";
import { SET_CHANNELS_DOC, SET_RATE_DOC } from "./docs.ts";

// smurf 4.7
const MOST_CHANNELS = 6;
const HIGHEST_RATE_HZ = 10;
/** What is decoded of a frame at most, in bytes: a second of some thousand channels. */
const MOST_BYTES = 1 << 26;

const dataBlob = blobFinder("data");

/** The feed `detectors` and the two tasks that say what is on it. */
export class ChannelMonitor {
  readonly #feed: Feed<Sample | Samples>;
  readonly #log: LimitedLog;
  #channels: readonly number[] = [];
  #targetRateHz: number;

  /** Registers the feed and the tasks; publishes nothing until channels are set. */
  constructor(agent: Agent, targetRateHz: number) {
    this.#feed = agent.registerFeed("detectors", { record: true });
    this.#log = new LimitedLog((text) => agent.log.error(text), agent.clock);
    this.#targetRateHz = targetRateHz;
    agent.registerTask(
      "set_monitored_channels",
      { doc: SET_CHANNELS_DOC, params: { channels: list({ check: areChannels }) } },
      (_session, { channels }) => {
        if (channels.length > MOST_CHANNELS) {
          return [false, `Cannot monitor more than ${MOST_CHANNELS} channels`] as const;
        }
        this.#channels = channels.map(Number);
        return `Set monitored channels to ${pyRepr(this.#channels)}`;
      },
    );
    agent.registerTask(
      "set_target_rate",
      { doc: SET_RATE_DOC, params: { target_rate: float({ check: (rate) => rate > 0 }) } },
      (_session, { target_rate: rate }) => {
        if (rate > HIGHEST_RATE_HZ) return [false, `Max target rate is ${HIGHEST_RATE_HZ} Hz`] as const;
        this.#targetRateHz = rate;
        return `Set target sampling rate to ${rate}`;
      },
    );
  }

  /** Whether the frame has something to publish. */
  wants({ type }: RawFrame): boolean {
    return this.#channels.length > 0 && type === FRAME_TYPES.Scan;
  }

  /** Publishes what is monitored of a Scan frame. Never throws. */
  show(frame: RawFrame): void {
    const blob = dataBlob(frame);
    if (blob === undefined) return;
    try {
      const data = decodeBlob(blob, { maxObjectBytes: MOST_BYTES });
      const channels = this.#channels;
      for (
        const { name, timestamps, values } of pickSamples(data, {
          channels,
          targetRateHz: this.#targetRateHz,
        })
      ) {
        if (values.length > 0) this.#feed.publish({ blockName: name, timestamps, data: { [name]: values } });
      }
    } catch (error) {
      this.#log.say("monitor", `A frame cannot be monitored: ${toError(error).message}`);
    }
  }
}

/** Whether these are numbers of channels. */
function areChannels(channels: readonly unknown[]): boolean {
  return channels.every((one) => Number.isInteger(one) && Number(one) >= 0 && Number(one) <= 999_999);
}
