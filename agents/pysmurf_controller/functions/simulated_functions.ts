/** What sodetlib's functions do to the simulated crate, and how long they take. @module */
import { Float } from "../../../internal/float.ts";
import { NUM_BANDS, NUM_BIAS_GROUPS } from "./function_params.ts";
import { isObject } from "./function_record.ts";
import { QUANTILES } from "./result_feeds.ts";
import type { SimulatedCrate } from "./simulated_crate.ts";
import { responsivity } from "./simulated_detectors.ts";
import type { FunctionName } from "./smurf_backend.ts";

/** What a simulated function works with. */
export interface Simulation {
  readonly crate: SimulatedCrate;
  /** Positional arguments. */
  readonly args: readonly unknown[];
  /** Keyword arguments. */
  readonly kwargs: Readonly<Record<string, unknown>>;
  /** Present Unix time in seconds. */
  readonly now: () => number;
  /** Lets so many seconds pass; throws when the function is aborted meanwhile. */
  readonly wait: (seconds: number) => Promise<void>;
  /** Adds a line to the messages of the session. */
  readonly say: (text: string) => void;
  /** Adds to the session data. */
  readonly show: (data: Readonly<Record<string, unknown>>) => void;
}

type SimulatedFunction = (simulation: Simulation) => unknown;

/** Bias groups of a module. */
const GROUPS = Array.from({ length: NUM_BIAS_GROUPS }, (_, group) => group);

/** Every function that comes to an end by itself. */
export const SIMULATED_FUNCTIONS: Readonly<
  Record<Exclude<FunctionName, "stream" | "check_state">, SimulatedFunction>
> = {
  test: () => ({ test: 10 }),

  run_uxm_setup: async (simulation) => {
    const { crate, wait, say } = simulation;
    const step = stepsOf(simulation);
    await setUpAmplifiers(simulation, step);
    for (const band of bandsOf(simulation)) {
      step(`setup_band_${band}`);
      say(`tuning band ${band}`);
      await wait(0.6);
      crate.tune(band);
    }
    step("setup_tracking");
    say("setting up tracking");
    await wait(0.5);
    return await finishSetup(simulation, step);
  },

  run_uxm_relock: async (simulation) => {
    const { crate, wait, say } = simulation;
    const bands = bandsOf(simulation);
    const without = bands.filter((band) => !crate.isTuned(band));
    if (without.length > 0) {
      throw new Error(`Cannot relock band ${without.join(", ")}: there is no tune, run uxm_setup first`);
    }
    const step = stepsOf(simulation);
    await setUpAmplifiers(simulation, step);
    step("load_tune");
    for (const band of bands) {
      say(`relocking band ${band}`);
      await wait(0.25);
      crate.relock(band);
    }
    step("tracking_setup");
    await wait(0.5);
    const { all, good } = crate.tracking();
    const data = await finishSetup(simulation, step);
    crate.groupsKnown = true;
    return {
      ...data,
      filepath: fileOf(simulation, "tracking_results"),
      all_det_num: all,
      good_det_num: good,
    };
  },

  take_noise: async (simulation) => {
    const seconds = Number(simulation.args[0] ?? 30);
    return { quantiles: { white_noise_level: await noise(simulation, seconds) } };
  },

  take_bgmap: async (simulation) => {
    await takeData(simulation, 1.5, "oper,bgmap");
    const { crate } = simulation;
    crate.groupsKnown = crate.readable().length > 0;
    const counts = [...GROUPS, -1].map((group) =>
      crate.readable().filter((one) => one.group === group).length
    );
    return { nchans_per_bg: counts, filepath: fileOf(simulation, "bias_step_analysis") };
  },

  take_iv: async (simulation) => {
    const { crate, say } = simulation;
    say("overbiasing and stepping down");
    await takeData(simulation, 2.5, "oper,iv");
    const channels = crate.readable();
    crate.curvesKnown = channels.length > 0;
    // As sodetlib leaves it: the bias at the end of the sweep is zero.
    for (const group of GROUPS) crate.setBias(group, 0);
    return {
      filepath: fileOf(simulation, "iv"),
      quantiles: {
        Rn: quantileObject("Rn", channels.map(({ rnOhms }) => rnOhms)),
        p_sat: quantileObject("p_sat", channels.map(({ psatPw }) => psatPw)),
      },
    };
  },

  take_bias_steps: async (simulation) => {
    await takeData(simulation, 1.5, "oper,bias_steps");
    return biasedChannels(simulation, "bias_step_analysis");
  },

  take_bias_waves: async (simulation) => {
    await takeData(simulation, 1.5, "oper,bias_waves");
    return biasedChannels(simulation, "bias_wave_analysis");
  },

  overbias_tes: async ({ crate, kwargs, wait }) => {
    await wait(1);
    crate.overbias(groupsOf(kwargs["bgs"]));
    return null;
  },

  set_biases: async ({ crate, kwargs, wait }) => {
    const { bgs, biases } = kwargs;
    const groups = groupsOf(bgs);
    const volts = Array.isArray(biases) ? biases : [];
    for (const [i, group] of groups.entries()) {
      await wait(0.05);
      crate.setBias(group, Number(volts[i]));
    }
    return null;
  },

  bias_dets: async ({ crate, kwargs, wait, say }) => {
    if (!crate.curvesKnown) {
      throw new Error("Cannot bias detectors: there are no IV curves, run take_iv first");
    }
    const { rfrac } = kwargs;
    const target = Array.isArray(rfrac) ? (Number(rfrac[0]) + Number(rfrac[1])) / 2 : Number(rfrac ?? 0.45);
    say(`biasing to ${target} of normal resistance`);
    await wait(1);
    for (const group of GROUPS) {
      const volts = crate.biasFor(group, target);
      if (volts > 0) crate.overbias([group], volts);
    }
    return { biases: crate.biases.map((volts) => new Float(volts)) };
  },

  all_off: async ({ crate, kwargs, wait }) => {
    await wait(0.3);
    crate.switchOff({ amps: kwargs["disable_amps"] !== false, tones: kwargs["disable_tones"] !== false });
    return null;
  },

  restart_rssi: async ({ wait }) => {
    await wait(0.5);
    return { rssi_responsive: true, restarted: false };
  },

  stream_off: ({ crate }) => {
    crate.closeStream();
    return null;
  },
};

