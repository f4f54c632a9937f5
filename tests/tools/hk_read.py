"""Prints what so3g's archive reader makes of housekeeping files, as JSON.

    python hk_read.py scan FILE...
    python hk_read.py range FOLDER START STOP

For each field: dtype (f, i, b or U), times and values; integers as text, floats as their bits in hexadecimal, or nan.
"""
import json
import struct
import sys

import numpy as np
import so3g.hk
from so3g.hk import HKArchiveScanner
from so3g.hk.getdata import load_range


def number(value):
    return 'nan' if np.isnan(value) else struct.pack('>d', value).hex()


def column(values):
    kind = np.asarray(values).dtype.kind
    if kind == 'f':
        return kind, [number(float(v)) for v in values]
    return kind, [str(v) for v in values]


how, *words = sys.argv[1:]
if how == 'scan':
    scanner = HKArchiveScanner()
    for name in words:
        scanner.process_file(name)
    archive = scanner.finalize()
    names = sorted(archive.get_fields()[0])
    found = dict(zip(names, archive.simple(names, short_match=False)))
else:
    found = load_range(float(words[1]), float(words[2]), data_dir=words[0])

out = {}
for name, (t, y) in found.items():
    dtype, values = column(y)
    out[name] = {'dtype': dtype, 't': [number(float(v)) for v in t], 'y': values}
json.dump(out, sys.stdout)
