// deno-lint-ignore-file no-console -- a program that prints
/**
 * Sizes of what the container image is made of, without building it: one JSON line.
 *
 *     deno run -A scripts/image_size.ts
 *
 * Deno is that which runs this; tree and cache are made as the Dockerfile makes them (packages come from the npm registry).
 * The base image and tini are as published, because no registry of images and no Debian need to be reached.
 *
 * @module
 */
import { makeImageTree } from "./image_tree.ts";

/** Bytes of the parts that are not made here: `debian:bookworm-slim` for amd64, unpacked, and Debian's package tini. */
const PUBLISHED = { base: 74_800_000, tini: 749_000 };

/** Bytes of all files in a folder. */
async function sizeOf(path: string): Promise<number> {
  const { isFile, isDirectory, size } = await Deno.lstat(path);
  if (!isDirectory) return isFile ? size : 0;
  let sum = 0;
  for await (const { name } of Deno.readDir(path)) sum += await sizeOf(`${path}/${name}`);
  return sum;
}

if (import.meta.main) {
  const folder = await Deno.makeTempDir({ prefix: "image_size_" });
  try {
    await makeImageTree(folder);
    const parts = {
      ...PUBLISHED,
      deno: await sizeOf(Deno.execPath()),
      tree: await sizeOf(`${folder}/opt/ocs`),
      cache: await sizeOf(`${folder}/opt/deno-cache`),
    };
    const sum = Object.values(parts).reduce((a, b) => a + b, 0);
    console.log(JSON.stringify({ ...parts, sum }));
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}
