/** How much a caller may do. @module */

/** Version of the access control protocol that agents tell in `get_api`. */
export const ACCESS_CONTROL_VERSION = 1;

/**
 * Credential levels; a higher one may do all that a lower one may.
 *
 * Operations that could do damage or cost much time ask for 3, those that lead to awkward states for 2, the rest for 1.
 */
export const CredLevel = {
  /** May start and stop nothing. */
  BLOCKED: 0,
  /** What everyone has without a password, unless rules say otherwise. */
  BASIC: 1,
  ADVANCED: 2,
  FULL: 3,
  /** The agent itself, when it starts its own operations. */
  SUPERUSER: 4,
} as const;

/** One of the credential levels. */
export type CredLevel = typeof CredLevel[keyof typeof CredLevel];

/** Reads a level; undefined for a value that is none. */
export function toCredLevel(value: unknown): CredLevel | undefined {
  return Object.values(CredLevel).find((level) => level === value);
}

/** Writes a level as refusals do: `2-ADVANCED`. */
export function credLevelText(level: CredLevel): string {
  const [name] = Object.entries(CredLevel).find(([, value]) => value === level) ?? [""];
  return `${level}-${name}`;
}
