/** How Python writes floating-point numbers. @module */

/**
 * Writes a float as Python's `repr()`: the shortest digits that read back to the same number.
 *
 * Integral values end in `.0`; exponents below -4 and from 16 on are written, with two digits at least.
 */
export function pyFloatRepr(value: number): string {
  if (Number.isNaN(value)) return "nan";
  const sign = value < 0 || Object.is(value, -0) ? "-" : "";
  if (!Number.isFinite(value)) return `${sign}inf`;
  // Both languages agree on the digits and differ in where the exponent begins.
  const [mantissa = "0", power = "0"] = Math.abs(value).toExponential().split("e");
  const digits = mantissa.replace(".", "");
  const exponent = Number(power);
  if (exponent < -4 || exponent >= 16) {
    const fraction = digits.length > 1 ? `.${digits.slice(1)}` : "";
    return `${sign}${digits[0]}${fraction}e${exponent < 0 ? "-" : "+"}${
      String(Math.abs(exponent)).padStart(2, "0")
    }`;
  }
  if (exponent < 0) return `${sign}0.${"0".repeat(-exponent - 1)}${digits}`;
  const whole = digits.slice(0, exponent + 1).padEnd(exponent + 1, "0");
  return `${sign}${whole}.${digits.slice(exponent + 1) || "0"}`;
}

/**
 * Writes a float with so many decimals as Python's `%.nf`.
 *
 * `toFixed` rounds a tie up and knows no numbers from 1e21 on; Python rounds a tie to the even digit.
 *
 * @param decimals 0 to 20.
 */
export function pyFixed(value: number, decimals: number): string {
  if (Number.isNaN(value)) return "nan";
  const sign = value < 0 || Object.is(value, -0) ? "-" : "";
  if (!Number.isFinite(value)) return `${sign}inf`;
  const size = Math.abs(value);
  if (size >= 1e21) return `${sign}${BigInt(size)}${decimals > 0 ? `.${"0".repeat(decimals)}` : ""}`;
  // A tie at the nth decimal is an odd multiple of 1/2^(n+1), so 100 decimals show it whole.
  const exact = size.toFixed(100);
  const end = exact.indexOf(".") + 1 + decimals;
  const kept = exact.slice(0, decimals > 0 ? end : end - 1);
  const isTie = /^50*$/.test(exact.slice(end));
  const isEven = /[02468]$/.test(kept);
  return sign + (isTie && isEven ? kept : size.toFixed(decimals));
}
