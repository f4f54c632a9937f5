/** The helper in Python, as a command line. @module */
import CHANNEL from "./ocs_smurf_channel.py" with { type: "text" };
import FUNCTIONS from "./ocs_smurf_functions.py" with { type: "text" };
import HELPER from "./ocs_smurf_helper.py" with { type: "text" };
import VALUES from "./ocs_smurf_values.py" with { type: "text" };

/** Modules in the order in which they import one another. */
const MODULES = [
  ["ocs_smurf_values", VALUES],
  ["ocs_smurf_channel", CHANNEL],
  ["ocs_smurf_functions", FUNCTIONS],
  ["ocs_smurf_helper", HELPER],
] as const;

const VARIABLE = "OCS_SMURF_HELPER";

// Taken out at once, so that the helper's own children do not inherit it.
const LOADER = `import json, os, sys, types
for name, text in json.loads(os.environ.pop("${VARIABLE}")):
    sys.modules[name] = types.ModuleType(name)
    exec(compile(text, name + ".py", "exec"), sys.modules[name].__dict__)
sys.modules[name].main()`;

/**
 * Makes the arguments of the interpreter and what its environment needs beside.
 *
 * The helper travels in the environment: it works from wherever our modules came, nothing lies around on the disk, its
 * input is the request alone, and a list of processes stays readable.
 */
export function helperProgram(): { readonly args: readonly string[]; readonly env: Record<string, string> } {
  return { args: ["-c", LOADER], env: { [VARIABLE]: JSON.stringify(MODULES) } };
}
