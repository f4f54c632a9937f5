import assert from "node:assert/strict";
import { normalNoise } from "../../../internal/normal_noise.ts";

Deno.test("normalNoise() has mean 0 and standard deviation 1, and any length", () => {
  const values = normalNoise(100_001);
  assert.equal(values.length, 100_001);
  const mean = values.reduce((sum, x) => sum + x, 0) / values.length;
  const variance = values.reduce((sum, x) => sum + (x - mean) ** 2, 0) / values.length;
  assert(Math.abs(mean) < 0.03 && Math.abs(variance - 1) < 0.05, `${mean} ${variance}`);
  assert.equal(normalNoise(0).length, 0);
  assert.notEqual(normalNoise(1)[0], 0);
});
