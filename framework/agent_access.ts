/** An agent's access policy in force, and the director's messages that change it. @module */
import { type Clock, SYSTEM_CLOCK } from "../internal/clock.ts";
import { Float } from "../internal/float.ts";
import { ACCESS_CONTROL_VERSION } from "../ocs/access_level.ts";
import {
  type AccessPolicy,
  type AccessRule,
  type CallerLevel,
  callerLevel,
  parseAccessPolicy,
  parseAccessRules,
} from "../ocs/access_rules.ts";
import type { AgentIdentity } from "../ocs/access_scope.ts";
import { isTruthy, pyStr, pyTypeName } from "../ocs/python_text.ts";
import type { AgentLog } from "./agent_log.ts";
import type { AccessCheck } from "./operations.ts";
import { type Refusal, Refusals } from "./refusals.ts";
import { errorText } from "./run_outcome.ts";

/** What an agent's access is made from. */
export interface AgentAccessOptions {
  /** `none`, `override:PW2,PW3` or `director:ID`. */
  readonly policy: string | null | undefined;
  readonly agent: AgentIdentity;
  readonly log: AgentLog;
  readonly clock?: Clock | undefined;
}

/** Who may do what with one agent (OCS 11). */
export class AgentAccess implements AccessCheck {
  readonly #policy: AccessPolicy;
  readonly #agent: AgentIdentity;
  readonly #log: AgentLog;
  readonly #clock: Clock;
  readonly #refusals: Refusals;
  #rules: readonly AccessRule[];
  #updateTimestamp: number;
  #updateCount = 0;
  #step: unknown = 0;

  /**
   * Puts a policy in force.
   *
   * @throws {RangeError} If the policy is none that exists; the agent is not to start then.
   */
  constructor({ policy, agent, log, clock = SYSTEM_CLOCK }: AgentAccessOptions) {
    this.#policy = parseAccessPolicy(policy);
    this.#rules = this.#policy.rules;
    this.#agent = agent;
    this.#log = log;
    this.#clock = clock;
    this.#refusals = new Refusals(log, clock);
    this.#updateTimestamp = clock.now();
  }

  /** Which policy it is. */
  get policyName(): AccessPolicy["name"] {
    return this.#policy.name;
  }

  /** The director to listen to; undefined under another policy. */
  get directorId(): string | undefined {
    return this.#policy.directorId;
  }

  /** The level of a caller. */
  credentials(password: unknown): CallerLevel {
    // Peer ocs: whatever is no text equals no password, and is refused or let in like a wrong one.
    const text = password === null || typeof password === "string" ? password : "\0no text";
    return this.#level(text, false);
  }

  /** The level of the agent itself. */
  own(): CallerLevel {
    return this.#level(null, true);
  }

  /** Counts and logs a request that was refused. */
  refused(refusal: Refusal): void {
    this.#refusals.note(refusal);
  }

  /** What was refused so far; an answer of our agents only. */
  refusals(): Record<string, unknown> {
    return this.#refusals.encoded();
  }

  /** What `get_api` tells of it (OCS 1.6). */
  encoded(): Record<string, unknown> {
    return {
      version: ACCESS_CONTROL_VERSION,
      policy: this.#policy.name,
      update_timestamp: new Float(this.#updateTimestamp),
      update_count: this.#updateCount,
      step: this.#step,
    };
  }

  /** Takes a message of the director's `controls` feed (OCS 11.9). Anything that is none is logged and dropped. */
  update(message: unknown): void {
    if (pyTypeName(message) !== "dict") {
      this.#log.error(`Access Control message is a ${pyTypeName(message)}, expected an object; dropped`);
      return;
    }
    // Just seen to be an object; each member is looked at where it is used.
    const { ac_version, reset, target, rules, step } = message as Record<string, unknown>;
    if (ac_version !== ACCESS_CONTROL_VERSION) {
      this.#log.error(
        `Access Control version mismatch: director=${pyStr(ac_version)}, Agent=${ACCESS_CONTROL_VERSION}`,
      );
      return;
    }
    if (!isTruthy(reset) && target !== this.#agent.instanceId) return;
    try {
      this.#rules = parseAccessRules(rules);
    } catch (error) {
      this.#log.error(`Access Control message dropped: ${errorText(error)}`);
      return;
    }
    this.#step = step ?? null;
    this.#updateTimestamp = this.#clock.now();
    this.#updateCount++;
    if (this.#updateCount === 1) {
      this.#log.info(`Access rules received (step ${pyStr(step)}); no longer blocked`);
    } else this.#log.debug(`Access rules received (step ${pyStr(step)})`);
  }

  #level(password: string | null, isAgentItself: boolean): CallerLevel {
    const policy = { name: this.#policy.name, rules: this.#rules };
    return callerLevel(policy, { password, isAgentItself, agent: this.#agent });
  }
}
