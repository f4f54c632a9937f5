"""Writes a G3 file anew from what so3g decodes of it, so that so3g encodes every value itself.

    python g3_rewrite.py FROM TO
"""
import sys

import so3g  # noqa: F401 (registers its classes)
from spt3g import core

source, target = sys.argv[1:]
writer = core.G3Writer(target)
for frame in core.G3File(source):
    again = core.G3Frame(frame.type)
    for key in frame.keys():
        value = frame[key]
        if isinstance(value, float):
            value = core.G3Double(value)
        again[key] = value
    writer(again)
writer(core.G3Frame(core.G3FrameType.EndProcessing))
