/** A moment, as those who look into files write it. @module */

const UNIT_SECONDS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400 };
const DAY = /^\d{4}-\d\d-\d\d$/;
const TIME = /^(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d(?::\d\d(?:\.\d+)?)?)(Z|[+-]\d\d:\d\d)?$/;

/**
 * Reads a moment: `1700000000` in Unix seconds, `2026-11-25` or `2026-11-25T18:30`, in UTC unless it ends in an offset such as
 * `-03:00`; `2h` ago, `30m`, `3d`.
 *
 * @param option Name of the option, for the error.
 * @returns Unix time in seconds.
 * @throws {SyntaxError} If it is none of these.
 */
export function parseMoment(text: string, option: string, nowSeconds: number = Date.now() / 1000): number {
  const [, count, unit] = /^(\d+(?:\.\d+)?)([smhd])$/.exec(text) ?? [];
  if (unit !== undefined) return nowSeconds - Number(count) * (UNIT_SECONDS[unit] ?? 1);
  if (/^\d{8,11}(?:\.\d+)?$/.test(text)) return Number(text);
  const [, day = DAY.exec(text)?.[0], time = "00:00", zone = "Z"] = TIME.exec(text) ?? [];
  const milliseconds = day === undefined ? NaN : Date.parse(`${day}T${time}${zone}`);
  if (!Number.isNaN(milliseconds)) return milliseconds / 1000;
  throw new SyntaxError(
    `Cannot read ${option} "${text}": expected Unix seconds, 2026-11-25 or 2026-11-25T18:30 (UTC), or such as 2h ago: 2h`,
  );
}
