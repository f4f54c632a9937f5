/** A made-up tune: resonators, and the channels that read them (smurf 5.2). @module */
import { Float } from "../../internal/float.ts";
import { npyOfObject, type PickleValue } from "./pickle.ts";

const FIRST_MHZ = 4000;
const RANGE_MHZ = 4000;
const BANDS = 8;
const BAND_MHZ = RANGE_MHZ / BANDS;
/** Subbands of a band, and channels of a band at most. */
const PER_BAND = 512;

/** One resonator. */
export interface Resonator {
  readonly frequencyMhz: number;
  readonly band: number;
  readonly subband: number;
  /** In its band; -1 when the band has no channel left for it. */
  readonly channel: number;
}

/** Resonators evenly spread from 4 to 8 GHz. */
export class Tune {
  /** All of them, by frequency. */
  readonly resonators: readonly Resonator[];
  /** Bands that have resonators. */
  readonly bands: readonly number[];

  /** Spreads so many resonators; each band gives its channels to the first 512 of its own. */
  constructor(count: number) {
    const used = new Map<number, number>();
    this.resonators = Array.from({ length: count }, (_, i) => {
      const offsetMhz = i * RANGE_MHZ / count;
      const band = Math.floor(offsetMhz / BAND_MHZ);
      const channel = used.get(band) ?? 0;
      used.set(band, channel + 1);
      return {
        frequencyMhz: FIRST_MHZ + offsetMhz,
        band,
        subband: Math.floor(offsetMhz / (BAND_MHZ / PER_BAND)) % PER_BAND,
        channel: channel < PER_BAND ? channel : -1,
      };
    });
    this.bands = [...used.keys()];
  }

  /** Channels over all bands, in the order in which they are streamed. */
  get mask(): number[] {
    return this.resonators.filter(({ channel }) => channel >= 0).map(({ band, channel }) =>
      band * PER_BAND + channel
    );
  }

  /** The channel assignment file of a band, as pysmurf writes it: frequency, subband, channel, group. */
  assignment(band: number): string {
    return this.resonators.filter((resonator) => resonator.band === band)
      .map(({ frequencyMhz, subband, channel }) => `${frequencyMhz.toFixed(4)},${subband},${channel},-1\n`)
      .join("");
  }

  /**
   * The tune file, as pysmurf writes it: a pickled dict by band, with what indexers look at.
   *
   * @param assignments Path of each band's channel assignment file.
   */
  npy(assignments: ReadonlyMap<number, string>): Uint8Array<ArrayBuffer> {
    const all = Float64Array.from(this.resonators, ({ frequencyMhz }) => frequencyMhz);
    return npyOfObject(
      new Map(this.bands.map((band): [number, PickleValue] => {
        const own = this.resonators.filter((resonator) => resonator.band === band);
        const entries: [string, PickleValue][] = [
          ["lock_status", new Map()],
          ["find_freq", new Map([["resonance", all]])],
          ["tone_power", 12],
          [
            "resonances",
            new Map(own.map(({ frequencyMhz }, i) => [i, new Map([["freq", new Float(frequencyMhz)]])])),
          ],
        ];
        const path = assignments.get(band);
        if (path !== undefined) entries.push(["channel_assignment", path]);
        return [band, new Map(entries)];
      })),
    );
  }
}

/** A tune and the file that holds it. */
export interface LoadedTune {
  readonly tune: Tune;
  readonly path: string;
}
