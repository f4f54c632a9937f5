/** Exclusive grants: lent to one holder, renewed, given back, expired (OCS 11.8). No I/O. @module */
import { Float } from "../../internal/float.ts";
import { type AccessRule, hashPassword } from "../../ocs/access_rules.ts";
import { isTruthy, pyStr } from "../../ocs/python_text.ts";
import type { AccessConfig, GrantBlock } from "../../site/read_access_config.ts";
import { randomPassword } from "./random_password.ts";

/** A request as it came; anything may be of any type. */
export interface ExclusiveRequest {
  readonly grant_name: unknown;
  readonly password: unknown;
  readonly action: unknown;
  readonly expire_at: unknown;
  readonly grantee: unknown;
  readonly strict: unknown;
}

/** The reply, in the wire's own words; null for an action that there is not. */
export type ExclusiveReply = Readonly<Record<string, unknown>> | null;

/** What is lent at present, as `session.data` shows it. */
export interface EncodedGrant {
  readonly name: string;
  /** Unix seconds, of the kind that was asked for. */
  readonly expire_at: number | Float;
  readonly grantee: string | null;
  readonly rules: readonly AccessRule[];
}

/** What the grants work with. */
export interface ExclusiveGrantsOptions {
  /** The configuration in force. */
  readonly config: () => AccessConfig;
  /** Unix seconds. */
  readonly now: () => number;
  /** Called when the rules have changed; gives the step of that. */
  readonly changed: () => number;
  /** The step in force. */
  readonly step: () => number;
}

/** A grant of which nobody says how long. */
const DEFAULT_SECONDS = 60;

/** The grants that are lent. */
export class ExclusiveGrants {
  readonly #options: ExclusiveGrantsOptions;
  #active: readonly EncodedGrant[] = [];

  /** Nothing is lent at first. */
  constructor(options: ExclusiveGrantsOptions) {
    this.#options = options;
  }

  /** What is lent, in the order in which it was acquired. */
  get active(): readonly EncodedGrant[] {
    return this.#active;
  }

  /** The rules of all that is lent. */
  rules(): readonly AccessRule[] {
    return this.#active.flatMap(({ rules }) => rules);
  }

  /** Takes back what has expired; gives the names. */
  expire(): string[] {
    const now = this.#options.now();
    const expired = this.#active.filter(({ expire_at }) => Number(expire_at) <= now);
    if (expired.length === 0) return [];
    this.#active = this.#active.filter((grant) => !expired.includes(grant));
    this.#options.changed();
    return expired.map(({ name }) => name);
  }

  /** Answers a request; the checks come in Python's order. */
  request({ grant_name, password, action, expire_at, grantee, strict }: ExclusiveRequest): ExclusiveReply {
    if (grant_name === undefined || grant_name === null) return { error: "No grant_name specified." };
    const block = this.#options.config().blocks.find(({ name }) => name === grant_name);
    if (block === undefined) return { error: `Named grant not found (${pyStr(grant_name)})` };
    if (block.password !== undefined && block.password !== password) {
      return { error: `Credential failed to access (${block.name})` };
    }
    const isStrict = strict === undefined || strict === null || isTruthy(strict);
    switch (action) {
      case "acquire":
        return this.#acquire(block, { expire_at, grantee, isStrict });
      case "renew":
        return this.#renew(block, expire_at);
      case "release":
        return this.#release(block, isStrict);
      default:
        return null;
    }
  }

  #acquire(
    block: GrantBlock,
    { expire_at, grantee, isStrict }: {
      readonly expire_at: unknown;
      readonly grantee: unknown;
      readonly isStrict: boolean;
    },
  ): ExclusiveReply {
    const held = this.#find(block.name);
    if (held !== undefined && isStrict) {
      return { error: `Grant is already held (grantee: ${held.grantee ?? "None"}); release it first.` };
    }
    const expireAt = this.#expiry(expire_at);
    // Peer ocs takes anything, and passes it on: its own manager, or every agent's reading of the rules, breaks on it.
    if (expireAt === undefined) return { error: expiryText(expire_at) };
    if (grantee !== undefined && grantee !== null && typeof grantee !== "string") {
      return { error: `Cannot lend "${block.name}": grantee is ${pyStr(grantee)}, expected a text` };
    }
    const password = randomPassword();
    const owner = grantee ?? null;
    const grant = {
      name: block.name,
      expire_at: expireAt,
      grantee: owner,
      rules: rulesOf(block, { password, owner }),
    };
    this.#active = [...this.#active.filter((one) => one !== held), grant];
    return {
      message: "grant acquired",
      password,
      grant_name: block.name,
      expire_at: expireAt,
      step: this.#options.changed(),
    };
  }

  #renew(block: GrantBlock, expire_at: unknown): ExclusiveReply {
    const held = this.#find(block.name);
    if (held === undefined) return { error: "Grant is not currently held; cannot renew." };
    const expireAt = this.#expiry(expire_at);
    if (expireAt === undefined) return { error: expiryText(expire_at) };
    this.#active = this.#active.map((one) => one === held ? { ...one, expire_at: expireAt } : one);
    return {
      message: "grant renewed",
      grant_name: block.name,
      expire_at: expireAt,
      step: this.#options.step(),
    };
  }

  #release(block: GrantBlock, isStrict: boolean): ExclusiveReply {
    const held = this.#find(block.name);
    if (held === undefined && isStrict) return { error: "Grant is not currently held; cannot release." };
    let step = this.#options.step();
    if (held !== undefined) {
      this.#active = this.#active.filter((one) => one !== held);
      step = this.#options.changed();
    }
    return { message: "grant released", grant_name: block.name, step };
  }

  #find(name: string): EncodedGrant | undefined {
    return this.#active.find((grant) => grant.name === name);
  }

  /** Undefined for what is no time; an infinity could not be shown to anybody. */
  #expiry(value: unknown): number | Float | undefined {
    if (value === undefined || value === null) return new Float(this.#options.now() + DEFAULT_SECONDS);
    if (value instanceof Float) return Number.isFinite(value.value) ? value : undefined;
    return typeof value === "number" && Number.isFinite(value) ? value : undefined;
  }
}

/** One rule for each item of the block, with the holder's password. */
function rulesOf(
  { name, hash, grants }: GrantBlock,
  { password, owner }: { readonly password: string; readonly owner: string | null },
): AccessRule[] {
  const hashed_pass = { hash, value: hashPassword(hash, password) };
  return grants.map(({ scope, credLevel, lockoutLevels }) => ({
    hashed_pass,
    cred_level: credLevel,
    scope_spec: scope,
    lockout_id: name,
    lockout_owner: owner,
    lockout_levels: lockoutLevels,
  }));
}

function expiryText(value: unknown): string {
  return `Cannot use expire_at ${pyStr(value)}: expected Unix seconds`;
}
