/** Exclusive access for the time of a block. @module */
import { type Logger, SILENT } from "../internal/log.ts";
import { pause } from "../internal/pause.ts";
import { toError } from "../internal/to_error.ts";
import { cleanUp } from "./cleaning.ts";
import { ConditionError } from "./errors.ts";
import type { ExclusiveAccessClient, ExclusiveAccessReply } from "./exclusive_access.ts";

/** How a grant is held. */
export interface HoldExclusiveOptions {
  /**
   * After so many seconds without a sign of this process, others have access again. Renewed at every third of it.
   * Default 100, at least 3.
   */
  readonly periodSeconds?: number | undefined;
  /** Takes the grant from whoever holds it. Default false. */
  readonly force?: boolean | undefined;
  /** Told of renewals that fail. Default: silent. */
  readonly logger?: Logger | undefined;
}

/** A grant that is held and renewed; disposing of it gives it back. */
export interface HeldExclusive extends AsyncDisposable {
  /** What the holder sends to agents: `OCSClient.connect(id, { privs: held.password })`. */
  readonly password: string;
  /** Aborted when the grant is lost: somebody took it, the director refused to renew it, or was away until it expired. */
  readonly lost: AbortSignal;
}

/**
 * Acquires a grant and renews it until it is disposed of.
 *
 * A process that dies holds it for `periodSeconds` at most.
 *
 * @example
 * ```ts no-run
 * import { ExclusiveAccessClient, holdExclusive, OCSClient } from "./mod.ts";
 *
 * const night = { grantName: "night-run", grantee: "scheduler" };
 * await using access = await ExclusiveAccessClient.connect("access-director", night);
 * await using held = await holdExclusive(access);
 * await using faker = await OCSClient.connect("faker1", { privs: held.password });
 * await access.untilInForce(faker);
 * await faker.operation("acq").start();
 * ```
 *
 * @throws {ConditionError} If the director refuses; the text says why.
 */
export async function holdExclusive(
  access: ExclusiveAccessClient,
  { periodSeconds = 100, force = false, logger = SILENT }: HoldExclusiveOptions = {},
): Promise<HeldExclusive> {
  if (!(periodSeconds >= 3) || !Number.isFinite(periodSeconds)) {
    throw new RangeError(`Cannot hold a grant for "${periodSeconds}" seconds: expected 3 or more`);
  }
  const expireAt = () => Date.now() / 1000 + periodSeconds;
  const [, reply] = await access.acquire({ expireAt: expireAt(), strict: !force });
  const { error, password } = reply;
  if (password === undefined) {
    const why = error ?? "no password came with it";
    throw new ConditionError(`Cannot hold grant "${access.grantName}": ${why}`, reply);
  }
  const over = new AbortController();
  const lost = new AbortController();
  const renewing = keepRenewed(access, { expireAt, periodSeconds, signal: over.signal, logger }).then(
    (why) => {
      if (why !== undefined) lost.abort(why);
    },
  );
  return {
    password,
    lost: lost.signal,
    async [Symbol.asyncDispose]() {
      if (over.signal.aborted) return;
      over.abort();
      await renewing;
      if (lost.signal.aborted) return;
      await cleanUp(`give back grant "${access.grantName}"`, async (signal) => {
        // What somebody else holds by now is theirs.
        const other = await access.takenBy({ signal }).catch(() => undefined);
        if (other === undefined) await access.release({ signal });
      });
    },
  };
}

/** Renews until the signal aborts, or gives why the grant is lost. */
async function keepRenewed(
  access: ExclusiveAccessClient,
  { expireAt, periodSeconds, signal, logger }: {
    readonly expireAt: () => number;
    readonly periodSeconds: number;
    readonly signal: AbortSignal;
    readonly logger: Logger;
  },
): Promise<ConditionError | undefined> {
  const third = periodSeconds / 3;
  let held = performance.now();
  let waitSeconds = third;
  for (;;) {
    await pause(waitSeconds * 1000, { signal });
    if (signal.aborted) return undefined;
    const asked = performance.now();
    try {
      let reply: ExclusiveAccessReply = {};
      let other: string | undefined;
      // Also while a script is being ended: its last steps need the grant.
      await cleanUp(`renew grant "${access.grantName}"`, async (bound) => {
        const either = AbortSignal.any([bound, signal]);
        const look = { timeoutSeconds: third / 2, signal: either };
        other = await access.takenBy(look).catch(() => undefined);
        if (other !== undefined) return;
        [, reply] = await access.renew({ expireAt: expireAt(), timeoutSeconds: third, signal: either });
      });
      if (other !== undefined) {
        return new ConditionError(
          `The grant "${access.grantName}" is lost: "${other}" has taken it`,
          undefined,
        );
      }
      if (reply.error !== undefined) {
        return new ConditionError(`The grant "${access.grantName}" is lost: ${reply.error}`, reply);
      }
      held = asked;
      waitSeconds = third;
    } catch (error) {
      if (signal.aborted) return undefined;
      const why = toError(error).message;
      if (performance.now() - held >= periodSeconds * 1000) {
        return new ConditionError(
          `The grant "${access.grantName}" is lost: it has expired: ${why}`,
          undefined,
          {
            cause: error,
          },
        );
      }
      logger.warn(`Cannot renew grant "${access.grantName}", trying again: ${why}`);
      waitSeconds = Math.min(1, third);
    }
  }
}
