/** One agent of a listing. @module */

/** One agent as `--json` writes it. */
export interface AgentRow {
  readonly instance: string;
  /** Null where nobody has told. */
  readonly agentClass: string | null;
  readonly host: string | null;
  readonly pid: number | null;
  /**
   * `up`: heard just now. `late`: not heard for 2.5 s, so its values are old. `stuck`: heard, but it does not answer.
   * `expired`: not heard for 5 s, it is gone. `silent`: in the site file, but never heard. `off`: not to run.
   * `unknown`: nobody can be heard, the router is lost.
   */
  readonly state: "up" | "late" | "stuck" | "expired" | "silent" | "off" | "unknown";
  /** Codes by operation, as the heartbeat has them, such as `RUNNING`. */
  readonly operations: Readonly<Record<string, string>>;
  /** Seconds since the last heartbeat; null where none was heard. */
  readonly heartbeatAgeSeconds: number | null;
  /** Name of the agent's variable at the prompt; absent on the command line. */
  readonly variable?: string;
}
