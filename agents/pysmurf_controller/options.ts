/** What a program must know of the pysmurf controller before it starts one. @module */
import type { AgentProgram } from "../../framework/program.ts";
import type { OptionValues } from "../../site/option_specs.ts";

/** Name, purpose and options of the pysmurf controller. */
export const PYSMURF_CONTROLLER = {
  name: "PysmurfController",
  summary: "Runs pysmurf scripts and operations for one SMuRF slot, and shows what they publish.",
  options: {
    "monitor-id": {
      type: "string",
      short: "m",
      help: "Instance id of the pysmurf monitor to listen to; without it nothing is relayed into sessions.",
      placeholder: "ID",
    },
    "slot": {
      type: "int",
      help: "Slot of the SMuRF card in its crate, handed to scripts as SLOT; default the variable SLOT.",
      placeholder: "SLOT",
    },
    "poll-interval": {
      type: "float",
      min: 0,
      help: "Seconds between two looks of check_state when it starts with the agent; default 10.",
      placeholder: "SECONDS",
    },
    "good-threshold-relock": {
      type: "float",
      default: 0.5,
      help: "Share of good detectors in a band below which uxm_relock raises the band's alarm.",
      placeholder: "SHARE",
    },
    "plugin": {
      type: "flag",
      help: "Accepted and ignored, as in the agent of 2020.",
    },
    "python": {
      type: "string",
      default: "python3",
      help: "Interpreter of scripts and of sodetlib's functions; scripts in TypeScript run on Deno.",
      placeholder: "PROGRAM",
    },
    "publisher-id": {
      type: "string",
      multiple: true,
      help: "Further ids of publishers to take session data from, beside that in SMURFPUB_ID.",
      placeholder: "ID",
    },
    "tune-script": {
      type: "string",
      default: "/config/scripts/pysmurf/tune_squids.py",
      help: "Script that the task tune_squids runs.",
      placeholder: "PATH",
    },
    "simulate": {
      type: "flag",
      help: "Run the operations on a made-up crate instead of hardware; says so in session data and log.",
    },
  },
} as const satisfies AgentProgram;

/** Options of the pysmurf controller. */
export type PysmurfControllerOptions = OptionValues<typeof PYSMURF_CONTROLLER.options>;
