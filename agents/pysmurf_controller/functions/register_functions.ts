/** The operations beyond running scripts (smurf 2.6): registered by one call of the controller. @module */
import type { ControllerParts } from "../controller_parts.ts";
import { registerBiasTasks } from "./bias_tasks.ts";
import { registerCheckState } from "./check_state.ts";
import { registerMeasurementTasks } from "./measurement_tasks.ts";
import { PythonBackend } from "./python_backend.ts";
import { registerResultFeeds } from "./result_feeds.ts";
import type { FunctionParts } from "./run_function.ts";
import { SimulatedBackend } from "./simulated_backend.ts";
import { registerStream } from "./stream.ts";

/**
 * Registers the operations and their feeds, on sodetlib in Python or on the simulated crate.
 *
 * @returns Ends what is left of them; disposed of when the agent ends.
 */
export function registerFunctions(controller: ControllerParts): AsyncDisposable {
  const { agent, options, childEnvironment } = controller;
  const { clock, log } = agent;
  if (options.simulate) {
    log.warn("SIMULATED: all operations but run and tune_squids work on a made-up crate, not on hardware");
  }
  const backend = options.simulate
    ? new SimulatedBackend({ slot: childEnvironment()["SLOT"], clock })
    : new PythonBackend({ python: options.python, slot: options.slot, childEnvironment, clock, log });
  const feeds = registerResultFeeds(agent, { goodThreshold: options.goodThresholdRelock });
  const parts: FunctionParts = { ...controller, backend, feeds };
  registerCheckState(parts);
  registerStream(parts);
  registerMeasurementTasks(parts);
  registerBiasTasks(parts);
  return backend;
}
