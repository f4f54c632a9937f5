import assert from "node:assert/strict";
import { Readable } from "node:stream";
import {
  decodeObject,
  decodeRecord,
  encodeCall,
} from "../../../agents/pysmurf_controller/functions/function_record.ts";
import {
  MAX_LINE_BYTES,
  MAX_RESULT_BYTES,
  readLines,
  ResultPipe,
} from "../../../agents/pysmurf_controller/functions/result_pipe.ts";
import {
  makeDetectors,
  normalVolts,
  resistanceFraction,
  seededRandom,
} from "../../../agents/pysmurf_controller/functions/simulated_detectors.ts";
import { quantileObject } from "../../../agents/pysmurf_controller/functions/simulated_functions.ts";
import { Float } from "../../../internal/float.ts";

const bytes = (text: string) => new TextEncoder().encode(text);

Deno.test("smurf 2.9: encodeCall() writes the five keys in one line, floats as floats", () => {
  assert.equal(
    encodeCall({
      funcName: "take_bias_steps",
      kwargs: { kwargs: { nsteps: 20, text: "a\nb" }, rfrac_range: [new Float(0), 0.6] },
    }, null),
    '{"func_name":"take_bias_steps","args":[],' +
      '"kwargs":{"kwargs":{"nsteps":20,"text":"a\\nb"},"rfrac_range":[0.0,0.6]},' +
      '"slot":null,"run_in_main_process":false}\n',
  );
});

Deno.test("decodeRecord() keeps kinds and makes null of what is not finite", () => {
  const record = decodeRecord(
    bytes(
      ' {"success": true, "return_val": {"a": 1, "b": 1.0, "c": [NaN, -Infinity, 0.5]}, "traceback": null}\n',
    ),
  );
  assert.deepEqual(record, {
    success: true,
    return_val: { a: 1, b: new Float(1), c: [null, null, 0.5] },
    traceback: null,
  });
  assert.deepEqual(decodeRecord(bytes('{"success":false}')), {
    success: false,
    return_val: null,
    traceback: null,
  });
});

Deno.test("decodeRecord() refuses what is no record", () => {
  for (
    const [text, pattern] of [
      ["", /Cannot decode/],
      ["{", /Cannot decode/],
      ["[true]", /another kind of JSON value/],
      ['"text"', /another kind of JSON value/],
      ['{"success": true} {"success": true}', /expected its end at byte 18 of 35/],
      ['{"success": 1}', /"success" is missing or no boolean/],
      ['{"success": true, "traceback": 3}', /"traceback" is neither text nor null/],
      ["[".repeat(1000), /Cannot decode/],
    ] as const
  ) assert.throws(() => decodeRecord(bytes(text)), { name: "SyntaxError", message: pattern }, text);
  assert.throws(() => decodeObject(Uint8Array.of(0xff, 0xfe)), SyntaxError);
});

Deno.test("ResultPipe puts chunks together, and gives up one that has no end", async () => {
  let calls = 0;
  const small = new ResultPipe(Readable.from([bytes("{}"), bytes(" ")]), () => calls++);
  await small.ended;
  assert.deepEqual([new TextDecoder().decode(small.bytes()), small.tooMuch, calls], ["{} ", false, 0]);
  const megabyte = new Uint8Array(1_000_000);
  const endless = (function* () {
    for (;;) yield megabyte;
  })();
  const large = new ResultPipe(Readable.from(endless), () => calls++);
  await large.ended;
  assert.deepEqual([large.bytes().length, large.tooMuch, calls], [0, true, 1]);
  assert.ok(MAX_RESULT_BYTES > 10 * megabyte.length);
});

Deno.test("readLines() gives whole lines however they come, and refuses one without end", async () => {
  const lines: string[] = [];
  const collect = (line: Uint8Array) => lines.push(new TextDecoder().decode(line));
  await readLines(Readable.from(["a", "b\nc\n\nd", "e", "\nlast"].map(bytes)), collect);
  assert.deepEqual(lines, ["ab", "c", "", "de", "last"]);
  const chunk = new Uint8Array(65_536).fill(120);
  const endless = (function* () {
    for (;;) yield chunk;
  })();
  await assert.rejects(readLines(Readable.from(endless), () => assert.fail()), {
    message: `Cannot read line: it has more than ${MAX_LINE_BYTES} bytes`,
  });
});

Deno.test("makeDetectors() makes the same 1720 channels for the same seed, with groups of one half per half of the bands", () => {
  const detectors = makeDetectors(seededRandom(3));
  assert.deepEqual(detectors, makeDetectors(seededRandom(3)));
  assert.notDeepEqual(detectors, makeDetectors(seededRandom(4)));
  assert.equal(detectors.length, 1720);
  assert.equal(new Set(detectors.map(({ band, channel }) => 512 * band + channel)).size, 1720);
  assert.ok(detectors.every(({ channel }) => channel >= 0 && channel < 512));
  assert.ok(detectors.every(({ band, group }) => group === -1 || (group < 6) === (band < 4)));
});

Deno.test("resistanceFraction() is normal above its volts, in transition below, and superconducting until driven normal", () => {
  const [detector] = makeDetectors(seededRandom(1));
  assert.ok(detector !== undefined);
  const volts = normalVolts(detector);
  assert.ok(volts > 4 && volts < 13, `${volts} V`);
  assert.equal(resistanceFraction(detector, 1.01 * volts, false), 1);
  assert.ok(Math.abs(resistanceFraction(detector, volts / Math.SQRT2, false) - 0.5) < 1e-9);
  assert.equal(resistanceFraction(detector, 0.2 * volts, false), 0);
  assert.equal(resistanceFraction(detector, 0.9 * volts, true), 0);
});

Deno.test("smurf 2.7: quantileObject() interpolates linearly, and is all zeros that are floats for nothing", () => {
  assert.deepEqual(quantileObject("Rn", [5, 1, 2, 3, 4]), {
    name: "Rn",
    quantiles: [10, 25, 50, 75, 90],
    values: [1.4, 2, 3, 4, 4.6].map((value) => new Float(value)),
    total: 5,
  });
  assert.deepEqual(quantileObject("Rn", []), {
    name: "Rn",
    quantiles: [10, 25, 50, 75, 90],
    values: [0, 0, 0, 0, 0].map((value) => new Float(value)),
    total: 0,
  });
});
