/** A crate that is not there: it remembers what was done to it, and answers accordingly. @module */
import { NUM_BANDS, NUM_BIAS_GROUPS } from "./function_params.ts";
import {
  type Detector,
  makeDetectors,
  normal,
  normalVolts,
  resistanceFraction,
  seededRandom,
} from "./simulated_detectors.ts";

/** A stream that is open. */
export interface OpenStream {
  /** Session id: the Unix second it was opened in. */
  readonly sid: number;
  /** Such as `obs,cmb`. */
  readonly tags: string;
}

// What a relock costs in noise against a fresh tune.
const RELOCK_QUALITY = 0.94;
const OVERBIAS_VOLTS = 19.9;

/** State of a card with its amplifiers, tones, biases and detectors. Cold and off at first, and never tuned. */
export class SimulatedCrate {
  /** Name of its data, such as `crate1slot2`. */
  readonly streamId: string;
  /** Volts on each bias group. */
  readonly biases: number[] = new Array<number>(NUM_BIAS_GROUPS).fill(0);
  /** Whether the amplifiers are on. */
  amplifiersOn = false;
  /** Whether the bias groups of the channels are known. */
  groupsKnown = false;
  /** Whether IV curves have been taken since the last tune. */
  curvesKnown = false;
  /** What is being done, as the card's registers tell it. */
  action: { readonly name: string; readonly timestamp: number } = { name: "", timestamp: 0 };
  /** The stream that is open. */
  stream: OpenStream | undefined;
  readonly #detectors: readonly Detector[];
  readonly #random: () => number;
  readonly #tuned = new Set<number>();
  /** Bands with tones, and how well they are locked. */
  readonly #locked = new Map<number, number>();
  readonly #superconducting: boolean[] = new Array<boolean>(NUM_BIAS_GROUPS).fill(true);

  /** Makes up a module; the same one for the same slot. */
  constructor({ slot }: { readonly slot: string }) {
    this.streamId = `crate1slot${slot}`;
    this.#random = seededRandom(Number.parseInt(slot) || 0);
    this.#detectors = makeDetectors(this.#random);
  }

  /** Whether a band has ever been tuned. */
  isTuned(band: number): boolean {
    return this.#tuned.has(band);
  }

  /** Finds the resonators of a band and switches their tones on. */
  tune(band: number): void {
    this.#tuned.add(band);
    this.#locked.set(band, 1);
    // Channels are assigned anew.
    this.groupsKnown = false;
    this.curvesKnown = false;
  }

  /** Switches the tones of a tuned band on again. */
  relock(band: number): void {
    this.#locked.set(band, RELOCK_QUALITY);
  }

  /** Switches off; tones with the flux ramp and all biases, as pysmurf does. */
  switchOff({ amps, tones }: { readonly amps: boolean; readonly tones: boolean }): void {
    if (tones) {
      this.#locked.clear();
      for (let group = 0; group < NUM_BIAS_GROUPS; group++) this.setBias(group, 0);
    }
    if (amps) this.amplifiersOn = false;
  }

  /** Channels with a tone. */
  active(): readonly Detector[] {
    return this.#detectors.filter(({ band }) => this.#locked.has(band));
  }

  /** Channels whose signal arrives: none without amplifiers. */
  readable(): readonly Detector[] {
    return this.amplifiersOn ? this.active().filter((detector) => this.#tracks(detector)) : [];
  }

  /** Channels of each band, all and those that track well. */
  tracking(): { readonly all: number[]; readonly good: number[] } {
    const all = new Array<number>(NUM_BANDS).fill(0);
    const good = [...all];
    const readable = new Set(this.readable());
    for (const detector of this.active()) {
      all[detector.band]!++;
      if (readable.has(detector)) good[detector.band]!++;
    }
    return { all, good };
  }

  /** White noise of each readable channel in pA/rtHz, a little different each time. */
  noiseLevels(): number[] {
    return this.readable().map(({ band, whiteNoise }) =>
      whiteNoise / (this.#locked.get(band) ?? 1) * (1 + 0.05 * normal(this.#random))
    );
  }

  /** Sets the bias of a group; without bias its detectors become superconducting. Lines without detectors do nothing. */
  setBias(group: number, volts: number): void {
    if (group >= NUM_BIAS_GROUPS) return;
    this.biases[group] = volts;
    if (Math.abs(volts) < 1) this.#superconducting[group] = true;
    if (Math.abs(volts) >= OVERBIAS_VOLTS) this.#superconducting[group] = false;
  }

  /** Drives groups normal, then goes back to the bias they had, or to what keeps them normal. */
  overbias(groups: readonly number[], keepVolts = OVERBIAS_VOLTS): void {
    for (const group of groups) {
      this.setBias(group, OVERBIAS_VOLTS);
      this.setBias(group, keepVolts);
    }
  }

  /** Fraction of normal resistance of a channel now; 0 for one without bias line. */
  fractionOf(detector: Detector): number {
    const volts = this.biases[detector.group];
    if (volts === undefined) return 0;
    return resistanceFraction(detector, volts, this.#superconducting[detector.group] ?? true);
  }

  /** Volts that bring the median channel of a group to a fraction of its normal resistance; 0 without channels. */
  biasFor(group: number, fraction: number): number {
    const volts = this.readable().filter((detector) => detector.group === group)
      .map((detector) => normalVolts(detector) * Math.sqrt(fraction)).sort((a, b) => a - b);
    return volts[Math.floor(volts.length / 2)] ?? 0;
  }

  /** Opens a stream. */
  openStream(sid: number, tags: string): void {
    if (this.stream !== undefined) throw new Error(`Cannot open stream: ${this.stream.sid} is open`);
    this.stream = { sid, tags };
  }

  /** Closes the stream, if there is one. */
  closeStream(): void {
    this.stream = undefined;
  }

  #tracks({ tracksWell, channel }: Detector): boolean {
    return tracksWell && channel % 50 !== 7;
  }
}
