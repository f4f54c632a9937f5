#!/usr/bin/env python3
"""A SMuRF stream server for testing recorders. Needs so3g (pip install so3g).

A real G3NetworkSender produces the stream on an internal port; a relay in front
of it forwards the bytes untouched, notes what each client was given, and can
break things on purpose. Frames are those of a SMuRF streamer: flow control,
Observation, Wiring status, Scan with compressed int32 data.

    smurf_stream.py --port 4536 --channels 528 --rate 200 --frames 60
    smurf_stream.py --frames 20 --wait-clients 1 --count-file sent.json
    smurf_stream.py --frames 20 --pause 5:7           silence of 7 s after scan 5
    smurf_stream.py --frames 20 --drop 5:2            connection cut after scan 5,
                                                      refused for 2 s
    smurf_stream.py --frames 20 --malformed crc@5     damages scan 5
    smurf_stream.py --frames 20 --fault die@5         the whole process is gone
                                                      half way through scan 5

Faults, --fault KIND@SCAN[:SECONDS], repeatable; scans count from 0 over all sessions:
    pause   nothing is sent for SECONDS after the scan; the connection stays
    idle    only ALIVE frames for SECONDS after the scan
    close   clients are cut after the scan; connecting is refused for SECONDS
    cut     the same, in the middle of the scan's bytes
    mute    clients stay connected and never hear anything again (after the scan)
    hang    the same, in the middle of the scan's bytes
    die     this process kills itself in the middle of the scan's bytes
    crc     one bit of the scan's data is flipped
    garbage 4096 random bytes instead of the scan
    huge    a frame header promising 2^40 bytes instead of the scan
    flow    an extra frame with the unknown flow control value 9 before the scan
    type    an extra frame of an unknown type before the scan (legal, to be recorded)
    bigendian  the scan with a big-endian envelope (legal, must be recorded)

The count file (JSON, rewritten atomically about once a second and at the end):
    frames       every frame in the order sent: type, bytes, sha256 (of the content,
                 see g3_frames.py), wire_sha256, flow, session_id, frame_num, ...
    connections  per client: when it came and went, what it was given completely
                 (indices into frames), what was damaged, how it ended
"""
import argparse
import io
import json
import os
import random
import signal
import socket
import struct
import sys
import threading
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import g3_frames  # noqa: E402

KINDS = ("pause idle close cut mute hang die crc garbage huge flow type bigendian").split()
MIDDLE = {"cut", "hang", "die"}
PRIMARY = ["UnixTime", "FluxRampIncrement", "FluxRampOffset", "Counter0", "Counter1",
           "Counter2", "TimingBits", "FrameCounter", "TESRelaySetting"]
ROOT = "AMCc.SmurfProcessor."


def parse_fault(text: str, default_kind: str = "") -> dict:
    """Reads KIND@SCAN[:SECONDS], or SCAN[:SECONDS] where the kind is fixed."""
    kind, at = default_kind, text
    if "@" in text:
        kind, at = text.split("@", 1)
    scan, _, seconds = at.partition(":")
    if kind not in KINDS:
        raise argparse.ArgumentTypeError(f"unknown fault {kind!r}, known: {' '.join(KINDS)}")
    return {"kind": kind, "scan": int(scan), "seconds": float(seconds) if seconds else 0.0}


