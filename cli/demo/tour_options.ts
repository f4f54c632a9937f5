/** What a tour needs. @module */
import type { ClientSite } from "../../client/mod.ts";
import type { DemoRecording } from "./recording.ts";
import type { TourPrinterOptions } from "./tour_printer.ts";

/** What a tour needs. */
export interface TourOptions extends TourPrinterOptions {
  readonly site: ClientSite;
  /** Script that the pysmurf controller runs; without one that part is left out. */
  readonly script: string | undefined;
  readonly recording: DemoRecording;
}
