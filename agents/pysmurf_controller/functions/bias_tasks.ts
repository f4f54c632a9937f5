/** The tasks that the reference runs inside the agent: biases, switching off, the link to the carrier. @module */
import { flag } from "../../../framework/params.ts";
import type { RunResult } from "../../../framework/operation.ts";
import type { Session } from "../../../framework/session.ts";
import { Float } from "../../../internal/float.ts";
import { pyStr } from "../../../ocs/python_text.ts";
import {
  ALL_OFF_DOC,
  BIAS_DETS_DOC,
  OVERBIAS_TES_DOC,
  RESTART_RSSI_DOC,
  SET_BIASES_DOC,
  ZERO_BIASES_DOC,
} from "./docs.ts";
import { BIAS, BIAS_GROUPS, biasGroups, KWARGS, RFRAC } from "./function_params.ts";
import { addData, type FunctionParts, runPlainFunction, underLock } from "./run_function.ts";

/** Registers them. */
export function registerBiasTasks(parts: FunctionParts): void {
  const { agent } = parts;

  agent.registerTask("overbias_tes", {
    doc: OVERBIAS_TES_DOC,
    abortable: true,
    params: { bgs: BIAS_GROUPS, kwargs: KWARGS },
  }, (session, { bgs, kwargs }) =>
    underLock(parts, session, {
      label: "overbias_tes",
      work: () =>
        runPlainFunction(parts, session, {
          call: { funcName: "overbias_tes", kwargs: { bgs, kwargs: kwargs ?? {} } },
          message: "Finished Overbiasing TES",
        }),
    }));

  agent.registerTask("set_biases", {
    doc: SET_BIASES_DOC,
    abortable: true,
    params: { bias: BIAS, bgs: BIAS_GROUPS },
  }, (session, params) => setBiases(parts, session, params));

  agent.registerTask("zero_biases", {
    doc: ZERO_BIASES_DOC,
    abortable: true,
    params: { bgs: BIAS_GROUPS },
  }, async (session, { bgs }) => {
    // Peer socs (PysmurfController.zero_biases): starts set_biases and succeeds without waiting (smurf B9).
    const result = await setBiases(parts, session, { bias: 0, bgs });
    return typeof result === "string" ? "Finished zeroing biases" : result;
  });

  agent.registerTask("bias_dets", {
    doc: BIAS_DETS_DOC,
    abortable: true,
    params: { rfrac: RFRAC, kwargs: KWARGS },
  }, (session, { rfrac, kwargs }) =>
    underLock(parts, session, {
      // Peer socs: the label is that of take_bias_steps.
      label: "bias_steps",
      work: () =>
        runPlainFunction(parts, session, {
          call: { funcName: "bias_dets", kwargs: { rfrac, kwargs: kwargs ?? {} } },
          message: ({ biases }) => {
            addData(session, { biases });
            return "Finished biasing detectors";
          },
        }),
    }));

  agent.registerTask("all_off", {
    doc: ALL_OFF_DOC,
    abortable: true,
    params: { disable_amps: flag({ default: true }), disable_tones: flag({ default: true }) },
  }, (session, kwargs) =>
    underLock(parts, session, {
      label: "all_off",
      work: () =>
        runPlainFunction(parts, session, {
          call: { funcName: "all_off", kwargs },
          message: "Everything off",
        }),
    }));

  agent.registerTask("restart_rssi", {
    doc: RESTART_RSSI_DOC,
    abortable: true,
    params: {},
  }, (session) =>
    underLock(parts, session, {
      label: "restart_rssi",
      work: () =>
        runPlainFunction(parts, session, {
          call: { funcName: "restart_rssi" },
          message: ({ rssi_responsive, restarted }) => {
            addData(session, { rssi_responsive, last_updated: new Float(agent.clock.now()) });
            if (rssi_responsive !== true) return [false, "RSSI remains locked-up"];
            return restarted === true ? "RSSI has recovered" : "RSSI is not locked-up -- Doing nothing.";
          },
        }),
    }));
}

/** Sets one group after the other. */
async function setBiases(
  parts: FunctionParts,
  session: Session,
  { bias, bgs }: { readonly bias: unknown; readonly bgs: unknown },
): Promise<RunResult> {
  const groups = biasGroups(bgs);
  const biases: readonly unknown[] = Array.isArray(bias) ? bias : groups.map(() => bias);
  if (biases.length !== groups.length) return [false, "Number of biases must match number of bgs"];
  return await underLock(parts, session, {
    label: "set_biases",
    work: () =>
      runPlainFunction(parts, session, {
        call: { funcName: "set_biases", kwargs: { bgs: groups, biases } },
        message: `Finished setting biases to ${pyStr(bias)}`,
      }),
  });
}
