/** The recording part of the demo: housekeeping and a made-up detector stream, into files that stay. @module */
import { resolve } from "node:path";
import type { DemoAgent } from "../demo_site.ts";

/** What the demo records with, and where to. */
export interface DemoRecording {
  /** A folder for housekeeping and one for the stream. */
  readonly folder: string;
  /** Folder of the housekeeping recorder. */
  readonly housekeepingFolder: string;
  /** Unix seconds; what was recorded before is of earlier demos. */
  readonly startedSeconds: number;
  readonly agents: readonly DemoAgent[];
}

/** Instance ids of the demo's recorders. */
export const AGGREGATOR_ID = "aggregator";
export const STREAM_RECORDER_ID = "timestream-agg";
const SIMULATOR_ID = "smurf-stream";
/** Short, so that what is recorded can be read while the tour lasts; a site takes minutes. */
const FRAME_SECONDS = 3;

/** What is asked of the machine's disk is little: a demo does not go on when it is nearly full. */
const ROOM = ["--warn-free-mb", "200", "--stop-free-mb", "50"];

/**
 * Plans the recording.
 *
 * @param dataFolder Where files go, each demo's beside those of the ones before; made when it is missing.
 */
export function planRecording(dataFolder: string): DemoRecording {
  const folder = resolve(dataFolder);
  const port = String(freeTcpPort());
  const housekeepingFolder = `${folder}/hk`;
  return {
    folder,
    housekeepingFolder,
    startedSeconds: Date.now() / 1000,
    agents: [
      {
        instanceId: AGGREGATOR_ID,
        agentClass: "AggregatorAgent",
        args: ["--initial-state", "record", "--data-dir", housekeepingFolder, ...ROOM],
      },
      {
        instanceId: SIMULATOR_ID,
        agentClass: "SmurfStreamSimulator",
        args: ["--auto-start", "True", "--port", port, "--num-chans", "32"],
      },
      {
        instanceId: STREAM_RECORDER_ID,
        agentClass: "TimestreamAggregator",
        args: [
          ...["--auto-start", "True", "--port", port, "--address", "127.0.0.1"],
          ...["--data-dir", `${folder}/timestreams`, ...ROOM],
        ],
      },
    ],
  };
}

/** The same agents, with frames that are written while the tour lasts. */
export function withShortFrames(agents: readonly DemoAgent[]): DemoAgent[] {
  return agents.map((agent) =>
    agent.agentClass === "FakeDataAgent"
      ? { ...agent, args: [...agent.args, "--frame-length", String(FRAME_SECONDS)] }
      : agent
  );
}

/** A port that nobody has; somebody may take it before the simulator does, and the demo says so then. */
function freeTcpPort(): number {
  using listener = Deno.listen({ port: 0 });
  if (listener.addr.transport !== "tcp") {
    throw new TypeError("Cannot find a TCP port: the listener has another address");
  }
  return listener.addr.port;
}
