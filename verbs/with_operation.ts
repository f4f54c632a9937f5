/** From `AGENT.OP` to the operation of a client. @module */
import type { AnyOperation } from "../client/mod.ts";
import { nearMiss } from "../site/near_miss.ts";
import { OperationNotFoundError } from "./errors.ts";
import { isPattern, parseTarget } from "./operation_target.ts";
import { openSite, type SiteLink, type VerbOptions } from "./site_link.ts";

/**
 * Does something with one operation of a site.
 *
 * @throws {SyntaxError} If the target is no operation, or a pattern.
 * @throws {OperationNotFoundError} If its agent has no such operation.
 * @throws {ControlClientError} If the agent cannot be reached.
 */
export async function withOperation<T>(
  target: string,
  options: VerbOptions,
  action: (operation: AnyOperation, link: SiteLink) => Promise<T>,
): Promise<T> {
  const { instanceId, opName } = parseTarget(target);
  if (isPattern(target)) {
    throw new SyntaxError(`Cannot read operation "${target}": expected one operation, not a pattern`);
  }
  await using link = await openSite(options);
  const client = await link.client(instanceId);
  const operation = Object.hasOwn(client.ops, opName) ? client.ops[opName] : undefined;
  if (operation === undefined) throw notFound(instanceId, opName, Object.keys(client.ops));
  return await action(operation, link);
}

function notFound(instanceId: string, opName: string, names: readonly string[]): OperationNotFoundError {
  const near = nearMiss(opName, names);
  const hint = near === undefined ? "" : `; did you mean "${instanceId}.${near}"?`;
  return new OperationNotFoundError(
    `Cannot find operation "${opName}" on "${instanceId}": it has ${names.join(", ") || "none"}${hint}`,
  );
}
