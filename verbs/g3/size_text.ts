/** Numbers of bytes for the eye. @module */

const UNITS = ["B", "kB", "MB", "GB", "TB", "PB"];

/** Writes a number of bytes with three digits and a unit of ten to the third: `817 B`, `48.2 MB`. */
export function sizeText(bytes: number): string {
  let value = bytes;
  let unit = 0;
  while (value >= 999.5 && unit < UNITS.length - 1) {
    value /= 1000;
    unit++;
  }
  const digits = unit === 0 || value >= 99.95 ? 0 : value >= 9.995 ? 1 : 2;
  return `${value.toFixed(digits)} ${UNITS[unit]}`;
}
