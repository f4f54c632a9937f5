/** The register values that an emulated stream has in its Wiring frame (g3 7.3). @module */
import { stringifyYaml } from "../../deps/yaml.ts";
import type { LoadedTune } from "./tune.ts";

/** What is different in each stream. */
export interface StatusOptions {
  readonly loaded: LoadedTune;
  /** Tags, separated by commas. */
  readonly tag: string;
  readonly action: string;
  /** Whole Unix seconds. */
  readonly actionTime: number;
}

const CRYO = "AMCc.FpgaTopLevel.AppTop.AppCore.SysgenCryo";
const PROCESSOR = "AMCc.SmurfProcessor";

/** Full status as YAML text: the registers that readers of streams look for. */
export function emulatedStatus({ loaded, tag, action, actionTime }: StatusOptions): string {
  const { tune, path } = loaded;
  const { mask } = tune;
  const status: Record<string, unknown> = {
    [`${CRYO}.tuneFilePath`]: path,
    "AMCc.FpgaTopLevel.AppTop.AppCore.RtmCryoDet.RampMaxCnt": 76_799,
    [`${PROCESSOR}.ChannelMapper.Mask`]: `[${mask.join(", ")}]`,
    [`${PROCESSOR}.ChannelMapper.NumChannels`]: mask.length,
    [`${PROCESSOR}.FileWriter.IsOpen`]: false,
    [`${PROCESSOR}.Filter.Disable`]: false,
    [`${PROCESSOR}.Filter.Order`]: 4,
    [`${PROCESSOR}.Filter.Gain`]: 1,
    [`${PROCESSOR}.Filter.A`]: "[1.0, -3.74145562, 5.25726624, -3.28776591, 0.77203984]",
    [`${PROCESSOR}.Filter.B`]:
      "[5.28396689e-06, 2.11358676e-05, 3.17038014e-05, 2.11358676e-05, 5.28396689e-06]",
    [`${PROCESSOR}.SOStream.open_g3stream`]: 1,
    [`${PROCESSOR}.SOStream.pysmurf_action`]: action,
    [`${PROCESSOR}.SOStream.pysmurf_action_timestamp`]: actionTime,
    [`${PROCESSOR}.SOStream.stream_tag`]: tag,
  };
  for (const band of tune.bands) {
    status[`${CRYO}.Base[${band}].band`] = band;
    status[`${CRYO}.Base[${band}].digitizerFrequencyMHz`] = 614.4;
    status[`${CRYO}.Base[${band}].numberSubBands`] = 512;
    status[`${CRYO}.Base[${band}].numberChannels`] = 512;
  }
  // Folded lines are legal, but readers that look line by line would not understand them.
  return stringifyYaml(status, { lineWidth: 0 });
}
