/** Functions on a crate that is not there, for the demo and for training. @module */
import { errorText } from "../../../framework/run_outcome.ts";
import type { Clock } from "../../../internal/clock.ts";
import { Float } from "../../../internal/float.ts";
import { pause } from "../../../internal/pause.ts";
import { isObject } from "./function_record.ts";
import { SimulatedCrate } from "./simulated_crate.ts";
import { SIMULATED_FUNCTIONS } from "./simulated_functions.ts";
import {
  failedRecord,
  type FunctionCall,
  type FunctionRecord,
  type FunctionWatcher,
  type SmurfBackend,
} from "./smurf_backend.ts";

/** Carries functions out on a simulated crate, in shortened but not in no time. */
export class SimulatedBackend implements SmurfBackend {
  readonly simulated = true;
  /** What is worked on. */
  readonly crate: SimulatedCrate;
  readonly #clock: Clock;

  /**
   * Makes up a crate.
   *
   * @param slot Slot of the card; names the stream, and makes one module different from another. Default 2.
   */
  constructor({ slot = "2", clock }: { readonly slot?: string | undefined; readonly clock: Clock }) {
    this.crate = new SimulatedCrate({ slot });
    this.#clock = clock;
  }

  /** Calls a function. */
  async call(
    { funcName, args = [], kwargs = {} }: FunctionCall,
    { signal, onMessage, onData }: FunctionWatcher,
  ): Promise<FunctionRecord> {
    if (funcName === "stream" || funcName === "check_state") {
      return failedRecord(`Cannot call "${funcName}": it goes on until it is stopped`);
    }
    this.crate.action = { name: funcName, timestamp: Math.floor(this.#clock.now()) };
    try {
      const returned = await SIMULATED_FUNCTIONS[funcName]({
        crate: this.crate,
        args,
        kwargs,
        now: () => this.#clock.now(),
        wait: async (seconds) => {
          await pause(seconds * 1000, { clock: this.#clock, signal });
          if (signal.aborted) throw new Error("Aborted by the controller");
        },
        say: onMessage,
        show: onData,
      });
      return { success: true, return_val: returned, traceback: null };
    } catch (error) {
      return failedRecord(`Error: ${errorText(error)}`);
    } finally {
      this.crate.action = { name: "", timestamp: 0 };
    }
  }

  /** Calls `stream` or `check_state`. */
  async follow({ funcName, kwargs = {} }: FunctionCall, watcher: FunctionWatcher): Promise<FunctionRecord> {
    try {
      if (funcName === "stream") return await this.#stream(kwargs, watcher);
      if (funcName === "check_state") return await this.#checkState(kwargs, watcher);
      return failedRecord(`Cannot follow "${funcName}": it comes to an end by itself`);
    } catch (error) {
      return failedRecord(`Error: ${errorText(error)}`);
    }
  }

  /** Closes what is open. */
  [Symbol.asyncDispose](): Promise<void> {
    this.crate.closeStream();
    return Promise.resolve();
  }

  async #stream(
    { duration, test_mode, kwargs }: Readonly<Record<string, unknown>>,
    { signal, onData }: FunctionWatcher,
  ): Promise<FunctionRecord> {
    const { crate } = this;
    const clock = this.#clock;
    const settings = isObject(kwargs) ? kwargs : {};
    const { stream_type = "obs", subtype = "stream", tag } = settings;
    onData({ stream_id: crate.streamId });
    const end = clock.now() + (duration === null || duration === undefined ? Infinity : Number(duration));
    await pause(200, { clock, signal });
    const sid = Math.floor(clock.now());
    crate.openStream(sid, [stream_type, subtype, ...(tag === undefined ? [] : [tag])].join(","));
    try {
      onData({ sid, stream_on: true, last_updated: new Float(clock.now()) });
      while (!signal.aborted) {
        const seconds = Math.min(1, end - clock.now());
        if (seconds <= 0) break;
        await pause(seconds * 1000, { clock, signal });
        onData({ last_updated: new Float(clock.now()) });
        if (test_mode === true) break;
      }
    } finally {
      crate.closeStream();
    }
    const return_val = { stream_on: false, last_updated: new Float(clock.now()) };
    return { success: true, return_val, traceback: null };
  }

  async #checkState(
    { poll_interval, test_mode }: Readonly<Record<string, unknown>>,
    { signal, onData }: FunctionWatcher,
  ): Promise<FunctionRecord> {
    while (!signal.aborted) {
      onData(this.#state());
      await pause(Number(poll_interval) * 1000, { clock: this.#clock, signal });
      if (test_mode === true) break;
    }
    return { success: true, return_val: {}, traceback: null };
  }

  #state(): Record<string, unknown> {
    const { crate } = this;
    const { stream, action } = crate;
    return {
      channel_mask: stream === undefined
        ? []
        : crate.active().map(({ band, channel }) => 512 * band + channel),
      downsample_factor: 20,
      agg_time: new Float(2),
      open_g3stream: stream === undefined ? 0 : 1,
      pysmurf_action: action.name,
      pysmurf_action_timestamp: action.timestamp,
      stream_tag: stream?.tags ?? "",
      last_update: new Float(this.#clock.now()),
      stream_id: crate.streamId,
      num_active_channels: crate.active().length,
    };
  }
}
