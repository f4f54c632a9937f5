"""The two sides of spt3g's network frames.

    python g3_network.py send PORT FILE      serves FILE once FILE.go exists; before that ALIVE frames
    python g3_network.py receive URL FILE    writes what it receives until the sender ends
"""
import os
import sys
import time

import so3g  # noqa: F401 (registers its classes)
from spt3g import core

mode, where, path = sys.argv[1:]
if mode == 'send':
    sender = core.G3NetworkSender(hostname='*', port=int(where), max_queue_size=1000)
    print('listening', flush=True)
    while not os.path.exists(path + '.go'):
        alive = core.G3Frame(core.G3FrameType.none)
        alive['sostream_flowcontrol'] = 0
        sender.Process(alive)
        time.sleep(0.02)
    for frame in core.G3File(path):
        sender.Process(frame)
    sender.Process(core.G3Frame(core.G3FrameType.EndProcessing))
else:
    reader = core.G3Reader(where)
    print('connected', flush=True)
    writer = core.G3Writer(path)
    while True:
        frames = reader.Process(None)
        if not frames:
            break
        for frame in frames:
            writer(frame)
    writer(core.G3Frame(core.G3FrameType.EndProcessing))
