/** Made-up noise. @module */

/**
 * Makes independent numbers of mean 0 and standard deviation 1.
 *
 * Marsaglia's polar method: two uniform numbers give two normal ones.
 *
 * @param random Gives numbers from 0 up to 1; default `Math.random`.
 */
export function normalNoise(samples: number, random: () => number = Math.random): Float64Array {
  const values = new Float64Array(samples);
  for (let i = 0; i < samples; i += 2) {
    let x: number;
    let y: number;
    let square: number;
    do {
      x = 2 * random() - 1;
      y = 2 * random() - 1;
      square = x * x + y * y;
    } while (square >= 1 || square === 0);
    const scale = Math.sqrt(-2 * Math.log(square) / square);
    values[i] = x * scale;
    // Beyond the end of the array nothing is stored.
    values[i + 1] = y * scale;
  }
  return values;
}
