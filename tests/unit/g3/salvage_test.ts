// deno-lint-ignore-file no-console -- a failed run has to be repeatable
import assert from "node:assert/strict";
import { G3Frame } from "../../../g3/frame.ts";
import { FrameSplitter, type RawFrame } from "../../../g3/frame_splitter.ts";
import { salvageG3File } from "../../../g3/io/read_file.ts";
import { g3Bool, g3Int, g3VectorInt } from "../../../g3/make.ts";
import { FrameSalvager, isSkipped, type SkippedBytes } from "../../../g3/salvage.ts";
import { goldenFile, goldenFiles, goldenPath } from "../../helpers/g3_golden.ts";
import { randomFrame } from "../../helpers/g3_random.ts";
import { Random } from "../../helpers/random_values.ts";

/** What was found in some bytes that come in pieces of so many. */
function salvage(bytes: Uint8Array, pieceBytes = bytes.length): {
  readonly frames: RawFrame[];
  readonly skipped: SkippedBytes[];
} {
  const salvager = new FrameSalvager();
  const frames: RawFrame[] = [];
  const skipped: SkippedBytes[] = [];
  const take = (found: Iterable<RawFrame | SkippedBytes>): void => {
    for (const one of found) isSkipped(one) ? skipped.push(one) : frames.push(one);
  };
  for (let at = 0; at < bytes.length; at += pieceBytes) {
    take(salvager.push(bytes.subarray(at, at + pieceBytes)));
  }
  take(salvager.end());
  return { frames, skipped };
}

function join(...parts: readonly Uint8Array[]): Uint8Array {
  return new Uint8Array(parts.flatMap((part) => [...part]));
}

/** Every byte is in a frame or was skipped, in order. */
function assertComplete(bytes: Uint8Array, { frames, skipped }: ReturnType<typeof salvage>): void {
  const parts = [
    ...frames.map(({ offset, bytes }) => ({ offset, end: offset + bytes.length })),
    ...skipped,
  ].sort((a, b) => a.offset - b.offset || a.end - b.end);
  let at = 0;
  for (const { offset, end } of parts) {
    assert.equal(offset, at);
    at = end;
  }
  assert.equal(at, bytes.length);
}

const A = new G3Frame("O").set("a", g3Int(1)).encode();
const B = new G3Frame("S").set("values", g3VectorInt([1n, 2n, 300n])).set("b", g3Bool(true)).encode();
const C = new G3Frame("H").set("last", g3Int(257)).encode();
const EMPTY = new G3Frame("N").encode();

for (
  const name of goldenFiles().filter((name) => !name.startsWith("damaged/") && name !== "odd_version.g3")
) {
  Deno.test(`FrameSalvager finds the frames of ${name} as FrameSplitter does`, () => {
    const bytes = goldenFile(name);
    const expected = [...new FrameSplitter().push(bytes)].map(({ offset, bytes }) => [offset, bytes.length]);
    for (const pieceBytes of [bytes.length, 1000, 7]) {
      const { frames, skipped } = salvage(bytes, pieceBytes);
      assert.deepEqual(skipped, []);
      assert.deepEqual(frames.map(({ offset, bytes }) => [offset, bytes.length]), expected);
    }
  });
}

Deno.test("FrameSalvager skips what is no frame and finds the next whole one, however the bytes come", () => {
  const flipped = B.slice();
  flipped[60]! ^= 4;
  const longer = B.slice();
  // The length of the first value: the frame reaches into the next ones.
  longer[27]! += 64;
  const version = B.slice();
  version[1] = 9;
  const rubbish = new TextEncoder().encode("this is no frame\n\x01\x01\0\0\0\0\0");
  const cases: readonly (readonly [Uint8Array, string])[] = [
    [flipped, "crc"],
    [longer, "structure"],
    [version, "structure"],
    [rubbish, "structure"],
    [new Uint8Array(100), "structure"],
    [B.subarray(0, B.length - 3), "structure"],
    [B.subarray(5), "structure"],
    [new Uint8Array(0), ""],
  ];
  for (const [damage, fault] of cases) {
    const bytes = join(A, damage, C, EMPTY, A);
    for (const pieceBytes of [bytes.length, 50, 13, 1]) {
      const found = salvage(bytes, pieceBytes);
      assertComplete(bytes, found);
      const starts = [0, A.length + damage.length, A.length + damage.length + C.length];
      const ranges = found.skipped.map(({ offset, end }) => [offset, end]);
      assert.deepEqual(ranges, damage.length === 0 ? [] : [[A.length, A.length + damage.length]]);
      assert.deepEqual(found.frames.map(({ offset }) => offset), [...starts, starts[2]! + EMPTY.length]);
      if (fault !== "" && fault !== found.skipped[0]?.fault.fault) {
        // A length that reaches too far is told by the checksum or by the end.
        assert.match(found.skipped[0]?.fault.fault ?? "", /^(crc|truncated)$/);
      }
    }
  }
});

Deno.test("FrameSalvager tells why the end of a stream is no frame", () => {
  for (let cut = 1; cut < B.length; cut++) {
    const bytes = join(A, C, B.subarray(0, cut));
    const { frames, skipped } = salvage(bytes);
    assert.equal(frames.length, 2);
    assert.deepEqual(skipped.map(({ offset, end, fault }) => [offset, end, fault.fault]), [
      [A.length + C.length, bytes.length, "truncated"],
    ]);
  }
});

