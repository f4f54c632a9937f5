/** What a program must know of the SMuRF file emulator before it starts one. @module */
import type { AgentProgram } from "../../framework/program.ts";
import type { OptionValues } from "../../site/option_specs.ts";

/** Name, purpose and options of the SMuRF file emulator (smurf 5.2). */
export const SMURF_FILE_EMULATOR = {
  name: "SmurfFileEmulator",
  summary: "Writes the files that a SMuRF system would write, with made-up content.",
  options: {
    "stream-id": {
      type: "string",
      required: true,
      help: "Id of the stream, such as crate1slot2; becomes a folder's name.",
      placeholder: "ID",
    },
    "base-dir": {
      type: "string",
      required: true,
      help: "Folder for the files; has to be there.",
      placeholder: "PATH",
    },
    "file-duration": {
      type: "float",
      default: 600,
      min: 0,
      help: "Seconds after which a stream goes on in a new file.",
      placeholder: "SECONDS",
    },
    "nchans": {
      type: "int",
      default: 1024,
      min: 1,
      max: 16_384,
      help: "Number of resonators; a band has at most 512 channels for them.",
      placeholder: "COUNT",
    },
    "sample-rate": {
      type: "float",
      default: 200,
      min: 0.01,
      max: 100_000,
      help: "Samples per second and channel.",
      placeholder: "HZ",
    },
    "frame-len": {
      type: "float",
      default: 2,
      min: 0.01,
      max: 3600,
      help: "Seconds of data in a frame.",
      placeholder: "SECONDS",
    },
    "drop-chance": {
      type: "float",
      default: 0,
      min: 0,
      max: 1,
      help: "Fraction of samples that is left out.",
      placeholder: "FRACTION",
    },
  },
} as const satisfies AgentProgram;

/** The parsed options of the SMuRF file emulator. */
export type SmurfFileEmulatorOptions = OptionValues<typeof SMURF_FILE_EMULATOR.options>;
