/** `--since` as operators write it. @module */

const UNIT_SECONDS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400 };

/**
 * Reads a moment in the past: `90s`, `30m`, `2h`, `3d` ago; `18:30`, the last time it was that late here; `2026-11-25`, or
 * `2026-11-25T18:30`, in local time unless it ends in `Z`.
 *
 * @returns Unix time in seconds.
 * @throws {SyntaxError} If it is none of these.
 */
export function parseSince(text: string, nowSeconds: number): number {
  const [, count, unit] = /^(\d+(?:\.\d+)?)([smhd])$/.exec(text) ?? [];
  if (unit !== undefined) return nowSeconds - Number(count) * (UNIT_SECONDS[unit] ?? 1);
  const [, hours, minutes, seconds = "0"] = /^(\d\d?):(\d\d)(?::(\d\d))?$/.exec(text) ?? [];
  if (hours !== undefined && Number(hours) < 24 && Number(minutes) < 60 && Number(seconds) < 60) {
    const date = new Date(nowSeconds * 1000);
    date.setHours(Number(hours), Number(minutes), Number(seconds), 0);
    if (date.getTime() > nowSeconds * 1000) date.setDate(date.getDate() - 1);
    return date.getTime() / 1000;
  }
  if (/^\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d)?Z?)?$/.test(text)) {
    // Alone, JavaScript takes a day for one of UTC and a time for a local one.
    const time = new Date(text.length === 10 ? `${text}T00:00` : text.replace(" ", "T")).getTime();
    if (!Number.isNaN(time)) return time / 1000;
  }
  throw new SyntaxError(
    `Cannot read the time "${text}": expected such as 30m, 2h, 3d, 18:30, 2026-11-25 or 2026-11-25T18:30`,
  );
}
