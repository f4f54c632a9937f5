/** The tasks that the reference runs in a subprocess as well: set-up, relock and measurements (smurf 2.7). @module */
import { float } from "../../../framework/params.ts";
import { Float } from "../../../internal/float.ts";
import {
  RUN_TEST_FUNC_DOC,
  TAKE_BGMAP_DOC,
  TAKE_BIAS_STEPS_DOC,
  TAKE_BIAS_WAVES_DOC,
  TAKE_IV_DOC,
  TAKE_NOISE_DOC,
  UXM_RELOCK_DOC,
  UXM_SETUP_DOC,
} from "./docs.ts";
import {
  BANDS,
  BIAS_GROUPS,
  KWARGS,
  RFRAC_RANGE,
  RUN_IN_MAIN_PROCESS,
  TAG,
  taggedKwargs,
} from "./function_params.ts";
import { isObject } from "./function_record.ts";
import { addData, callFunction, type FunctionParts, runFunction, underLock } from "./run_function.ts";

/** Registers them. */
export function registerMeasurementTasks(parts: FunctionParts): void {
  const { agent, feeds } = parts;

  agent.registerTask("uxm_setup", {
    doc: UXM_SETUP_DOC,
    abortable: true,
    // Peer socs (PysmurfController.uxm_setup): the last one is declared under a misspelt name (smurf B1).
    params: { bands: BANDS, kwargs: KWARGS, run_in_main_process: RUN_IN_MAIN_PROCESS },
  }, (session, { bands, kwargs, run_in_main_process: runInMainProcess }) =>
    underLock(parts, session, {
      label: "uxm_setup",
      work: () =>
        runFunction(parts, session, {
          call: { funcName: "run_uxm_setup", kwargs: { bands, kwargs: kwargs ?? {} }, runInMainProcess },
          message: "Finished UXM Setup",
        }),
    }));

  agent.registerTask("uxm_relock", {
    doc: UXM_RELOCK_DOC,
    abortable: true,
    params: { bands: BANDS, kwargs: KWARGS, run_in_main_process: RUN_IN_MAIN_PROCESS },
  }, (session, { bands, kwargs, run_in_main_process: runInMainProcess }) =>
    underLock(parts, session, {
      label: "uxm_relock",
      work: () =>
        runFunction(parts, session, {
          call: { funcName: "run_uxm_relock", kwargs: { bands, kwargs: kwargs ?? {} }, runInMainProcess },
          message: "Finished UXM Relock",
          publish: feeds.tracking,
        }),
    }));

  agent.registerTask(
    "take_noise",
    {
      doc: TAKE_NOISE_DOC,
      abortable: true,
      params: {
        duration: float({ default: 30, min: 0, help: "Seconds of data." }),
        kwargs: KWARGS,
        tag: TAG,
        run_in_main_process: RUN_IN_MAIN_PROCESS,
      },
    },
    (session, { duration, kwargs, tag, run_in_main_process: runInMainProcess }) =>
      underLock(parts, session, {
        label: "take_noise",
        work: () =>
          runFunction(parts, session, {
            call: {
              funcName: "take_noise",
              args: [new Float(duration)],
              kwargs: { kwargs: taggedKwargs(kwargs, tag) },
              runInMainProcess,
            },
            message: "Finished taking noise",
            publish: feeds.noise,
          }),
      }),
  );

  agent.registerTask("take_bgmap", {
    doc: TAKE_BGMAP_DOC,
    abortable: true,
    params: { kwargs: KWARGS, tag: TAG, run_in_main_process: RUN_IN_MAIN_PROCESS },
  }, (session, { kwargs, tag, run_in_main_process: runInMainProcess }) =>
    underLock(parts, session, {
      label: "take_bgmap",
      work: () =>
        runFunction(parts, session, {
          call: {
            funcName: "take_bgmap",
            // There is nobody to look at plots.
            kwargs: { kwargs: { show_plots: false, ...taggedKwargs(kwargs, tag) } },
            runInMainProcess,
          },
          message: "Finished taking bgmap",
        }),
    }));

  agent.registerTask("take_iv", {
    doc: TAKE_IV_DOC,
    abortable: true,
    params: { kwargs: KWARGS, tag: TAG, run_in_main_process: RUN_IN_MAIN_PROCESS },
  }, (session, { kwargs, tag, run_in_main_process: runInMainProcess }) =>
    underLock(parts, session, {
      label: "take_iv",
      work: () =>
        runFunction(parts, session, {
          call: {
            funcName: "take_iv",
            kwargs: { iv_kwargs: taggedKwargs(kwargs, tag) },
            runInMainProcess,
          },
          message: "Finished taking IV",
          publish: feeds.iv,
        }),
    }));

  agent.registerTask(
    "take_bias_steps",
    {
      doc: TAKE_BIAS_STEPS_DOC,
      abortable: true,
      params: {
        kwargs: KWARGS,
        rfrac_range: RFRAC_RANGE,
        tag: TAG,
        run_in_main_process: RUN_IN_MAIN_PROCESS,
      },
    },
    (session, { kwargs, rfrac_range, tag, run_in_main_process: runInMainProcess }) =>
      underLock(parts, session, {
        label: "bias_steps",
        work: () =>
          runFunction(parts, session, {
            call: {
              funcName: "take_bias_steps",
              kwargs: { kwargs: taggedKwargs(kwargs, tag), rfrac_range },
              runInMainProcess,
            },
            message: "Finished taking bias steps",
            publish: feeds.biasSteps,
          }),
      }),
  );

  agent.registerTask(
    "take_bias_waves",
    {
      doc: TAKE_BIAS_WAVES_DOC,
      abortable: true,
      // Peer socs (PysmurfController.take_bias_waves): rfrac_range is not declared, bgs not used (smurf B2).
      params: {
        bgs: BIAS_GROUPS,
        kwargs: KWARGS,
        rfrac_range: RFRAC_RANGE,
        tag: TAG,
        run_in_main_process: RUN_IN_MAIN_PROCESS,
      },
    },
    (session, { bgs, kwargs, rfrac_range, tag, run_in_main_process: runInMainProcess }) =>
      underLock(parts, session, {
        label: "bias_wave",
        work: () =>
          runFunction(parts, session, {
            call: {
              funcName: "take_bias_waves",
              kwargs: {
                kwargs: { ...taggedKwargs(kwargs, tag), ...(bgs === null ? {} : { bgs }) },
                rfrac_range,
              },
              runInMainProcess,
            },
            // Peer socs: the text is that of take_bias_steps.
            message: "Finished taking bias steps",
            publish: feeds.biasWaves,
          }),
      }),
  );

  agent.registerTask("run_test_func", { doc: RUN_TEST_FUNC_DOC, abortable: true }, async (session) => {
    const { success, return_val } = await callFunction(parts, session, { funcName: "test" });
    addData(session, isObject(return_val) ? return_val : { data: return_val });
    return [success, "finished"];
  });
}
