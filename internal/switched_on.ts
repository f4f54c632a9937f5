/** Switches that take a value. @module */

/**
 * Whether a switch that takes a value is on, such as `--auto-start True`.
 *
 * Peer socs: any value but an empty one is true there, even `False` (smurf 4.1); what says no means no here.
 */
export function isSwitchedOn(text: string): boolean {
  return !/^\s*(|false|no|off|none|0)\s*$/i.test(text);
}
