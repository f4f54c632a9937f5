/** The crossbar of a host, as the site file has it: started before the agents, stopped after them. @module */
import { access } from "node:fs/promises";
import { resolve } from "node:path";
import { type Authentication, connectWamp } from "../../client/mod.ts";
import { pause } from "../../internal/pause.ts";
import { toError } from "../../internal/to_error.ts";
import type { AgentReports } from "./agent_lines.ts";
import { Children } from "./children.ts";
import type { CrossbarProgram } from "./crossbar_program.ts";
import { FleetFailure } from "./fleet.ts";

/** Stands before its lines, as the instance id does before those of an agent. */
export const CROSSBAR_NAME = "crossbar";

/** What a running crossbar needs to know. */
export interface SiteCrossbarOptions {
  readonly lines: AgentReports;
  /** WebSocket that has to answer. */
  readonly url: string;
  readonly realm: string;
  /** Who to be there. Default: anonymous. */
  readonly authentication: Authentication | undefined;
  /** Tells all that crossbar says. */
  readonly verbose: boolean;
  /** Gives up waiting for it. */
  readonly signal: AbortSignal;
}

/** Crossbar writes six lines for each client that joins: too many between those of agents. */
const LOG_LEVEL = ["--loglevel", "warn"];

/** It takes three to eight seconds, several times that on a machine that starts. */
const ANSWER_WITHIN_MS = 60_000;
const ATTEMPT_MS = 2_000;
const ASK_AGAIN_MS = 100;

/** A crossbar that lives no longer than this object. */
export class SiteCrossbar implements AsyncDisposable {
  readonly #children: Children;
  /** Aborted when it has ended, with how. */
  readonly #over = new AbortController();

  private constructor(lines: AgentReports) {
    this.#children = new Children({
      onLine: (name, line) => lines.line(name, line),
      onEnd: ({ name, code, signal, wanted, lastLines }) => {
        const how = signal === undefined ? `exit code ${code}` : `signal ${signal}`;
        if (!wanted) lines.ended(name, how, lastLines.slice(-5));
        this.#over.abort(new Error(`it ended with ${how}`));
      },
    });
  }

  /**
   * Starts it and waits, for a minute at most, until a client can join the site's realm.
   *
   * @throws {FleetFailure} If it has no configuration, cannot be started, ends or does not answer in time.
   */
  static async start(program: CrossbarProgram, options: SiteCrossbarOptions): Promise<SiteCrossbar> {
    if (program.configDir !== undefined) await needConfiguration(program.configDir);
    const crossbar = new SiteCrossbar(options.lines);
    try {
      crossbar.#run(program, options);
      await crossbar.#untilAnswering(options);
      return crossbar;
    } catch (error) {
      await crossbar.stop();
      throw error;
    }
  }

  /** SIGINT, SIGKILL after 10 s. */
  stop(): Promise<void> {
    return this.#children.stop();
  }

  /** SIGKILL. */
  killNow(): void {
    void this.#children.kill();
  }

  /** Same as `stop`. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }

  #run({ command, args }: CrossbarProgram, { verbose }: SiteCrossbarOptions): void {
    try {
      this.#children.start({
        name: CROSSBAR_NAME,
        command,
        args: verbose ? args : [...args, ...LOG_LEVEL],
        // Python holds its lines back when nobody looks.
        env: { PYTHONUNBUFFERED: "1" },
      });
    } catch (error) {
      throw new FleetFailure(
        `${
          toError(error).message
        }; the site file has it on this host: name the program with "bin", or leave it to ` +
          "others with --no-router",
        { cause: error },
      );
    }
  }

  async #untilAnswering({ url, realm, authentication, signal }: SiteCrossbarOptions): Promise<void> {
    const late = AbortSignal.timeout(ANSWER_WITHIN_MS);
    const end = AbortSignal.any([signal, this.#over.signal, late]);
    let last = "nobody listens";
    while (!end.aborted) {
      try {
        const connection = await connectWamp({
          url,
          realm,
          authentication,
          timeoutMs: ATTEMPT_MS,
          reconnect: false,
          signal: end,
        });
        await connection.close();
        return;
      } catch (error) {
        if (!end.aborted) last = toError(error).message;
        await pause(ASK_AGAIN_MS, { signal: end });
      }
    }
    if (signal.aborted) return;
    const { aborted, reason } = this.#over.signal;
    throw new FleetFailure(
      `Cannot start crossbar: ${
        aborted
          ? toError(reason).message
          : `it has not answered at ${url} for ${
            ANSWER_WITHIN_MS / 1000
          } s: ${last}; is its configuration of this site file? (ocs crossbar-config)`
      }`,
    );
  }
}

async function needConfiguration(configDir: string): Promise<void> {
  const files = ["config.json", "config.yaml"].map((name) => `${configDir}/${name}`);
  const found = await Promise.all(files.map((file) => access(file).then(() => true, () => false)));
  if (found.includes(true)) return;
  throw new FleetFailure(
    `Cannot start crossbar: there is no "${
      files[0]
    }"; make the folder, then the file with: ocs crossbar-config -o ${resolve(configDir, "config.json")}`,
  );
}
