/** Prometheus's own check of metrics and rules. @module */
import { debianProgram } from "./debian_package.ts";
import { Program } from "./process.ts";

/**
 * Gets the check: `OCS_PROMTOOL` if set, else one that is installed, else that of Debian's package `prometheus`.
 *
 * @returns Path of the program.
 * @throws {Error} If there is none, and no Debian to get it from.
 */
export async function promtool(): Promise<string> {
  return await debianProgram({ name: "prometheus", program: "promtool", variable: "OCS_PROMTOOL" });
}

/**
 * Has Prometheus read a text of metrics.
 *
 * @throws {Error} If it cannot, or finds anything to improve; the text says what.
 */
export async function checkMetrics(path: string, text: string): Promise<void> {
  const { stdout, stderr } = await Program.run({
    name: "promtool check metrics",
    command: path,
    args: ["check", "metrics"],
    stdin: text,
  });
  if (stdout + stderr !== "") throw new Error(`Cannot take these metrics for good ones: ${stdout}${stderr}`);
}