class Ledger:
    """What was sent and who got it; the only state shared between threads."""

    def __init__(self, path, settings):
        self.path = path
        self.settings = settings
        self.lock = threading.RLock()
        self.frames = []
        self.connections = []
        self.scan_of = {}          # (session_id, frame_num) -> scan index
        self.index_of = {}         # wire digest -> latest index in frames
        self.written = 0.0
        self.dirty = False

    def sent(self, frame: g3_frames.Frame) -> None:
        with self.lock:
            entry = {"index": len(self.frames), "sent": time.time(), **frame.summary()}
            scan = self.scan_of.get((frame.integer("session_id"), frame.integer("frame_num")))
            if frame.kind == "S" and scan is not None:
                entry["scan"] = scan
            self.index_of[entry["wire_sha256"]] = entry["index"]
            self.frames.append(entry)
            self.dirty = True

    def write(self, force: bool = False) -> None:
        if not self.path:
            return
        with self.lock:
            if not force and (not self.dirty or time.time() - self.written < 1.0):
                return
            body = {"settings": self.settings, "pid": os.getpid(), "frames": self.frames,
                    "connections": [c.note for c in self.connections]}
            with open(self.path + ".part", "w", encoding="utf-8") as out:
                json.dump(body, out)
            os.replace(self.path + ".part", self.path)
            self.written, self.dirty = time.time(), False


