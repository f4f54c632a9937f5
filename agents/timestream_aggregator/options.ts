/** What a program must know of the timestream aggregator before it starts one. @module */
import type { AgentProgram } from "../../framework/program.ts";
import type { OptionSpec } from "../../site/option_specs.ts";

const SHARED = {
  "auto-start": {
    type: "string",
    default: "",
    help:
      "Start recording with the agent. Any value but False, No, Off, None, 0 and an empty one means yes; site files write True.",
    placeholder: "BOOL",
  },
  "time-per-file": {
    type: "int",
    default: 600,
    min: 1,
    help: "Length of a file in seconds; the next one of the acquisition follows with the frame after that.",
    placeholder: "SECONDS",
  },
  "data-dir": {
    type: "string",
    default: "/data/",
    help: "Folder that files are written to, in subfolders of 100,000 s.",
    placeholder: "FOLDER",
  },
  "port": {
    type: "int",
    default: 50_000,
    min: 1,
    max: 65_535,
    help: "TCP port of the sender.",
  },
  "address": {
    type: "string",
    default: "localhost",
    help: "Host of the sender.",
    placeholder: "HOST",
  },
  "fsync": {
    type: "string",
    default: "close",
    help:
      "When the disk is made to have what was written: never, close (of each file), frame, or every so many SECONDS.",
    placeholder: "WHEN",
  },
  "warn-free-mb": {
    type: "float",
    default: 2000,
    min: 0,
    help: "With less free space than this the session is degraded, in MB.",
    placeholder: "MB",
  },
  "stop-free-mb": {
    type: "float",
    default: 200,
    min: 0,
    help: "With less free space than this nothing is written or read until there is more, in MB.",
    placeholder: "MB",
  },
} as const satisfies Record<string, OptionSpec>;

const FILE_NAMING = {
  type: "string",
  choices: ["date", "ctime"],
  help: "How files are named after the start of their acquisition: UTC date and time, or Unix seconds.",
  placeholder: "STYLE",
} as const satisfies OptionSpec;

const GAP = {
  type: "float",
  min: 0,
  help: "A pause in the stream longer than this ends an acquisition, in seconds.",
  placeholder: "SECONDS",
} as const satisfies OptionSpec;

const STREAM_ID = {
  type: "string",
  help:
    "Name of the stream, for its folder, where its frames have none. Given, each stream has a folder of its own.",
  placeholder: "ID",
} as const satisfies OptionSpec;

const TARGET_RATE = {
  type: "float",
  min: 0.001,
  max: 10,
  help: "Rate at which monitored channels are published at most, in Hz. Given, channels can be monitored.",
  placeholder: "HZ",
} as const satisfies OptionSpec;

/** Name, purpose and options of the timestream aggregator (smurf 4.1); its defaults are those of its guide. */
export const TIMESTREAM_AGGREGATOR = {
  name: "TimestreamAggregator",
  summary: "Records the frames of a detector stream into G3 files.",
  options: {
    ...SHARED,
    "file-naming": { ...FILE_NAMING, default: "date" },
    "gap": { ...GAP, default: 5 },
    "stream-id": STREAM_ID,
    "target-rate": TARGET_RATE,
  },
} as const satisfies AgentProgram;

/** Name, purpose and options of the SMuRF recorder, as the timestream aggregator was called later (smurf 4.1, A10). */
export const SMURF_RECORDER = {
  name: "SmurfRecorder",
  summary:
    "Records the frames of a detector stream into G3 files, by stream, and publishes some of its channels.",
  options: {
    ...SHARED,
    "file-naming": { ...FILE_NAMING, default: "ctime" },
    "gap": { ...GAP, default: 10 },
    // Peer socs: the default is the text None.
    "stream-id": { ...STREAM_ID, default: "None" },
    "target-rate": { ...TARGET_RATE, default: 10 },
  },
} as const satisfies AgentProgram;
