/** What a program must know of the SMuRF stream simulator before it starts one. @module */
import type { AgentProgram } from "../../framework/program.ts";

/** Name, purpose and options of the SMuRF stream simulator (smurf 5.1). */
export const SMURF_STREAM_SIMULATOR = {
  name: "SmurfStreamSimulator",
  summary: "Sends a made-up detector stream to recorders, as a SMuRF streamer does.",
  options: {
    "auto-start": {
      type: "string",
      default: "",
      help:
        "Start the process stream with the agent. Any value but False, No, Off, None, 0 and an empty one means yes; site files write True.",
      placeholder: "BOOL",
    },
    "target-host": {
      type: "string",
      default: "*",
      help: "Host to connect to; * listens for any number of recorders.",
      placeholder: "HOST",
    },
    "port": {
      type: "int",
      default: 50_000,
      min: 0,
      max: 65_535,
      help: "TCP port to listen on (0: any free one), or to connect to.",
    },
    "num-chans": {
      type: "int",
      default: 528,
      min: 1,
      max: 100_000,
      help: "Number of detector channels to make up.",
      placeholder: "COUNT",
    },
    "stream-id": {
      type: "string",
      default: "stream_sim",
      help: "Id of the stream, which recorders may use as a folder's name.",
      placeholder: "ID",
    },
  },
} as const satisfies AgentProgram;
