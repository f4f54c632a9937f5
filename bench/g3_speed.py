#!/usr/bin/env python3
"""Speed of the reference G3 reader and writer (spt3g, so3g), one core, as JSON lines.

    PYTHON g3_speed.py [--seconds 2] [--rounds 3] [--keep DIR]

PYTHON is an interpreter that has so3g; `deno run -A tests/helpers/python_peers.ts` prints the folder of one.
`--keep` leaves the files there, so that `g3.ts --files DIR` reads the very same bytes. Both print the same lines.
"""

import argparse
import json
import os
import shutil
import tempfile
import time
import zlib

os.environ.setdefault("OMP_NUM_THREADS", "1")

import numpy as np  # noqa: E402
import so3g  # noqa: E402
from spt3g import core  # noqa: E402

HK_CHANNELS, HK_RATE = 16, 10.0
SMURF_CHANNELS, SMURF_SAMPLES, SMURF_RATE = 1720, 200, 200.0


def mixed(n):
    """A fixed 32-bit mixing function: the noise of all recipes."""
    n = n.astype(np.uint32)
    n = (n ^ (n >> np.uint32(15))) * np.uint32(0x2C1B3C6D)
    n = (n ^ (n >> np.uint32(12))) * np.uint32(0x297A2D39)
    return n ^ (n >> np.uint32(15))


def hk_values(frame, samples):
    """Recipe "hk": floats, one row per channel."""
    i = np.arange(samples)[None, :] + frame * samples
    c = np.arange(HK_CHANNELS)[:, None]
    return 0.1 + 0.01 * np.sin(i * (c + 1) / 97.0) + mixed(i * 31 + c) / 2.0**32 * 0.002


def smurf_values(frame, channels=SMURF_CHANNELS, samples=SMURF_SAMPLES):
    """Recipe "smurf": int32 counts, offset + drift + noise of about 8 bits."""
    i = np.arange(samples)[None, :] + frame * samples
    c = np.arange(channels)[:, None]
    noise = mixed(i * 4099 + c)
    noise = (noise & np.uint32(255)).astype(np.int64) + ((noise >> np.uint32(8)) & np.uint32(255)).astype(np.int64) - 255
    drift = np.floor(2000 * np.sin(i / 50.0 + c)).astype(np.int64)
    return ((c * 7919) % 2**22 - 2**21 + drift + noise).astype(np.int32)


def hk_frame(frame, rows, samples):
    """Builds a frame as the OCS aggregator does: from Python lists."""
    f = core.G3Frame(core.G3FrameType.Housekeeping)
    f["hkagg_type"], f["hkagg_version"] = 2, 2
    f["session_id"], f["prov_id"] = 1234567890123, 0
    f["timestamp"] = 1.79e9 + frame * samples / HK_RATE
    f["address"] = "observatory.faker1.feeds.false_temperatures"
    f["provider_session_id"] = "1790000000.1234567"
    start = 1.79e9 + frame * samples / HK_RATE
    block = core.G3TimesampleMap()
    block.times = core.G3VectorTime([core.G3Time(t * core.G3Units.s) for t in [start + i / HK_RATE for i in range(samples)]])
    for c, row in enumerate(rows):
        block["channel_%02d" % c] = core.G3VectorDouble(row)
    f["block_names"] = core.G3VectorString(["temps"])
    blocks = core.G3VectorFrameObject()
    blocks.append(block)
    f["blocks"] = blocks
    return f


def super_timestream(names, times, data, algo, level, work, times_algo):
    s = so3g.G3SuperTimestream(names, times, data)
    s.options(enable=0 if algo == 0 else 1, data_algo=algo, times_algo=times_algo, flac_level=level, bz2_workFactor=work)
    return s


def smurf_frame(frame, data, algo):
    """A version-2 Scan frame; algo 3 = FLAC and bzip2 as the streamer has it, 0 = plain."""
    f = core.G3Frame(core.G3FrameType.Scan)
    n = data.shape[1]
    ticks = (1790000000 * 10**8 + frame * 10**8 + np.arange(n) * int(1e8 / SMURF_RATE)).astype(np.int64)
    times = core.G3VectorTime(ticks)
    names = ["r%04d" % i for i in range(data.shape[0])]
    t_algo = 2 if algo else 0
    f["data"] = super_timestream(names, times, data, algo, 3, 1, t_algo)
    primary = np.tile(ticks * 10, (9, 1)) + np.arange(9)[:, None]
    f["primary"] = super_timestream(["p%d" % i for i in range(9)], times, primary.astype(np.int64), 2 if algo else 0, 3, 1, t_algo)
    biases = np.zeros((16, n), np.int32) + np.arange(16, dtype=np.int32)[:, None]
    f["tes_biases"] = super_timestream(["bias%02d" % i for i in range(16)], times, biases, 2 if algo else 0, 3, 1, t_algo)
    f["num_samples"] = n
    f["timing_paradigm"] = "High Precision"
    slow = core.G3MapInt()
    slow["Version"], slow["CrateID"], slow["SlotNumber"] = 2, 1, 2
    f["slow_primary"] = slow
    f["sostream_version"], f["sostream_id"], f["session_id"], f["frame_num"] = 2, "crate1slot2", 1790000000, frame
    f["time"] = core.G3Time(int(ticks[0]))
    return f


