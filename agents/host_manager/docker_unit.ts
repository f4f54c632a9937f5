/** A docker service as something that is started and stopped. @module */
import { toError } from "../../internal/to_error.ts";
import type { DockerService, RunDocker } from "./docker_state.ts";
import type { Unit } from "./managed_instance.ts";

/** What a service's unit needs. */
export interface DockerUnitOptions {
  /** Runs docker with a bound that is long enough to fetch an image. */
  readonly run: RunDocker;
  /** Takes what docker says when it fails. */
  readonly warn: (text: string) => void;
}

/** One service, run through `docker compose`. */
export class DockerUnit implements Unit {
  readonly #options: DockerUnitOptions;
  #service: DockerService;
  #asked = false;
  #busy: Promise<void> | undefined;

  /** @param service As docker described it. */
  constructor(service: DockerService, options: DockerUnitOptions) {
    this.#service = service;
    this.#options = options;
  }

  /** As docker described it last. */
  get service(): DockerService {
    return this.#service;
  }

  /** Whether its container ran when docker was asked last. */
  get isRunning(): boolean {
    return this.#service.running;
  }

  /** Not known of a container that docker has been told to start. */
  get hasEnded(): boolean {
    return false;
  }

  /** Exit code of the container, 127 where there is none. */
  get exitCode(): number {
    return this.#service.exit_code;
  }

  /** Takes what docker says now. */
  update(service: DockerService): void {
    this.#service = service;
    if (!service.running) this.#asked = false;
  }

  /** `docker compose up`, unless that goes on already. */
  start(): void {
    this.#asked = false;
    this.#run("up", "--remove-orphans", "-d");
  }

  /** `docker compose rm`, once until it has stopped. */
  stop(): void {
    if (this.#asked) return;
    this.#asked = true;
    this.#run("rm", "--stop", "--force");
  }

  /** Docker kills by itself what does not stop; asks once more. */
  kill(): void {
    this.#asked = false;
  }

  /** Resolves when docker is through with what it was told last. */
  async idle(): Promise<void> {
    await this.#busy;
  }

  #run(...words: readonly string[]): void {
    if (this.#busy !== undefined) {
      this.#options.warn(`docker is still busy with ${this.#service.service}: ${words[0]} has to wait`);
      // Whatever is wanted then is asked for again.
      this.#asked = false;
      return;
    }
    const { compose_file, service } = this.#service;
    this.#busy = this.#runNow(["compose", "-f", compose_file, ...words, service]).finally(() => {
      this.#busy = undefined;
    });
  }

  async #runNow(args: readonly string[]): Promise<void> {
    try {
      const { code, stderr } = await this.#options.run(args);
      if (code !== 0) {
        this.#options.warn(
          `docker ${args.join(" ")} ended with code ${code}: ${stderr.trim().slice(-1000)}`,
        );
      }
    } catch (error) {
      this.#options.warn(toError(error).message);
    }
  }
}
