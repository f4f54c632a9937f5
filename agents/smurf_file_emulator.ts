/**
 * Writes the files that a SMuRF system would write, with made-up content.
 *
 *     deno run -A agents/smurf_file_emulator.ts --instance-id smurf-file-emulator --stream-id crate1slot2 --base-dir /data
 *
 * @module
 */
import { type Agent, anything, flag, float, runAgent, type Session, text } from "../framework/mod.ts";
import * as docs from "./smurf_file_emulator/docs.ts";
import { FileEmulation } from "./smurf_file_emulator/file_emulation.ts";
import { SMURF_FILE_EMULATOR, type SmurfFileEmulatorOptions } from "./smurf_file_emulator/options.ts";

/** The SMuRF file emulator. */
export class SmurfFileEmulator {
  /**
   * Registers seven tasks and the process `stream`.
   *
   * @throws {Error} If the base folder is not there, or the stream's id is no name of a folder.
   */
  constructor(agent: Agent, options: SmurfFileEmulatorOptions) {
    const emulation = new FileEmulation(agent, options);
    const taking = {
      wait: flag({ default: true }),
      kwargs: anything({ default: null }),
      tag: text({ default: null }),
    };

    agent.registerTask("uxm_setup", { doc: docs.UXM_SETUP_DOC, params: { sleep: flag({ default: true }) } }, (
      session,
      { sleep },
    ) => emulation.setUp(session, { action: "uxm_setup", sleepSeconds: sleep ? 1 : 0 }));

    // Peer socs: nothing is declared, so whatever is sent is let through. So below.
    agent.registerTask(
      "uxm_relock",
      { doc: docs.UXM_RELOCK_DOC },
      (session) => emulation.setUp(session, { action: "uxm_relock", sleepSeconds: 1 }),
    );

    agent.registerTask(
      "take_noise",
      { doc: docs.TAKE_NOISE_DOC, params: { tag: taking.tag } },
      (session, { tag }) => emulation.takeNoise(session, tag),
    );

    const take = (
      name: "take_iv" | "take_bias_steps" | "take_bgmap",
      doc: string,
      result: { readonly files: readonly string[]; readonly tag: string; readonly message: string },
    ) =>
      agent.registerTask(name, { doc, params: taking }, (session, { wait, tag }) => {
        return emulation.take(session, { ...result, action: name, wait, userTag: tag });
      });
    take("take_iv", docs.TAKE_IV_DOC, {
      files: ["iv_analyze.npy", "iv_bias_all.npy", "iv_info.npy"],
      tag: "oper,iv",
      message: "Wrote IV files",
    });
    take("take_bias_steps", docs.TAKE_BIAS_STEPS_DOC, {
      files: ["bias_step_analysis.npy"],
      tag: "oper,bias_steps",
      message: "Wrote Bias Step Files",
    });
    take("take_bgmap", docs.TAKE_BGMAP_DOC, {
      files: ["bg_map.npy", "bias_step_analysis.npy"],
      tag: "oper,bgmap",
      message: "Finished taking bgmap",
    });

    agent.registerTask("bias_dets", { doc: docs.BIAS_DETS_DOC }, async (session) => {
      await session.sleep(1);
      return "Wrote det biasing files";
    });

    agent.registerProcess("stream", {
      doc: docs.STREAM_DOC,
      params: {
        duration: float({ default: null, min: 0 }),
        kwargs: anything({ default: null }),
        use_stream_between: flag({ default: false }),
        start_offset: float({ default: 0 }),
        subtype: text({ default: null }),
        tag: text({ default: null }),
      },
      stop: (session: Session) => {
        if (session.status !== "running") return [false, "agent is not currently streaming"];
        session.setStatus("stopping");
        session.abort();
        return [true, "requesting to stop taking data"];
      },
    }, (session, params) =>
      emulation.stream(session, {
        durationSeconds: params.duration ?? undefined,
        atOnce: params.use_stream_between,
        startOffsetSeconds: params.start_offset,
        subtype: params.subtype,
        userTag: params.tag,
      }));
  }
}

/** Runs the agent with the options of the command line and the site file; resolves with the exit code. */
export function main(args?: readonly string[]): Promise<number> {
  return runAgent(SmurfFileEmulator, SMURF_FILE_EMULATOR, { args });
}

if (import.meta.main) Deno.exit(await main());
