/** A pysmurf controller under test, with a monitor that hands it what scripts publish. @module */
import { PysmurfController } from "../../../agents/pysmurf_controller.ts";
import {
  PYSMURF_CONTROLLER,
  type PysmurfControllerOptions,
} from "../../../agents/pysmurf_controller/options.ts";
import type { LogRecord } from "../../../framework/mod.ts";
import type { OCSReply } from "../../../ocs/mod.ts";
import { startTestAgent } from "../../../testing/mod.ts";
import { Router } from "../../../router/mod.ts";
import { type PeerTest, testsWith } from "../../helpers/interop_test.ts";
import { startSmallMonitor } from "../../helpers/small_monitor.ts";
import { untilTrue } from "../../helpers/until.ts";

/** Folder of the scripts that stand for an observatory's. */
export const SCRIPTS: string = new URL("../../tools/fake_pysmurf_scripts", import.meta.url).pathname;

/** How the controller is started. */
export interface ControllerBedOptions {
  /** Options that differ from their defaults. */
  readonly options?: Partial<PysmurfControllerOptions>;
  /** Default `observatory`. */
  readonly addressRoot?: string;
  /** `SMURFPUB_ID` of the agent; null for none. Default `crate1slot2`. */
  readonly publisherId?: string | null;
}

/**
 * Starts everything. Dispose of it.
 *
 * The agent's time stands still but in `end`; scripts have real time. While it runs, the variables of publishers are set
 * in this process: children inherit them from the agent.
 */
export async function startController(
  { options = {}, addressRoot = "observatory", publisherId = "crate1slot2" }: ControllerBedOptions = {},
) {
  const router = await Router.start({ addressRoot });
  const monitor = await startSmallMonitor({ url: router.url, realm: "test_realm", addressRoot });
  const restore = setVariables({ ...monitor.publisherEnv(""), SMURFPUB_ID: publisherId });
  const folder = await Deno.makeTempDir({ prefix: "controller_" });
  const agent = await startTestAgent(PysmurfController, PYSMURF_CONTROLLER, {
    // Scripts run for real; only `check_state`, which starts by itself, would need sodetlib.
    options: { monitorId: "pysmurf-monitor", simulate: true, ...options },
    instanceId: "pysmurf-controller",
    addressRoot,
    router,
  });
  return {
    agent,
    monitor,
    /** A folder for files of the test. */
    folder,
    /** Writes a script for the shell, which runs it when `options.python` is "sh". */
    async shellScript(text: string): Promise<string> {
      const file = `${folder}/script${Math.random()}.sh`;
      await Deno.writeTextFile(file, text);
      return file;
    },
    /** Texts of the agent's log of one level. */
    texts: (level: LogRecord["level"]): string[] =>
      agent.logs.filter((record) => record.level === level).map(({ text }) => text),
    /** Lets time pass until the operation is done. */
    async end(opName = "run"): Promise<OCSReply> {
      await untilTrue(async () => {
        await agent.advance(0.25);
        return (await agent.status(opName)).session.status === "done";
      }, { what: `the end of ${opName}`, timeoutMs: 60_000 });
      return await agent.wait(opName);
    },
    /** Waits until what was relayed shows in the session data. */
    async untilData(key: string, opName = "run"): Promise<void> {
      await untilTrue(
        async () => (await agent.status(opName)).session.data?.[key] !== undefined,
        { what: `"${key}" in the session data`, timeoutMs: 30_000 },
      );
    },
    async [Symbol.asyncDispose]() {
      await agent[Symbol.asyncDispose]();
      await monitor[Symbol.asyncDispose]();
      await router.stop();
      restore();
      await Deno.remove(folder, { recursive: true });
    },
  };
}

/** Tests that run Python scripts; get the interpreter's own path, for a shim in front of it takes its time. */
export async function pythonTests(): Promise<PeerTest<string>> {
  return await testsWith("python3", async () => {
    const { success, stdout } = await new Deno.Command("python3", {
      args: ["-c", "import sys; print(sys.executable)"],
    }).output();
    if (!success) throw new Error("python3 does not run");
    return new TextDecoder().decode(stdout).trim();
  });
}

/** Success and last words of a finished operation. */
export function outcome({ session }: OCSReply): [success: unknown, message: unknown] {
  return [session.success, session.messages?.at(-2)?.[1]];
}

/** Waits for a file with a process id in a line of its own. */
export async function pidIn(file: string): Promise<number> {
  const text = await untilTrue(async () => {
    const text = await Deno.readTextFile(file);
    return text.endsWith("\n") ? text : "";
  }, { what: `a process id in ${file}` });
  return Number(text);
}

/** Whether a process runs; one that has ended and that nobody has waited for does not. */
export async function isAlive(pid: number): Promise<boolean> {
  const { stdout } = await new Deno.Command("ps", { args: ["-o", "stat=", "-p", String(pid)] }).output();
  return /^[^Z\s]/.test(new TextDecoder().decode(stdout));
}

/** Sets or removes variables of this process; gives what puts them back. */
function setVariables(variables: Readonly<Record<string, string | null>>): () => void {
  const before = Object.keys(variables).map((name) => [name, Deno.env.get(name) ?? null] as const);
  const apply = (entries: Iterable<readonly [string, string | null]>): void => {
    for (const [name, value] of entries) {
      if (value === null) Deno.env.delete(name);
      else Deno.env.set(name, value);
    }
  };
  apply(Object.entries(variables));
  return () => apply(before);
}
