#!/usr/bin/env python3
"""Splits G3 byte streams into frames and compares recordings with what was sent.

No dependencies: the frame envelope is read here, object blobs stay bytes, so a
recorder can be judged without trusting any G3 library.

    g3_frames.py list FILE...                 one line per frame
    g3_frames.py digest FILE...               the same as JSON
    g3_frames.py compare COUNT.json FILE...   what of a smurf_stream.py count file
                                              is missing, doubled or foreign; exit 1
                                              if a recordable frame was lost or damaged;
                                              with --handed-out only frames count as lost
                                              that a client was given completely
"""
import argparse
import hashlib
import json
import struct
import sys
from dataclasses import dataclass
from typing import BinaryIO, Dict, Iterator, List, Optional

FLOW = {0: "ALIVE", 1: "START", 2: "END", 3: "CLEANSE"}
MAX_BLOB = 1 << 31


class BrokenFrame(Exception):
    """The bytes are no frame, or end within one."""


def _crc_table() -> List[int]:
    table = []
    for byte in range(256):
        value = byte
        for _ in range(8):
            value = (value >> 1) ^ (0x82F63B78 if value & 1 else 0)
        table.append(value)
    return table


_CRC = _crc_table()


def crc32c(chunks) -> int:
    """CRC-32C as G3 frames use it: start value 0, no final inversion."""
    crc = 0
    for chunk in chunks:
        for byte in chunk:
            crc = (crc >> 8) ^ _CRC[(crc ^ byte) & 0xFF]
    return crc


@dataclass
class Frame:
    """One frame: its type letter, its entries as bytes, and its exact wire bytes."""
    kind: str
    entries: Dict[str, bytes]
    wire: bytes
    order: str

    @property
    def digest(self) -> str:
        """sha256 of type and entries, whatever their order or byte order."""
        text = hashlib.sha256(self.kind.encode("latin1"))
        for name in sorted(self.entries):
            blob = self.entries[name]
            text.update(struct.pack("<QQ", len(name.encode()), len(blob)))
            text.update(name.encode())
            text.update(blob)
        return text.hexdigest()

    @property
    def wire_digest(self) -> str:
        return hashlib.sha256(self.wire).hexdigest()

    def integer(self, name: str) -> Optional[int]:
        """Value of a G3Int entry: the last eight bytes of its blob."""
        blob = self.entries.get(name)
        if blob is None or len(blob) < 8:
            return None
        return struct.unpack("<q", blob[-8:])[0]

    def text(self, name: str) -> Optional[str]:
        """Value of a G3String entry: found by the length that ends the blob."""
        blob = self.entries.get(name)
        if blob is None:
            return None
        # <class part> u64 length, characters: the one length that fits exactly.
        for at in range(len(blob) - 8, -1, -1):
            (size,) = struct.unpack_from("<Q", blob, at)
            if at + 8 + size == len(blob):
                return blob[at + 8:].decode("utf-8", "replace")
        return None

    @property
    def flow(self) -> Optional[int]:
        return self.integer("sostream_flowcontrol")

    def crc_ok(self) -> bool:
        """Computes the checksum (slow on large frames)."""
        (stored,) = struct.unpack(self.order + "I", self.wire[-4:])
        parts = []
        at = 13
        while at < len(self.wire) - 4:
            for _ in range(2):
                (size,) = struct.unpack_from(self.order + "Q", self.wire, at)
                parts.append(self.wire[at + 8:at + 8 + size])
                at += 8 + size
        return crc32c(parts) == stored

    def summary(self) -> dict:
        out = {"type": self.kind, "bytes": len(self.wire), "sha256": self.digest,
               "wire_sha256": self.wire_digest}
        if self.flow is not None:
            out["flow"] = FLOW.get(self.flow, self.flow)
        for name in ("session_id", "frame_num", "num_samples"):
            value = self.integer(name)
            if value is not None:
                out[name] = value
        for name in ("sostream_id", "stream_placement"):
            value = self.text(name)
            if value is not None:
                out[name] = value
        return out


def read_frame(stream: BinaryIO) -> Optional[Frame]:
    """Reads one frame; None at a clean end. Raises BrokenFrame otherwise."""
    parts = []

    def take(count: int) -> bytes:
        data = stream.read(count)
        if data is None or len(data) < count:
            raise BrokenFrame(f"{count} bytes wanted, {len(data or b'')} left")
        parts.append(data)
        return data

    first = stream.read(1)
    if not first:
        return None
    if first not in (b"\0", b"\1"):
        raise BrokenFrame(f"endianness byte is {first[0]}")
    parts.append(first)
    order = "<" if first == b"\1" else ">"
    version, count, kind = struct.unpack(order + "III", take(12))
    if version != 1:
        raise BrokenFrame(f"frame version is {version}")
    if kind > 0x7F or count > 100000:
        raise BrokenFrame(f"type {kind}, {count} entries")
    entries: Dict[str, bytes] = {}
    for _ in range(count):
        (size,) = struct.unpack(order + "Q", take(8))
        if size > 65536:
            raise BrokenFrame(f"name of {size} bytes")
        name = take(size).decode("utf-8", "replace")
        (size,) = struct.unpack(order + "Q", take(8))
        if size > MAX_BLOB:
            raise BrokenFrame(f"blob of {size} bytes")
        entries[name] = take(size)
    take(4)
    return Frame(chr(kind), entries, b"".join(parts), order)


def read_frames(stream: BinaryIO) -> Iterator[Frame]:
    while True:
        frame = read_frame(stream)
        if frame is None:
            return
        yield frame


