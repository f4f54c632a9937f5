/** Exclusive access to some agents for a time, lent by an Access Director (OCS 8.6, 11.8). @module */
import { pause } from "../internal/pause.ts";
import { type AccessRule, parseAccessRules, passwordMatches } from "../ocs/access_rules.ts";
import type { ClientOptions } from "./client_options.ts";
import { ConditionError } from "./errors.ts";
import { OCSClient } from "./ocs_client.ts";
import type { RequestOptions } from "./operation_client.ts";

/** Which grant, and for whom. */
export interface ExclusiveGrantOptions {
  /** Name of the grant in the director's configuration. */
  readonly grantName: string;
  /** Who holds it, for those that are locked out meanwhile. */
  readonly grantee: string;
  /** Password of the grant in the director's configuration, if it has one. */
  readonly password?: string | undefined;
}

/** For how long, and whether somebody else may have it. */
export interface AcquireExclusiveOptions extends RequestOptions {
  /** Unix seconds at which it ends by itself. Default: 100 s from now. */
  readonly expireAt?: number | undefined;
  /** Whether a grant that somebody holds is refused (default), or taken from them. */
  readonly strict?: boolean | undefined;
}

/** The director's reply, in the wire's own words; `error` says why not. */
export interface ExclusiveAccessReply {
  /** Why it was refused; absent when it was not. */
  readonly error?: string;
  /** What was done, such as `grant acquired`. */
  readonly message?: string;
  /** Name of the grant. */
  readonly grant_name?: string;
  /** The password that the holder sends to agents. */
  readonly password?: string;
  /** Unix seconds. */
  readonly expire_at?: number;
  /** Number of the change at the director; see `untilInForce`. */
  readonly step?: number;
}

/** Whether it was granted, and the reply. */
export type ExclusiveResult = readonly [ok: boolean, reply: ExclusiveAccessReply];

/** As Python's client: long enough for a few renewals that fail. */
const DEFAULT_SECONDS = 100;
const LOOK_MS = 200;
const SHOWN_MS = 5000;

/**
 * The client of one exclusive grant, with Python's methods; whoever holds it sends `password` to the agents.
 *
 * `holdExclusive` does all of it for the time of a block.
 *
 * @example
 * ```ts no-run
 * import { ExclusiveAccessClient, OCSClient } from "./mod.ts";
 *
 * const night = { grantName: "night-run", grantee: "scheduler", password: "let-me-in" };
 * await using access = await ExclusiveAccessClient.connect("access-director", night);
 * const [ok, reply] = await access.acquire();
 * if (!ok) throw new Error(reply.error);
 * await using faker = await OCSClient.connect("faker1", { privs: access.password });
 * await access.untilInForce(faker);
 * await faker.operation("acq").start();
 * await access.release();
 * ```
 */
export class ExclusiveAccessClient implements AsyncDisposable {
  /** Name of the grant. */
  readonly grantName: string;
  /** The holder's password while it is held; undefined otherwise. */
  password: string | undefined;
  /** When it ends by itself, in Unix seconds; undefined while it is not held. */
  expireAt: number | undefined;
  /** The director's last reply to `acquire`. */
  lastReply: ExclusiveAccessReply = { error: "no history" };
  readonly #director: OCSClient;
  readonly #isOwn: boolean;
  readonly #options: ExclusiveGrantOptions;
  #step = 0;
  #acquiredMs = 0;

  /** Works through a client of the director, which stays open; see `connect` for one of its own. */
  constructor(director: OCSClient, options: ExclusiveGrantOptions, { isOwn = false } = {}) {
    this.grantName = options.grantName;
    this.#director = director;
    this.#isOwn = isOwn;
    this.#options = options;
  }

  /**
   * Connects to the director.
   *
   * @param director Instance id, such as `access-director`.
   * @throws {ControlClientError} If it cannot be reached.
   */
  static async connect(
    director: string,
    options: ExclusiveGrantOptions & Omit<ClientOptions, "privs">,
  ): Promise<ExclusiveAccessClient> {
    const { grantName, grantee, password, ...how } = options;
    const client = await OCSClient.connect(director, how);
    return new ExclusiveAccessClient(client, { grantName, grantee, password }, { isOwn: true });
  }

