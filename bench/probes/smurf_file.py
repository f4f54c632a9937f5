"""Writes a file of Scan frames as a streamer sends them: 1,720 channels, 200 samples, compressed.

    python smurf_file.py FILE FRAMES
"""
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
import g3_speed  # noqa: E402
from spt3g import core  # noqa: E402

path, frames = sys.argv[1], int(sys.argv[2])
writer = core.G3Writer(path)
for i in range(frames):
    writer.Process(g3_speed.smurf_frame(i, g3_speed.smurf_values(i % 3), 3))
writer.Process(core.G3Frame(core.G3FrameType.EndProcessing))