class Bench:
    def __init__(self, folder, seconds, round):
        self.folder, self.seconds, self.round = folder, seconds, round

    def path(self, name):
        return os.path.join(self.folder, name + ".g3")

    def report(self, name, frames, seconds, file_bytes, raw_bytes, values):
        print(
            json.dumps(
                dict(
                    name="g3/" + name, stack="reference", round=self.round, frames=frames, seconds=float(f"{seconds:.4g}"),
                    frames_per_s=float(f"{frames / seconds:.5g}"), file_mb_per_s=float(f"{file_bytes / seconds / 1e6:.4g}"),
                    mb_per_s=float(f"{raw_bytes / seconds / 1e6:.4g}"), values_per_s=float(f"{values / seconds:.5g}"),
                    file_bytes_per_frame=int(file_bytes / max(1, frames)),
                )
            ),
            flush=True,
        )  # fmt: skip

    def write(self, name, count, make, raw_bytes, values, prepare=None):
        """Times `make(i)` plus writing, over and over on a new file; `prepare` is not timed."""
        frames, spent, size = 0, 0.0, 0
        while spent < self.seconds:
            if prepare:
                prepare()
            t = time.perf_counter()
            w = core.G3Writer(self.path(name))
            for i in range(count):
                w(make(i))
            w(core.G3Frame(core.G3FrameType.EndProcessing))
            del w
            spent += time.perf_counter() - t
            frames += count
            size += os.path.getsize(self.path(name))
        self.report(name, frames, spent, size, raw_bytes * frames, values * frames)

    def read(self, name, source, touch, raw_bytes, values):
        frames, spent, size = 0, 0.0, 0
        while spent < self.seconds:
            t = time.perf_counter()
            for f in core.G3File(self.path(source)):
                touch(f)
                frames += 1
            spent += time.perf_counter() - t
            size += os.path.getsize(self.path(source))
        self.report(name, frames, spent, size, raw_bytes * frames, values * frames)

    def copy(self, name, source, raw_bytes, values):
        def run():
            w = core.G3Writer(self.path(name))
            n = 0
            for f in core.G3File(self.path(source)):
                w(f)
                n += 1
            w(core.G3Frame(core.G3FrameType.EndProcessing))
            return n

        frames, spent, size = 0, 0.0, 0
        while spent < self.seconds:
            t = time.perf_counter()
            frames += run()
            spent += time.perf_counter() - t
            size += os.path.getsize(self.path(source))
        self.report(name, frames, spent, size, raw_bytes * frames, values * frames)


def touch_hk(f):
    if "blocks" in f:
        for block in f["blocks"]:
            np.asarray(block.times)
            for k in block.keys():
                np.asarray(block[k])


def touch_smurf(f):
    f["data"].data
    f["primary"].data
    f["tes_biases"].data


def run(folder, seconds, round):
    b = Bench(folder, seconds, round)
    for samples, count, tag in [(100, 400, "10s"), (3000, 20, "300s")]:
        rows = [[list(map(float, r)) for r in hk_values(i, samples)] for i in range(4)]
        raw, values = samples * (HK_CHANNELS + 1) * 8, samples * HK_CHANNELS
        b.write(f"hk-build-write-{tag}", count, lambda i: hk_frame(i, rows[i % 4], samples), raw, values)
        fresh = []  # frames are made anew each time, because a frame keeps its bytes once written

        def prepare():
            fresh[:] = [hk_frame(i, rows[i % 4], samples) for i in range(count)]

        b.write(f"hk-write-{tag}", count, lambda i: fresh[i], raw, values, prepare)
        b.read(f"hk-read-{tag}", f"hk-build-write-{tag}", touch_hk, raw, values)
        b.read(f"hk-scan-{tag}", f"hk-build-write-{tag}", lambda f: None, raw, values)
    data = [smurf_values(i) for i in range(3)]
    raw = SMURF_CHANNELS * SMURF_SAMPLES * 4 + 9 * SMURF_SAMPLES * 8 + 16 * SMURF_SAMPLES * 4 + SMURF_SAMPLES * 8
    values = SMURF_CHANNELS * SMURF_SAMPLES
    b.write("smurf-write-flac", 5, lambda i: smurf_frame(i, data[i % 3], 3), raw, values)
    b.write("smurf-write-plain", 10, lambda i: smurf_frame(i, data[i % 3], 0), raw, values)
    b.read("smurf-read-flac", "smurf-write-flac", touch_smurf, raw, values)
    b.read("smurf-read-plain", "smurf-write-plain", touch_smurf, raw, values)
    b.read("smurf-scan-flac", "smurf-write-flac", lambda f: None, raw, values)
    b.copy("smurf-copy-flac", "smurf-write-flac", raw, values)
    # What the machine gives at best.
    block = np.zeros(64 << 20, np.uint8)
    for name, work, size in [
        ("limit-memcpy", lambda: block.copy(), block.nbytes),
        ("limit-crc32", lambda: zlib.crc32(block), block.nbytes),
        ("limit-file-write", lambda: block.tofile(b.path("limit")), block.nbytes),
    ]:
        t, n = time.perf_counter(), 0
        while time.perf_counter() - t < min(1.0, seconds):
            work()
            n += 1
        b.report(name, n, time.perf_counter() - t, size * n, size * n, 0)
    os.remove(b.path("limit"))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=2.0)
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--dir", default="/dev/shm" if os.path.isdir("/dev/shm") else None, help="where the files go")
    parser.add_argument("--keep", help="copy the files of the last round into this folder")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="g3_speed_", dir=args.dir) as folder:
        for round in range(1, args.rounds + 1):
            run(folder, args.seconds, round)
        if args.keep:
            shutil.copytree(folder, args.keep, dirs_exist_ok=True)


if __name__ == "__main__":
    main()
