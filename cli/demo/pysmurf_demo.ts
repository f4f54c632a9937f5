/** The pysmurf part of the demo: a monitor, a controller, and a stand-in script for it to run. @module */
import type { DemoAgent } from "../demo_site.ts";

/** What the demo has of pysmurf. */
export interface PysmurfDemo {
  /** None where this Deno cannot listen on UDP. */
  readonly agents: readonly DemoAgent[];
  /** The stand-in tune script; undefined where there is nothing to run it. */
  readonly script: string | undefined;
  /** What is missing, and why; undefined where all is there. */
  readonly missing: string | undefined;
}

/** Instance id of the demo's controller. */
export const CONTROLLER_ID = "pysmurf-controller";
const MONITOR_ID = "pysmurf-monitor";
const PUBLISHER_ID = "demo-slot2";

/**
 * Finds a UDP port and writes the script into the demo's folder.
 *
 * Sets `SMURFPUB_*` in the environment of this process: it is how a controller and its scripts learn where they publish to,
 * and what this process runs must not publish to the monitor of a real site.
 *
 * @param folder Folder of the demo; goes with it.
 */
export async function preparePysmurf(folder: string): Promise<PysmurfDemo> {
  if (typeof Deno.listenDatagram !== "function") {
    const missing = "No pysmurf agents: this Deno has no UDP, expected deno run --unstable-net";
    return { agents: [], script: undefined, missing };
  }
  const port = freeUdpPort();
  const publisher = { ID: PUBLISHER_ID, BACKEND: "udp", UDP_HOST: "127.0.0.1", UDP_PORT: String(port) };
  for (const [name, value] of Object.entries(publisher)) Deno.env.set(`SMURFPUB_${name}`, value);
  const script = `${folder}/tune.ts`;
  // A short path for operators to type; the script itself stays where its imports are.
  await Deno.writeTextFile(script, `// The demo's stand-in for a tune script.\n${RUN_TUNE}`);
  return {
    agents: [
      {
        instanceId: MONITOR_ID,
        agentClass: "PysmurfMonitor",
        args: ["--udp-port", String(port), "--db-path", `${folder}/suprsync.db`],
      },
      {
        instanceId: CONTROLLER_ID,
        agentClass: "PysmurfController",
        args: ["--monitor-id", MONITOR_ID, "--slot", "2", "--tune-script", script, "--simulate"],
      },
    ],
    // A compiled program has its files inside, where Deno cannot find them.
    ...(Deno.build.standalone
      ? { script: undefined, missing: "No tune script: a compiled program has none that Deno could run" }
      : { script, missing: undefined }),
  };
}

const RUN_TUNE = `import { main } from ${
  JSON.stringify(new URL("./tune.ts", import.meta.url).href)
};\n\nDeno.exit(await main());\n`;

/** A port that nobody has; somebody may take it before the monitor does, and the demo says so then. */
function freeUdpPort(): number {
  const socket = Deno.listenDatagram({ transport: "udp", hostname: "0.0.0.0", port: 0 });
  const { addr } = socket;
  socket.close();
  if (addr.transport !== "udp") throw new TypeError("Cannot find a UDP port: the socket has another address");
  return addr.port;
}
