/** Made-up detectors: what they are, and how they respond to a bias. @module */
import { NUM_BANDS, NUM_BIAS_GROUPS } from "./function_params.ts";

/** One readout channel with its detector. */
export interface Detector {
  readonly band: number;
  readonly channel: number;
  /** Bias group, -1 for none. */
  readonly group: number;
  /** Normal resistance in ohms. */
  readonly rnOhms: number;
  /** Saturation power in pW. */
  readonly psatPw: number;
  /** White noise of a fresh tune in pA/rtHz. */
  readonly whiteNoise: number;
  /** Whether it tracks well whenever it is locked. */
  readonly tracksWell: boolean;
}

/** 1720 in all, as on a full detector module. */
export const CHANNELS_PER_BAND = 215;
// Of the volts on a bias line, what arrives at a detector.
const DIVIDER = 2e-8;
// Below this fraction of normal resistance a detector falls out of transition.
const LATCH_FRACTION = 0.08;

/** Makes up all detectors of a module; the same ones for the same numbers. */
export function makeDetectors(random: () => number): Detector[] {
  const detectors: Detector[] = [];
  for (let band = 0; band < NUM_BANDS; band++) {
    for (let i = 0; i < CHANNELS_PER_BAND; i++) {
      // Each half of the bands reads one half of the module.
      const half = band < NUM_BANDS / 2 ? 0 : NUM_BIAS_GROUPS / 2;
      const group = random() < 0.03 ? -1 : half + Math.floor(random() * NUM_BIAS_GROUPS / 2);
      const psat = group % 2 === 0 ? 2 : 6;
      detectors.push({
        band,
        // Two of five channels of a band are used.
        channel: Math.floor(i * 512 / CHANNELS_PER_BAND),
        group,
        rnOhms: 7.7e-3 * (1 + 0.03 * normal(random)),
        psatPw: psat * (1 + 0.06 * normal(random)),
        whiteNoise: 60 * Math.exp(0.25 * normal(random)),
        tracksWell: random() < 0.96,
      });
    }
  }
  return detectors;
}

/** Volts on the line at which a detector becomes normal. */
export function normalVolts({ psatPw, rnOhms }: Detector): number {
  return Math.sqrt(psatPw * 1e-12 * rnOhms) / DIVIDER;
}

/**
 * Fraction of normal resistance at a bias: the power in a detector is constant in transition.
 *
 * @param superconducting Whether its group has not been driven normal since it was without bias.
 */
export function resistanceFraction(
  detector: Detector,
  volts: number,
  superconducting: boolean,
): number {
  const ratio = Math.abs(volts) / normalVolts(detector);
  if (ratio >= 1 && !superconducting) return 1;
  // A superconducting detector takes more than that before it becomes normal.
  if (superconducting) return ratio >= 1.3 ? 1 : 0;
  return ratio ** 2 < LATCH_FRACTION ? 0 : ratio ** 2;
}

/** Responsivity in 1/V: the reverse of the voltage over the detector; 0 out of transition. */
export function responsivity(detector: Detector, fraction: number): number {
  if (fraction === 0 || fraction === 1) return 0;
  return -1 / Math.sqrt(detector.psatPw * 1e-12 * detector.rnOhms * fraction);
}

/** Random numbers from 0 to 1 that come out the same each time (mulberry32). */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** A normal deviate, near enough. */
export function normal(random: () => number): number {
  let sum = -6;
  for (let i = 0; i < 12; i++) sum += random();
  return sum;
}