def to_big_endian(frame: Frame) -> bytes:
    """The same frame with a big-endian envelope (blobs carry their own order)."""
    out = [b"\0", struct.pack(">III", 1, len(frame.entries), ord(frame.kind))]
    for name, blob in frame.entries.items():
        out += [struct.pack(">Q", len(name.encode())), name.encode(),
                struct.pack(">Q", len(blob)), blob]
    (crc,) = struct.unpack(frame.order + "I", frame.wire[-4:])
    out.append(struct.pack(">I", crc))
    return b"".join(out)


def read_file(path: str) -> dict:
    """Frames of a file plus the error that ended it, if any."""
    frames, error = [], None
    with open(path, "rb") as stream:
        try:
            for frame in read_frames(stream):
                frames.append(frame.summary())
        except BrokenFrame as problem:
            error = str(problem)
    return {"path": path, "frames": frames, "error": error}


def recordable(frame: dict, pipeline_info: bool = True) -> bool:
    """Whether a recorder has to keep this frame of a count file."""
    if "flow" in frame:
        return False
    return pipeline_info or frame["type"] != "P"


def handed_out(count: dict) -> Dict[str, int]:
    """How often each frame content of a count file reached a client completely."""
    content = {f["wire_sha256"]: f["sha256"] for f in count["frames"]}
    times: Dict[str, int] = {}
    for connection in count["connections"]:
        for wire in connection["given"]:
            digest = content.get(wire)
            if digest is not None:
                times[digest] = times.get(digest, 0) + 1
    return times


def compare(sent: List[dict], files: List[dict], pipeline_info: bool = True,
            given: Optional[Dict[str, int]] = None, only_given: bool = False) -> dict:
    """Compares sent frames (in order) with recorded files (in order).

    A file may begin with one copy of an earlier Observation frame; that is not
    counted as doubled. A frame that the sender replayed to a new connection may
    occur as often as it was given. Scans have to be in the order of sending.
    """
    wanted: Dict[str, int] = {}
    for frame in sent:
        if recordable(frame, pipeline_info):
            wanted[frame["sha256"]] = wanted.get(frame["sha256"], 0) + 1
    for digest, times in (given or {}).items():
        if digest in wanted:
            wanted[digest] = max(wanted[digest], times)
    known = {frame["sha256"]: frame["type"] for frame in sent}
    stored: Dict[str, int] = {}
    order: List[str] = []
    leading = foreign = flow = 0
    for file in files:
        for index, frame in enumerate(file["frames"]):
            digest = frame["sha256"]
            if index == 0 and frame["type"] == "O" and stored.get(digest, 0) >= 1:
                leading += 1
                continue
            if "flow" in frame:
                flow += 1
                continue
            if digest not in known:
                foreign += 1
                continue
            stored[digest] = stored.get(digest, 0) + 1
            order.append(digest)
    expected = given if only_given and given is not None else known
    lost = [f for f in sent if recordable(f, pipeline_info) and f["sha256"] not in stored
            and f["sha256"] in expected]
    doubled = sum(max(0, n - wanted.get(d, 0)) for d, n in stored.items())
    place: Dict[str, int] = {}
    for at, frame in enumerate(sent):
        place.setdefault(frame["sha256"], at)
    places = [place[d] for d in order if known[d] == "S"]
    return {
        "sent": sum(1 for f in sent if recordable(f, pipeline_info)),
        "sent_scans": sum(1 for f in sent if f["type"] == "S"),
        "given_scans": sum(1 for f in sent if f["type"] == "S" and f["sha256"] in (given or {})),
        "stored": len(order),
        "stored_scans": sum(1 for file in files for f in file["frames"] if f["type"] == "S"),
        "lost": len(lost),
        "lost_scans": sum(1 for f in lost if f["type"] == "S"),
        "lost_frames": [[f["type"], f.get("session_id"), f.get("frame_num")] for f in lost],
        "doubled": doubled,
        "leading_observations": leading,
        "foreign": foreign,
        "flow_frames_stored": flow,
        "out_of_order": sum(1 for a, b in zip(places, places[1:]) if b < a),
        "broken_files": [[f["path"], f["error"]] for f in files if f["error"]],
        "files": len(files),
    }


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("command", choices=["list", "digest", "compare"])
    parser.add_argument("files", nargs="+")
    parser.add_argument("--no-pipeline-info", action="store_true",
                        help="compare: PipelineInfo frames need not be stored")
    parser.add_argument("--handed-out", action="store_true",
                        help="compare: only what a client was given completely can be lost")
    args = parser.parse_args()
    if args.command == "compare":
        with open(args.files[0], encoding="utf-8") as stream:
            count = json.load(stream)
        result = compare(count["frames"], [read_file(p) for p in args.files[1:]],
                         not args.no_pipeline_info, handed_out(count), args.handed_out)
        print(json.dumps(result, indent=1))
        return 1 if result["lost"] or result["doubled"] or result["broken_files"] else 0
    for path in args.files:
        content = read_file(path)
        if args.command == "digest":
            print(json.dumps(content))
            continue
        print(path, f"({content['error']})" if content["error"] else "")
        for frame in content["frames"]:
            rest = {k: v for k, v in frame.items() if k not in ("type", "bytes", "wire_sha256")}
            rest["sha256"] = rest["sha256"][:12]
            print(f"  {frame['type']} {frame['bytes']:9d}", json.dumps(rest))
    return 0


if __name__ == "__main__":
    sys.exit(main())
