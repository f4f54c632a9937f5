"""The bare loop of a recorder in Python: frames from a sender into a file, and nothing else.

    python record_loop.py PORT FILE
"""
import resource
import sys

import so3g  # noqa: F401 (registers its classes)
from spt3g import core

core.set_log_level(core.G3LogLevel.LOG_FATAL)
port, path = int(sys.argv[1]), sys.argv[2]
reader = core.G3Reader("tcp://127.0.0.1:%d" % port, timeout=5)
writer = core.G3Writer(path)
frames = 0
while True:
    got = reader.Process(None)
    if not got:
        break
    for frame in got:
        writer.Process(frame)
        writer.Flush()
        frames += 1
writer.Process(core.G3Frame(core.G3FrameType.EndProcessing))
print(frames, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024, flush=True)