Deno.test("FrameSalvager takes no data for a frame", () => {
  // An empty frame as it may lie in a vector: 257, 0x48 in the second byte, 0.
  const data = new G3Frame("S").set("v", g3VectorInt([1n << 40n, 257n, 0x48_00n, 0n, 257n, 1n, 0n, 0n, 0n]))
    .encode();
  const damaged = data.slice();
  damaged[20] = 0x40;
  const found = salvage(join(A, damaged, C));
  assert.deepEqual(found.frames.map(({ bytes }) => bytes.length), [A.length, C.length]);
});

Deno.test("FrameSalvager takes no zeros for a frame, nor the head of one that goes on with them", () => {
  for (const cut of [0, 5, 13, 14]) {
    const bytes = join(A, B.subarray(0, cut), new Uint8Array(4096), C);
    const { frames, skipped } = salvage(bytes);
    assert.deepEqual(frames.map(({ bytes }) => bytes.length), [A.length, C.length], `cut at ${cut}`);
    assert.deepEqual(skipped.map(({ offset, end }) => [offset, end]), [[A.length, bytes.length - C.length]]);
  }
});

Deno.test("FrameSalvager finds nothing in what is no G3 at all", () => {
  const random = new Random(3);
  const noise = Uint8Array.from({ length: 200_000 }, () => random.below(256));
  const ones = new Uint8Array(100_000).fill(1);
  for (
    const bytes of [noise, ones, new Uint8Array(100_000), new TextEncoder().encode("# not G3\n".repeat(999))]
  ) {
    for (const pieceBytes of [bytes.length, 4096]) {
      const { frames, skipped } = salvage(bytes, pieceBytes);
      assert.equal(frames.length, 0);
      assert.deepEqual(skipped.map(({ offset, end }) => [offset, end]), [[0, bytes.length]]);
    }
  }
  assert.deepEqual(salvage(new Uint8Array(0)), { frames: [], skipped: [] });
});

Deno.test("FrameSalvager finds every frame that random damage has spared, and no other", () => {
  const seed = Number(Deno.env.get("OCS_SEED") ?? Math.floor(Math.random() * 2 ** 31));
  const random = new Random(seed);
  const rounds = Deno.env.get("OCS_SOAK") === undefined ? 150 : 20_000;
  try {
    for (let round = 0; round < rounds; round++) {
      const originals = Array.from({ length: 2 + random.below(12) }, () => randomFrame(random).encode())
        .filter((bytes) => G3Frame.parse(bytes).size > 0);
      const parts: Uint8Array[] = [];
      const spared: string[] = [];
      for (const original of originals) {
        const { bytes, isSpared } = damage(original, random);
        parts.push(bytes);
        if (isSpared) spared.push(original.toHex());
      }
      const bytes = join(...parts);
      const found = salvage(bytes, 1 + random.below(5000));
      assertComplete(bytes, found);
      const whole = found.frames.map(({ bytes }) => bytes.toHex());
      let at = 0;
      for (const hex of spared) {
        const next = whole.indexOf(hex, at);
        for (const other of whole.slice(at, next)) assert(isUndetectable(other), other);
        assert(next >= 0, hex);
        at = next + 1;
      }
      for (const other of whole.slice(at)) assert(isUndetectable(other), other);
    }
  } catch (error) {
    console.log(`OCS_SEED=${seed} repeats this`);
    throw error;
  }
});

/**
 * Whether damage can make such a frame and no checksum tells: no keys or version 0, which are under none; or a value that is
 * longer by some bytes of the checksum, where zeros follow.
 */
function isUndetectable(hex: string): boolean {
  const { bytes, entries } = new FrameSplitter().push(Uint8Array.fromHex(hex)).next().value!;
  return entries === 0 || bytes[1] === bytes[4] || bytes.at(-1) === 0;
}

/** Leaves a frame as it is, or does to it what disks and crashes do. */
function damage(
  frame: Uint8Array,
  random: Random,
): { readonly bytes: Uint8Array; readonly isSpared: boolean } {
  const bytes = frame.slice();
  const at = random.below(bytes.length);
  switch (random.below(6)) {
    case 0: {
      // The type is under no checksum: what is damaged there is still a frame.
      const flipped = at >= 9 && at < 13 ? 0 : at;
      bytes[flipped]! ^= 1 << random.below(8);
      return { bytes, isSpared: false };
    }
    case 1:
      return { bytes: bytes.subarray(0, at), isSpared: false };
    case 2:
      // The first bytes of all frames are alike: those of one that was cut could make up for a few that are lost.
      return { bytes: bytes.subarray(Math.max(14, at + 1)), isSpared: false };
    case 3: {
      const before = Uint8Array.from({ length: 1 + random.below(300) }, () => random.below(256));
      return { bytes: join(before, bytes), isSpared: true };
    }
    default:
      return { bytes, isSpared: true };
  }
}

Deno.test("salvageG3File() goes on behind damage, and ends with what is compressed", async () => {
  const numbers = async (name: string) => {
    const found: string[] = [];
    for await (const one of salvageG3File(goldenPath(name))) {
      found.push(isSkipped(one) ? `${one.offset}-${one.end} ${one.fault.fault}` : `${one.offset}`);
    }
    return found;
  };
  assert.deepEqual(await numbers("damaged/flip_crc.g3"), ["0", "81-259 crc", "259"]);
  assert.deepEqual(await numbers("damaged/hole_zero.g3"), ["0", "81-259 structure", "259"]);
  assert.deepEqual(await numbers("damaged/tail_text.g3"), ["0", "81", "259", "328-391 structure"]);
  assert.deepEqual(await numbers("damaged/cut_in_blob.g3"), ["0", "81-141 truncated"]);
  const cut = await numbers("compressed/cut.g3.gz");
  assert.match(cut.at(-1)!, /compression$/);
});
