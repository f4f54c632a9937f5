/** What a program must know of the fake-data agent before it starts one. @module */
import type { AgentProgram } from "../../framework/program.ts";

/** Name, purpose and options of the fake-data agent. */
export const FAKE_DATA = {
  name: "FakeDataAgent",
  summary: "Publishes made-up temperatures, and has tasks and processes to try clients on.",
  options: {
    "mode": {
      type: "string",
      default: "idle",
      choices: ["idle", "acq"],
      help: "What to start with the agent: nothing, or the processes acq and count.",
    },
    "num-channels": {
      type: "int",
      default: 2,
      min: 0,
      help: "Number of fake readout channels to produce. Channels are co-sampled.",
    },
    "sample-rate": {
      type: "float",
      default: 9.5,
      help: "Samples per second and channel.",
      placeholder: "HZ",
    },
    "frame-length": {
      type: "int",
      default: 60,
      help: "Seconds of data that recorders are asked to put into one frame.",
      placeholder: "SECONDS",
    },
  },
} as const satisfies AgentProgram;
