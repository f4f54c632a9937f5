/** Frame types: a 32-bit code that spells letters (g3 1.4). @module */
import { G3EncodeError } from "./errors.ts";

/** Codes of the frame types that spt3g names. Any other code is legal too. */
export const FRAME_TYPES = {
  Timepoint: 0x54,
  Housekeeping: 0x48,
  Observation: 0x4f,
  Scan: 0x53,
  Map: 0x4d,
  InstrumentStatus: 0x49,
  Wiring: 0x57,
  Calibration: 0x43,
  GcpSlow: 0x47,
  PipelineInfo: 0x50,
  Ephemeris: 0x45,
  LightCurve: 0x4c,
  Statistics: 0x52,
  EndProcessing: 0x5a,
  None: 0x4e,
} as const;

/** Name of a frame type that spt3g knows. */
export type FrameTypeName = keyof typeof FRAME_TYPES;

/** Spells a code: `"H"` for Housekeeping, `"abcd"` for an ad-hoc type, `""` for 0. */
export function frameLetters(code: number): string {
  let letters = "";
  for (const shift of [24, 16, 8, 0]) {
    const byte = (code >>> shift) & 255;
    if (byte !== 0) letters += String.fromCharCode(byte);
  }
  return letters;
}

/** The name of a code, such as `"Housekeeping"`; undefined for an ad-hoc type. */
export function frameTypeName(code: number): FrameTypeName | undefined {
  // The keys of the table are its names.
  return (Object.keys(FRAME_TYPES) as FrameTypeName[]).find((name) => FRAME_TYPES[name] === code);
}

/**
 * The code of up to four letters, the first in the most significant byte used: `"H"` is 0x48, `"abcd"` 0x61626364.
 *
 * @throws {G3EncodeError} For more than four letters, or letters that are no single bytes.
 */
export function frameCode(letters: string): number {
  let code = 0;
  for (const letter of letters) {
    const byte = letter.charCodeAt(0);
    if (letter.length > 1 || byte > 255 || letters.length > 4) {
      throw new G3EncodeError(`Cannot use frame type "${letters}": expected at most four one-byte letters`);
    }
    code = code * 256 + byte;
  }
  return code;
}
