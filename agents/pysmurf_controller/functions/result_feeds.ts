/** The feeds of results (smurf 2.8). @module */
import type { Agent } from "../../../framework/agent.ts";
import type { Feed } from "../../../framework/feed.ts";
import type { FieldKind } from "../../../framework/field_kinds.ts";
import type { Sample, Samples } from "../../../framework/samples.ts";
import { Float } from "../../../internal/float.ts";
import { isObject } from "./function_record.ts";
import { NUM_BANDS, NUM_BIAS_GROUPS } from "./function_params.ts";

/** Percentages of the quantiles that are published. */
export const QUANTILES = [10, 25, 50, 75, 90] as const;

/** What a function returned. */
type Returned = Readonly<Record<string, unknown>>;
type RecordFeed = Feed<Sample | Samples>;
type Block = Record<string, unknown>;

/** All result feeds; each takes what its function returned. */
export interface ResultFeeds {
  /** Of `check_state`, at each look. */
  state(data: Returned): void;
  /** Of `uxm_relock`. */
  tracking(returned: Returned): void;
  /** Of `take_noise`. */
  noise(returned: Returned): void;
  /** Of `take_iv`. */
  iv(returned: Returned): void;
  /** Of `take_bias_steps`. */
  biasSteps(returned: Returned): void;
  /** Of `take_bias_waves`. */
  biasWaves(returned: Returned): void;
}

/**
 * Registers the six feeds, recorded and unbuffered, with the kinds of their fields.
 *
 * Quantiles are floats always; the reference mixes in integer zeros, which upset recorders.
 *
 * @param goodThreshold Share of good detectors in a band below which its alarm is 1.
 */
export function registerResultFeeds(
  agent: Agent,
  { goodThreshold }: { readonly goodThreshold: number },
): ResultFeeds {
  const register = (name: string, fields: Record<string, FieldKind>) =>
    agent.registerFeed(name, { record: true, fields });
  const state = register("state_results", ints(["open_g3stream", "num_active_channels"]));
  const tracking = register(
    "tracking_results",
    ints(bandNumbers().flatMap((band) => [`alldet_band${band}`, `gooddet_band${band}`, `alarm_band${band}`])),
  );
  const noise = register("noise_results", quantileFields(["white_noise_level"]));
  const iv = register("iv_results", quantileFields(["Rn", "p_sat"]));
  const biasFields = {
    ...ints(["biased_total", ...groupNumbers().map((group) => `biased_bg${group}`)]),
    ...quantileFields(["Rfrac", "Si", "Rtes"]),
  };
  const biasSteps = register("bias_step_results", biasFields);
  const biasWaves = register("bias_wave_results", biasFields);
  return {
    state: ({ open_g3stream, num_active_channels }) =>
      publish(state, "state_results", { open_g3stream, num_active_channels }),
    tracking: (returned) => {
      const block = trackingBlock(returned, goodThreshold);
      if (block !== undefined) publish(tracking, "tracking_results", block);
    },
    noise: (returned) => publish(noise, "noise_results", quantileBlock(returned)),
    iv: (returned) => publish(iv, "iv_results", quantileBlock(returned)),
    // Peer socs (PysmurfController.take_bias_steps): the block's name has one s more than the feed's.
    biasSteps: (returned) => publish(biasSteps, "bias_steps_results", biasBlock(returned)),
    biasWaves: (returned) => publish(biasWaves, "bias_wave_results", biasBlock(returned)),
  };
}

function publish(feed: RecordFeed, blockName: string, data: Block): void {
  feed.publish({ blockName, data });
}

/** The alarm is raised for a band without detectors, or with too small a share of good ones. */
function trackingBlock(
  { all_det_num: all, good_det_num: good }: Returned,
  threshold: number,
): Block | undefined {
  // A sodetlib that tells nothing of tracking.
  if (!Array.isArray(all) || !Array.isArray(good)) return undefined;
  const block: Block = {};
  for (const band of bandNumbers()) {
    block[`alldet_band${band}`] = all[band];
    block[`gooddet_band${band}`] = good[band];
    block[`alarm_band${band}`] = all[band] > 0 && good[band] / all[band] >= threshold ? 0 : 1;
  }
  return block;
}

function biasBlock(returned: Returned): Block {
  const perGroup = Array.isArray(returned["biased_per_bg"]) ? returned["biased_per_bg"] : [];
  return {
    ...Object.fromEntries(groupNumbers().map((group) => [`biased_bg${group}`, perGroup[group]])),
    biased_total: returned["biased_total"],
    ...quantileBlock(returned),
  };
}

/** `<name>_q<percent>` and `<name>_total` of every quantile object. */
function quantileBlock({ quantiles }: Returned): Block {
  if (!isObject(quantiles)) throw new TypeError("Cannot read quantiles: there are none in the result");
  const block: Block = {};
  for (const one of Object.values(quantiles)) {
    if (!isObject(one) || !Array.isArray(one["quantiles"]) || !Array.isArray(one["values"])) {
      throw new TypeError("Cannot read quantiles: expected name, quantiles, values and total");
    }
    const values = one["values"];
    one["quantiles"].forEach((percent, i) => {
      block[`${one["name"]}_q${Math.trunc(Number(percent))}`] = new Float(Number(values[i]));
    });
    block[`${one["name"]}_total`] = one["total"];
  }
  return block;
}

function quantileFields(names: readonly string[]): Record<string, FieldKind> {
  const fields: Record<string, FieldKind> = {};
  for (const name of names) {
    for (const percent of QUANTILES) fields[`${name}_q${percent}`] = "float";
    fields[`${name}_total`] = "int";
  }
  return fields;
}

function ints(names: readonly string[]): Record<string, FieldKind> {
  return Object.fromEntries(names.map((name) => [name, "int" as const]));
}

function bandNumbers(): number[] {
  return Array.from({ length: NUM_BANDS }, (_, band) => band);
}

function groupNumbers(): number[] {
  return Array.from({ length: NUM_BIAS_GROUPS }, (_, group) => group);
}
