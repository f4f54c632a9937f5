"""Reads G3 files with spt3g as far as they go, and prints what was found as JSON lines.

    python g3_read_to_end.py < PATHS

For each file: frames, their types, samples of housekeeping by full field name, and the error that ended the reading, if any.
"""
import json
import sys
from collections import Counter

import so3g  # noqa: F401 (registers the classes of housekeeping)
from spt3g import core

core.set_log_level(core.G3LogLevel.LOG_FATAL)

for line in sys.stdin:
    path = line.strip()
    frames, kinds, samples, error = 0, Counter(), Counter(), None
    try:
        for frame in core.G3File(path):
            frames += 1
            kinds[str(frame['hkagg_type'])] += 1
            if frame['hkagg_type'] == 2:
                for block in frame['blocks']:
                    for name in block.keys():
                        samples[frame['address'] + '.' + name] += len(block.times)
    except Exception as e:
        error = str(e)
    print(json.dumps({'path': path, 'frames': frames, 'kinds': kinds, 'samples': samples, 'error': error}), flush=True)