  /** Asks for the grant. A refusal is not an error: `ok` is false and the reply's `error` says why. */
  async acquire({ expireAt, strict, ...options }: AcquireExclusiveOptions = {}): Promise<ExclusiveResult> {
    const reply = await this.#ask("acquire", options, {
      expire_at: expireAt ?? Date.now() / 1000 + DEFAULT_SECONDS,
      ...(strict === undefined ? {} : { strict }),
    });
    this.lastReply = reply;
    if (reply.error !== undefined) return [false, reply];
    this.#acquiredMs = performance.now();
    this.password = reply.password;
    this.expireAt = reply.expire_at;
    return [true, reply];
  }

  /** Holds it for longer. */
  async renew(
    { expireAt, ...options }: Omit<AcquireExclusiveOptions, "strict"> = {},
  ): Promise<ExclusiveResult> {
    const reply = await this.#ask("renew", options, {
      expire_at: expireAt ?? Date.now() / 1000 + DEFAULT_SECONDS,
    });
    if (reply.error !== undefined) return [false, reply];
    this.expireAt = reply.expire_at;
    return [true, reply];
  }

  /** Gives it back, and forgets the password whatever the director says. */
  async release(
    { strict, ...options }: Omit<AcquireExclusiveOptions, "expireAt"> = {},
  ): Promise<ExclusiveResult> {
    const reply = await this.#ask("release", options, strict === undefined ? {} : { strict });
    this.password = undefined;
    this.expireAt = undefined;
    return [reply.error === undefined, reply];
  }

  /**
   * Tells who holds the grant instead, where somebody has taken it from this client: the director renews and takes back
   * whatever it has lent under a name, whoever asks.
   *
   * @returns Undefined while it is still held, or where the director does not tell.
   */
  async takenBy(options: RequestOptions = {}): Promise<string | undefined> {
    const { password } = this;
    // Directors show new grants within a second or two.
    if (password === undefined || performance.now() - this.#acquiredMs < SHOWN_MS) return undefined;
    const { session } = await this.#director.operation("manager").status(options);
    const held = lentGrants(session.data).find(({ name }) => name === this.grantName);
    const isOther = held !== undefined && held.rules.length > 0 &&
      !held.rules.some((rule) => passwordMatches(rule.hashed_pass, password));
    return isOther ? held.grantee ?? "None" : undefined;
  }

  /**
   * Waits until an agent knows of the last change that this client has made at the director; normally within a second.
   *
   * @param timeoutSeconds Default 10.
   * @throws {ConditionError} If it does not in time, or does not listen to a director at all.
   */
  async untilInForce(
    agent: OCSClient,
    { timeoutSeconds = 10, signal }: RequestOptions = {},
  ): Promise<void> {
    const end = performance.now() + timeoutSeconds * 1000;
    for (;;) {
      // A last look gets the time of an answer, so that what is seen can be told.
      const left = Math.max(1, (end - performance.now()) / 1000);
      const { access_control } = await agent.getApi({ timeoutSeconds: left, signal });
      const what = `Cannot see the change of grant "${this.grantName}" at "${agent.instanceId}"`;
      if (access_control?.policy !== "director") {
        const policy = access_control?.policy ?? "that of an agent without access control";
        throw new ConditionError(
          `${what}: its access policy is ${policy}, expected director`,
          access_control,
        );
      }
      if (access_control.step >= this.#step) return;
      if (performance.now() >= end) {
        throw new ConditionError(
          `${what}: it is at step ${access_control.step} after ${timeoutSeconds} s, expected ${this.#step}`,
          access_control,
        );
      }
      await pause(LOOK_MS, { signal });
      signal?.throwIfAborted();
    }
  }

  /** Closes the connection of its own; a grant that is held stays until it expires. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#isOwn) await this.#director.close();
  }

  async #ask(
    action: "acquire" | "renew" | "release",
    options: RequestOptions,
    kwargs: Readonly<Record<string, unknown>>,
  ): Promise<ExclusiveAccessReply> {
    const { grantee, grantName: grant_name, password = null } = this.#options;
    const reply = await this.#director.special("request_exclusive", [], {
      ...options,
      kwargs: { action, ...kwargs, grantee, grant_name, password },
    });
    const read = readReply(reply);
    this.#step = read.step ?? this.#step;
    return read;
  }
}

/** What the session data of a director's `manager` say is lent; nothing where they make no sense. */
function lentGrants(
  data: unknown,
): readonly {
  readonly name: string;
  readonly grantee: string | null;
  readonly rules: readonly AccessRule[];
}[] {
  const grants: unknown = Object(data).grants;
  if (!Array.isArray(grants)) return [];
  return grants.flatMap((grant: unknown) => {
    const { name, grantee, rules } = Object(grant);
    if (typeof name !== "string") return [];
    try {
      return [{
        name,
        grantee: typeof grantee === "string" ? grantee : null,
        rules: parseAccessRules(rules),
      }];
    } catch {
      return [];
    }
  });
}

function readReply(value: unknown): ExclusiveAccessReply {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new TypeError(`Cannot read the director's reply: ${String(value)}, expected an object`);
  }
  const entries: Readonly<Record<string, unknown>> = { ...value };
  const text = (key: string) => typeof entries[key] === "string" ? { [key]: entries[key] } : {};
  const number = (key: string) => typeof entries[key] === "number" ? { [key]: entries[key] } : {};
  const error = "error" in entries ? { error: String(entries["error"]) } : {};
  return {
    ...error,
    ...text("message"),
    ...text("grant_name"),
    ...text("password"),
    ...number("expire_at"),
    ...number("step"),
  };
}
