/** Round numbers along an axis. @module */

/** Where an axis has its ticks. */
export interface Ticks {
  readonly values: readonly number[];
  /** One for each value, all in the same form. */
  readonly labels: readonly string[];
  /** What is to be added to each label, where whole numbers would be too long to tell apart; else empty. */
  readonly offset: string;
}

/** Labels beyond so many characters are written relative to an offset. */
const MAX_LABEL = 10;

/**
 * Puts ticks at the multiples of a round step from `low` to `high`.
 *
 * @param range Finite; `low` is less than `high`.
 * @param step See `roundStep`.
 */
export function roundTicks(
  { low, high }: { readonly low: number; readonly high: number },
  step: number,
): Ticks {
  const first = Math.ceil(low / step - 1e-9);
  const last = Math.floor(high / step + 1e-9);
  // A multiple, not a sum: a thousand times 0.1 added up is not 100.
  return label(Array.from({ length: Math.max(0, last - first) + 1 }, (_, at) => (first + at) * step), step);
}

/** The smallest round step (1, 2 or 5 times a power of ten) that divides a range into at most `most - 1` parts. */
export function roundStep(range: number, most: number): number {
  const least = range / Math.max(1, most - 1);
  const power = 10 ** Math.floor(Math.log10(least));
  const factor = [1, 2, 5, 10].find((each) => each * power >= least * (1 - 1e-9)) ?? 10;
  return factor * power;
}

function label(values: readonly number[], step: number): Ticks {
  const decimals = Math.max(0, -Math.floor(Math.log10(step) + 1e-9));
  const largest = Math.max(...values.map(Math.abs));
  if (decimals <= 6 && largest < 1e7) {
    const labels = values.map((value) => fixed(value, decimals));
    if (labels.every((text) => text.length <= MAX_LABEL)) return { values, labels, offset: "" };
  }
  // Digits that tell two neighbours apart.
  const digits = Math.max(0, Math.ceil(Math.log10(largest / step) - 1e-9));
  if (digits <= 4) return { values, labels: values.map((value) => exponent(value, digits)), offset: "" };
  const base = values[0] ?? 0;
  const rest = label(values.map((_, at) => at * step), step);
  const text = decimals <= 15 && largest < 1e15 ? fixed(base, decimals) : String(base);
  return { values, labels: rest.labels.map((each) => `+${each}`), offset: text };
}

function fixed(value: number, decimals: number): string {
  const text = value.toFixed(Math.min(100, decimals));
  return Number(text) === 0 ? text.replace("-", "") : text;
}

function exponent(value: number, digits: number): string {
  return value === 0 ? "0" : value.toExponential(digits).replace("e+", "e");
}