class Client:
    """One recorder: an upstream connection of its own, forwarded frame by frame."""

    def __init__(self, relay, sock, peer):
        self.relay = relay
        self.sock = sock
        self.muted = False
        self.note = {"peer": list(peer[:2]), "opened": time.time(), "closed": None,
                     "ended": None, "bytes": 0, "given": [], "damaged": [], "scans": 0}
        self.upstream = socket.create_connection(("127.0.0.1", relay.inner_port))
        self.thread = threading.Thread(target=self.run, daemon=True)

    def end(self, why: str) -> None:
        with self.relay.ledger.lock:
            if self.note["ended"] is None:
                self.note["ended"], self.note["closed"] = why, time.time()
                self.relay.ledger.dirty = True
        for sock in (self.sock, self.upstream):
            try:
                sock.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass
            sock.close()
        self.relay.forget(self)

    def gone(self) -> bool:
        """Whether the peer has closed already; a write would still succeed once."""
        try:
            return self.sock.recv(1, socket.MSG_PEEK | socket.MSG_DONTWAIT) == b""
        except BlockingIOError:
            return False
        except OSError:
            return True

    def push(self, data: bytes) -> None:
        chunk = self.relay.chunk
        if not chunk:
            self.sock.sendall(data)
        else:
            for at in range(0, len(data), chunk):
                self.sock.sendall(data[at:at + chunk])
                if self.relay.chunk_delay:
                    time.sleep(self.relay.chunk_delay)
        self.note["bytes"] += len(data)

    def run(self) -> None:
        relay, stream = self.relay, self.upstream.makefile("rb")
        try:
            while True:
                frame = g3_frames.read_frame(stream)
                if frame is None:
                    return self.end("sender closed")
                if self.muted:
                    continue
                if self.gone():
                    return self.end("client closed")
                if not self.forward(frame):
                    return None
        except g3_frames.BrokenFrame:
            return self.end("sender closed")
        except OSError as problem:
            return self.end(f"client lost: {problem}")

    def forward(self, frame: g3_frames.Frame) -> bool:
        relay, ledger = self.relay, self.relay.ledger
        key = (frame.integer("session_id"), frame.integer("frame_num"))
        scan = ledger.scan_of.get(key) if frame.kind == "S" else None
        faults = relay.faults_at(scan)
        wire, damage = frame.wire, None
        for fault in faults:
            kind = fault["kind"]
            if kind == "flow":
                self.push(relay.strange_flow)
            elif kind == "type":
                # Not from the sender, so the tap cannot have seen it.
                self.push(relay.strange_type)
                extra = g3_frames.read_frame(io.BytesIO(relay.strange_type))
                ledger.sent(extra)
                self.note["given"].append(extra.wire_digest)
            elif kind == "bigendian":
                wire = g3_frames.to_big_endian(frame)
            elif kind == "crc":
                # Somewhere in the entry, wherever that is in the frame.
                at = wire.index(b"data") + 200
                wire = wire[:at] + bytes([wire[at] ^ 1]) + wire[at + 1:]
                damage = kind
            elif kind == "garbage":
                wire = random.Random(relay.seed).randbytes(4096)
                damage = kind
            elif kind == "huge":
                wire = struct.pack("<BIII", 1, 1, 1, ord("S")) + struct.pack("<Q", 4) \
                    + b"data" + struct.pack("<Q", 1 << 40) + b"\0" * 64
                damage = kind
            elif kind in MIDDLE:
                self.push(wire[:len(wire) // 2])
                self.note["damaged"].append([scan, kind])
                if kind == "die":
                    ledger.write(force=True)
                    os.kill(os.getpid(), signal.SIGKILL)
                if kind == "hang":
                    self.muted = True
                    return True
                relay.refuse(fault["seconds"])
                self.end("cut")
                return False
        self.push(wire)
        with ledger.lock:
            if damage:
                self.note["damaged"].append([scan, damage])
            else:
                # The tap may be a little behind; the digest settles it when written.
                self.note["given"].append(frame.wire_digest)
                self.note["scans"] += frame.kind == "S"
            ledger.dirty = True
        for fault in faults:
            if fault["kind"] == "mute":
                self.muted = True
            elif fault["kind"] == "close":
                relay.refuse(fault["seconds"])
                self.end("closed on purpose")
                return False
        return True


class Relay:
    """Listens for recorders in front of the real sender."""

    def __init__(self, args, inner_port, ledger, faults):
        self.bind, self.port = args.bind, args.port
        self.chunk, self.chunk_delay = args.chunk_bytes, args.chunk_delay
        self.seed = args.seed
        self.inner_port, self.ledger, self.faults = inner_port, ledger, faults
        self.once = set()
        self.clients = []
        self.closed_until = 0.0
        self.listener = None
        self.changed = threading.Condition()
        self.strange_flow = self.strange_type = b""
        threading.Thread(target=self.accept, daemon=True).start()

    def faults_at(self, scan):
        """Faults of this scan that no client has met yet (each happens once)."""
        if scan is None:
            return []
        with self.ledger.lock:
            found = [f for f in self.faults if f["scan"] == scan and id(f) not in self.once]
            if len(self.clients) <= 1 or any(f["kind"] in ("close", "cut", "die") for f in found):
                self.once.update(id(f) for f in found)
            return found

    def refuse(self, seconds: float) -> None:
        if seconds > 0:
            self.closed_until = time.time() + seconds
            if self.listener is not None:
                try:
                    self.listener.shutdown(socket.SHUT_RDWR)
                except OSError:
                    pass
                self.listener.close()

    def forget(self, client) -> None:
        with self.changed:
            if client in self.clients:
                self.clients.remove(client)
            self.changed.notify_all()

    def listen(self):
        while True:
            try:
                listener = socket.create_server((self.bind, self.port), backlog=10)
                # Recorders may find the port shut a moment after a cut; that is wanted.
                return listener
            except OSError as problem:
                print(f"cannot listen on {self.port}: {problem}", file=sys.stderr, flush=True)
                time.sleep(0.2)

    def accept(self) -> None:
        while True:
            wait = self.closed_until - time.time()
            if wait > 0:
                time.sleep(wait)
            self.listener = self.listen()
            while True:
                try:
                    sock, peer = self.listener.accept()
                except OSError:
                    break
                sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                client = Client(self, sock, peer)
                with self.ledger.lock:
                    self.ledger.connections.append(client)
                with self.changed:
                    self.clients.append(client)
                    self.changed.notify_all()
                client.thread.start()

    def wait_for_clients(self, count: int, timeout: float) -> bool:
        with self.changed:
            return self.changed.wait_for(lambda: len(self.clients) >= count, timeout)


class Streamer:
    """Builds the frames and feeds the real sender."""

    def __init__(self, args, core, so3g, sender):
        import numpy
        self.np, self.core, self.so3g, self.args, self.sender = numpy, core, so3g, args, sender
        self.random = numpy.random.default_rng(args.seed)
        self.frame_counter = 0
        self.session_id = None
        self.frame_num = 0
        self.scan = 0
        self.pool = None
        self.status = self.first_status()

    # -- frame parts ---------------------------------------------------------

    def first_status(self) -> dict:
        mask = list(range(self.args.channels))
        now = int(time.time())
        status = {
            ROOT + "ChannelMapper.Mask": str(mask),
            ROOT + "ChannelMapper.NumChannels": len(mask),
            ROOT + "FileWriter.IsOpen": 0,
            ROOT + "Filter.Disable": 0,
            ROOT + "Downsampler.Factor": 20,
            ROOT + "SOStream.open_g3stream": 1,
            ROOT + "SOStream.stream_tag": self.args.tags,
            ROOT + "SOStream.pysmurf_action": "take_noise",
            ROOT + "SOStream.pysmurf_action_timestamp": now,
            ROOT + "SOStream.SOFileWriter.session_id": 0,
            "AMCc.FpgaTopLevel.AppTop.AppCore.SysgenCryo.tuneFilePath":
                f"/data/smurf_data/tune/{now}_tune.npy",
            "AMCc.RtmCryoDet.RampMaxCnt": 307199,
        }
        for band in range(8):
            base = f"AMCc.FpgaTopLevel.AppTop.AppCore.SysgenCryo.Base[{band}]."
            status[base + "bandCenterMHz"] = 4250.0 + 500.0 * band
            status[base + "lmsFreqHz"] = 20000.0
            status[base + "toneScale"] = 2
        return status

    @staticmethod
    def yaml(values: dict) -> str:
        """Sorted block-style YAML of a flat map, as a safe dump writes it."""
        lines = []
        for key in sorted(values):
            value = values[key]
            if isinstance(value, str):
                value = "'" + value.replace("'", "''") + "'"
            elif isinstance(value, bool):
                value = "true" if value else "false"
            lines.append(f"{key}: {value}\n")
        return "".join(lines)

    def tag(self, frame):
        frame["sostream_version"] = self.args.frame_version
        frame["sostream_id"] = self.args.stream_id
        frame["frame_num"] = self.frame_num
        if self.session_id is not None:
            frame["session_id"] = self.session_id
        if "time" not in frame:
            frame["time"] = self.core.G3Time.Now()
        self.frame_num += 1
        return frame

    def send(self, frame) -> None:
        self.sender.Process(frame)

    def flow(self, value: int, kind=None, stamped: bool = False) -> None:
        frame = self.core.G3Frame(kind or self.core.G3FrameType.none)
        frame["sostream_flowcontrol"] = value
        if stamped:
            frame["time"] = self.core.G3Time.Now()
        self.send(frame)

    def alive(self) -> None:
        self.flow(0, stamped=True)

    def pipeline_info(self) -> None:
        frame = self.core.G3Frame(self.core.G3FrameType.PipelineInfo)
        info = self.core.G3PipelineInfo()
        for name, value in (("vcs_url", "none"), ("vcs_branch", "none"), ("hostname", "smurf-srv7"),
                            ("user", "cryo")):
            if hasattr(info, name):
                setattr(info, name, value)
        frame[time.strftime("%d-%b-%Y:%H:%M:%S")] = info
        self.send(frame)

    def super_timestream(self, names, times, data, algo: int):
        out = self.so3g.G3SuperTimestream()
        out.names = self.core.G3VectorString(names)
        out.times = times
        out.data = data
        if self.args.no_compression:
            out.options(enable=0)
        else:
            out.options(enable=1, flac_level=3, bz2_workFactor=1, data_algo=algo, times_algo=2)
        out.encode()
        return out

    def arrays(self, start: float, samples: int):
        np, args = self.np, self.args
        seconds = start + np.arange(samples) / args.rate
        counter = self.frame_counter + np.arange(samples)
        # Detector counts: an offset per channel, drift, and white noise (2^16 = one phi0).
        offset = np.random.default_rng(args.seed + 1).integers(-2**17, 2**17, args.channels)
        noise = self.random.standard_normal((args.channels, samples), dtype=np.float32) * 200
        drift = 2000 * np.sin(2 * np.pi * seconds / 60.0)
        data = (offset[:, None] + drift[None, :] + noise).astype(np.int32)
        bias = np.repeat((np.arange(16) * 1000 - 8000)[:, None], samples, 1).astype(np.int32)
        high = args.timing == "high"
        primary = np.zeros((9, samples), dtype=np.int64)
        primary[0] = np.round(seconds * 1e9).astype(np.int64)
        primary[1], primary[2] = 307200, 0
        primary[3] = (np.mod(seconds, 1.0) * 480000).astype(np.int64) if high else 0
        primary[4] = np.round(seconds * 122880000).astype(np.int64) % 2**32
        primary[5] = seconds.astype(np.int64) - 631152000 if high else 0
        primary[6] = 3 if high else 0
        primary[7] = counter
        ticks = np.round(seconds * 1e8).astype(np.int64)
        return ticks, data, bias, primary

    def scan_frame(self, start: float, samples: int):
        core, args = self.core, self.args
        frame = core.G3Frame(core.G3FrameType.Scan)
        frame["time"] = core.G3Time.Now()
        frame["timing_paradigm"] = "High Precision" if args.timing == "high" else "Low Precision"
        frame["num_samples"] = samples
        names = [f"r{i:04d}" for i in range(args.channels)]
        biases = [f"bias{i:02d}" for i in range(16)]
        if args.reuse_data and self.pool is not None:
            parts = self.pool
        else:
            ticks, data, bias, primary = self.arrays(start, samples)
            if args.frame_version == 1:
                parts = self.version_1(ticks, names, data, biases, bias, primary)
            else:
                times = core.G3VectorTime(ticks)
                parts = {"data": self.super_timestream(names, times, data, 3),
                         "tes_biases": self.super_timestream(biases, times, bias, 2),
                         "primary": self.super_timestream(PRIMARY, times, primary, 2)}
            self.pool = parts
        for name, value in parts.items():
            frame[name] = value
        slow = core.G3MapInt()
        slow["Version"], slow["CrateID"], slow["SlotNumber"] = 1, 1, 2
        frame["slow_primary"] = slow
        self.frame_counter += samples
        return frame

    def version_1(self, ticks, names, data, biases, bias, primary):
        core = self.core

        def streams(keys, rows):
            out = core.G3TimestreamMap()
            for key, row in zip(keys, rows):
                stream = core.G3Timestream(row.astype(float))
                stream.start, stream.stop = core.G3Time(int(ticks[0])), core.G3Time(int(ticks[-1]))
                out[key] = stream
            return out
        extra = core.G3TimesampleMap()
        extra.times = core.G3VectorTime(ticks)
        for key, row in zip(PRIMARY, primary):
            extra[key] = core.G3VectorInt(row)
        return {"data": streams(names, data), "tes_biases": streams(biases, bias), "primary": extra}

    # -- the session -----------------------------------------------------------

    def begin(self) -> None:
        core = self.core
        self.flow(1)
        # Two sessions in one second would share an id, as with a real streamer.
        self.session_id, self.frame_num = int(time.time()), 0
        self.status[ROOT + "SOStream.SOFileWriter.session_id"] = self.session_id
        frame = core.G3Frame(core.G3FrameType.Observation)
        frame["stream_placement"] = "start"
        self.send(self.tag(frame))
        frame = core.G3Frame(core.G3FrameType.Wiring)
        frame["status"] = self.yaml(self.status)
        frame["dump"] = 1
        self.send(self.tag(frame))

    def status_change(self, changes: dict) -> None:
        core = self.core
        self.status.update(changes)
        frame = core.G3Frame(core.G3FrameType.Wiring)
        frame["time"] = core.G3Time.Now()
        frame["status"] = self.yaml(changes)
        frame["dump"] = 0
        self.send(self.tag(frame))

    def finish(self) -> None:
        core = self.core
        if self.session_id is None:
            return
        self.status_change({ROOT + "SOStream.open_g3stream": 0})
        self.status[ROOT + "SOStream.open_g3stream"] = 1
        frame = core.G3Frame(core.G3FrameType.Observation)
        frame["stream_placement"] = "end"
        self.send(self.tag(frame))
        self.flow(2)
        self.flow(3, core.G3FrameType.Observation)
        self.flow(3, core.G3FrameType.Wiring)
        self.session_id, self.frame_num = None, 0


class Stop(Exception):
    """An orderly end was asked for."""


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def frame_bytes(core, frame) -> bytes:
    """Wire bytes of a frame, by way of the real writer."""
    import tempfile
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "x.g3")
        writer = core.G3Writer(path)
        writer(frame)
        writer(core.G3Frame(core.G3FrameType.EndProcessing))
        del writer
        with open(path, "rb") as stream:
            return stream.read()


def build_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    add = parser.add_argument
    add("--port", type=int, default=4536, help="where recorders connect (default 4536)")
    add("--bind", default="127.0.0.1")
    add("--channels", type=int, default=528)
    add("--rate", type=float, default=200.0, help="samples per second (default 200)")
    add("--frame-seconds", type=float, default=1.0, help="length of a scan (default 1)")
    add("--frames", type=int, default=0, help="scans per session; 0 = until a signal")
    add("--sessions", type=int, default=1)
    add("--idle", type=float, default=1.0, help="seconds of ALIVE frames before and between sessions")
    add("--linger", type=float, default=1.0, help="seconds of ALIVE frames after the last session")
    add("--wait-clients", type=int, default=0, help="send nothing before so many are connected")
    add("--wait-timeout", type=float, default=60.0)
    add("--seed", type=int, default=0)
    add("--stream-id", default="crate1slot2")
    add("--tags", default="obs,cmb")
    add("--timing", choices=["low", "high"], default="low")
    add("--frame-version", type=int, choices=[1, 2], default=2)
    add("--no-compression", action="store_true")
    add("--status-every", type=int, default=10, help="a Wiring change every so many scans; 0 = never")
    add("--speed", type=float, default=1.0, help="pace; 2 = twice real time, 0 = no pacing")
    add("--reuse-data", action="store_true", help="encode one scan only and repeat it (load tests)")
    add("--queue", type=int, default=1000, help="frames kept per slow client; 0 = unlimited")
    add("--chunk-bytes", type=int, default=0, help="forward in pieces of this size")
    add("--chunk-delay", type=float, default=0.0, help="seconds between the pieces")
    add("--no-pipeline-info", action="store_true")
    add("--no-end", action="store_true", help="leave without END frames (a crashed streamer)")
    add("--pause", metavar="SCAN:SECONDS", action="append", default=[])
    add("--drop", metavar="SCAN[:SECONDS]", action="append", default=[])
    add("--malformed", metavar="KIND@SCAN", action="append", default=[],
        help="crc, garbage, huge, flow, type, cut, hang or bigendian")
    add("--fault", metavar="KIND@SCAN[:SECONDS]", action="append", default=[])
    add("--count-file")
    return parser


def main() -> int:
    args = build_parser().parse_args()
    faults = [parse_fault(f) for f in args.fault + args.malformed]
    faults += [parse_fault(f, "pause") for f in args.pause]
    faults += [parse_fault(f, "close") for f in args.drop]

    import so3g
    from spt3g import core
    core.set_log_level(core.G3LogLevel.LOG_FATAL)

    inner = free_port()
    sender = core.G3NetworkSender(hostname="*", port=inner, max_queue_size=args.queue)
    ledger = Ledger(args.count_file, vars(args))
    # The tap is the first client of the real sender, so it sees every frame.
    tap = socket.create_connection(("127.0.0.1", inner)).makefile("rb")

    def watch() -> None:
        try:
            for frame in g3_frames.read_frames(tap):
                ledger.sent(frame)
        except (g3_frames.BrokenFrame, OSError):
            pass

    watcher = threading.Thread(target=watch, daemon=True)
    watcher.start()
    streamer = Streamer(args, core, so3g, sender)
    strange = core.G3Frame(core.G3FrameType.none)
    strange["sostream_flowcontrol"] = 9
    relay = Relay(args, inner, ledger, faults)
    relay.strange_flow = frame_bytes(core, strange)
    strange = core.G3Frame(core.G3FrameType.none)
    strange["note"] = "a frame type of the future"
    relay.strange_type = frame_bytes(core, strange)
    relay.strange_type = relay.strange_type[:9] + struct.pack("<I", ord("q")) + relay.strange_type[13:]

    def stop(_signal, _frame) -> None:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        raise Stop

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)

    period = args.frame_seconds / args.speed if args.speed > 0 else 0.0
    samples = max(1, round(args.rate * args.frame_seconds))

    def rest(seconds: float) -> None:
        until = time.monotonic() + seconds
        while True:
            ledger.write()
            left = until - time.monotonic()
            if left <= 0:
                return
            time.sleep(min(left, 0.2))

    def keep_alive(seconds: float) -> None:
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            streamer.alive()
            rest(min(max(period, 0.05), max(0.0, until - time.monotonic())))

    late = 0
    code = 0
    try:
        if args.wait_clients and not relay.wait_for_clients(args.wait_clients, args.wait_timeout):
            print("no client came", file=sys.stderr)
            return 3
        print(f"streaming on port {args.port}", flush=True)
        if not args.no_pipeline_info:
            streamer.pipeline_info()
        keep_alive(args.idle)
        for session in range(args.sessions):
            if session:
                keep_alive(args.idle)
            streamer.begin()
            start = time.time()
            due = time.monotonic()
            done = 0
            while not args.frames or done < args.frames:
                due += period
                wait = due - time.monotonic()
                if wait > 0:
                    rest(wait)
                elif period and wait < -period:
                    late += 1
                    due = time.monotonic()
                frame = streamer.scan_frame(start + done * args.frame_seconds, samples)
                # Relay threads look this up when the frame reaches them.
                with ledger.lock:
                    ledger.scan_of[(streamer.session_id, streamer.frame_num)] = streamer.scan
                streamer.send(streamer.tag(frame))
                for fault in faults:
                    if fault["scan"] == streamer.scan and fault["kind"] == "pause":
                        rest(fault["seconds"])
                        due = time.monotonic()
                    if fault["scan"] == streamer.scan and fault["kind"] == "idle":
                        keep_alive(fault["seconds"])
                        due = time.monotonic()
                streamer.scan += 1
                done += 1
                if args.status_every and done % args.status_every == 0:
                    streamer.status_change(
                        {ROOT + "SOStream.SOFileWriter.frame_count": done})
                ledger.write()
            if not args.no_end:
                streamer.finish()
        if not args.no_end:
            keep_alive(args.linger)
    except Stop:
        if not args.no_end:
            streamer.finish()
            streamer.alive()
    finally:
        # Everything handed to the sender has to reach tap and clients before we go.
        sender(core.G3Frame(core.G3FrameType.EndProcessing))
        time.sleep(0.5)
        for client in list(relay.clients):
            client.end("sender finished")
        ledger.write(force=True)
        if late:
            print(f"behind schedule {late} times", file=sys.stderr)
    return code


if __name__ == "__main__":
    # The sender's threads may outlive the interpreter's patience.
    status = main()
    sys.stdout.flush()
    os._exit(status)