/** A quantile object (smurf 2.7), interpolated linearly; all 0 where there is nothing. */
export function quantileObject(name: string, values: readonly number[]): Record<string, unknown> {
  const sorted = [...values].sort((a, b) => a - b);
  const at = (percent: number): number => {
    const place = (sorted.length - 1) * percent / 100;
    const low = sorted[Math.floor(place)] ?? 0;
    const high = sorted[Math.ceil(place)] ?? low;
    return low + (high - low) * (place - Math.floor(place));
  };
  return {
    name,
    quantiles: QUANTILES,
    values: QUANTILES.map((percent) => new Float(sorted.length === 0 ? 0 : at(percent))),
    total: sorted.length,
  };
}

/** Where a result would be. */
export function fileOf({ crate, now }: Pick<Simulation, "crate" | "now">, name: string): string {
  const second = Math.floor(now());
  const folder = `/simulated/smurf_data/${String(second).slice(0, 5)}/${crate.streamId}`;
  return `${folder}/outputs/${second}_${name}.npy`;
}

/** Keeps the list of steps, each with its beginning. */
function stepsOf({ crate, now, show }: Simulation): (name: string) => void {
  const timestamps: [string, Float][] = [];
  return (name) => {
    timestamps.push([name, new Float(now())]);
    show({ timestamps: [...timestamps] });
    crate.action = { name, timestamp: Math.floor(now()) };
  };
}

async function setUpAmplifiers(
  { crate, wait, say, show }: Simulation,
  step: (name: string) => void,
): Promise<void> {
  step("setup_amps");
  say("setting up amplifiers");
  await wait(0.5);
  crate.amplifiersOn = true;
  show({ setup_amps_summary: { success: true, amp_50k_Id: new Float(15), amp_hemt_Id: new Float(8) } });
}

async function finishSetup(
  simulation: Simulation,
  step: (name: string) => void,
): Promise<Record<string, unknown>> {
  const { crate, say, show } = simulation;
  step("noise");
  say("measuring noise");
  await noise(simulation, 1);
  const channels = crate.readable();
  const levels = crate.noiseLevels();
  const medians = Array.from({ length: NUM_BANDS }, (_, band) => {
    const own = levels.filter((_, i) => channels[i]?.band === band).sort((a, b) => a - b);
    return new Float(own[Math.floor(own.length / 2)] ?? 0);
  });
  step("end");
  const data = { noise: { band_medians: medians } };
  show(data);
  return data;
}

async function noise(simulation: Simulation, seconds: number): Promise<Record<string, unknown>> {
  await takeData(simulation, seconds, "oper,noise");
  const levels = simulation.crate.noiseLevels();
  if (levels.length === 0) simulation.say("no channels found: nothing is tuned, or the amplifiers are off");
  return quantileObject("white_noise_level", levels);
}

/** Streams for some time; the stream is closed also when the function is aborted. */
async function takeData({ crate, now, wait }: Simulation, seconds: number, tags: string): Promise<void> {
  crate.openStream(Math.floor(now()), tags);
  try {
    await wait(seconds);
  } finally {
    crate.closeStream();
  }
}

function biasedChannels(simulation: Simulation, file: string): Record<string, unknown> {
  const { crate, kwargs } = simulation;
  const range = Array.isArray(kwargs["rfrac_range"]) ? kwargs["rfrac_range"].map(Number) : [];
  const [low = 0.2, high = 0.9] = range;
  const inner = isObject(kwargs["kwargs"]) ? kwargs["kwargs"] : {};
  const wanted = new Set(groupsOf(inner["bgs"]));
  const channels = crate.readable().filter(({ group }) => group === -1 || wanted.has(group));
  const fractions = channels.map((detector) => crate.fractionOf(detector));
  const biased = channels.filter((_, i) => low < fractions[i]! && fractions[i]! < high);
  return {
    filepath: fileOf(simulation, file),
    biased_total: biased.length,
    // Without a map of the groups nobody knows which channel is on which.
    biased_per_bg: GROUPS.map((group) =>
      crate.groupsKnown ? biased.filter((detector) => detector.group === group).length : 0
    ),
    quantiles: {
      Rfrac: quantileObject("Rfrac", fractions),
      Si: quantileObject("Si", channels.map((detector, i) => responsivity(detector, fractions[i]!))),
      Rtes: quantileObject("Rtes", channels.map(({ rnOhms }, i) => rnOhms * fractions[i]!)),
    },
  };
}

function bandsOf({ kwargs: { bands } }: Simulation): number[] {
  if (bands === null || bands === undefined) return Array.from({ length: NUM_BANDS }, (_, band) => band);
  return (Array.isArray(bands) ? bands : [bands]).map(Number);
}

function groupsOf(bgs: unknown): number[] {
  if (bgs === null || bgs === undefined) return [...GROUPS];
  return (Array.isArray(bgs) ? bgs : [bgs]).map(Number);
}
