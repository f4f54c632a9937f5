"""What goes between helper and controller while a function works."""
import json
import os
import threading

from ocs_smurf_values import json_safe

RESULT_FD = 3

# Set when the function should end in good order.
stopping = threading.Event()


class Output:
    """Standard output that outlives its reader: a print must not keep a stream from being closed."""

    def __init__(self, stream):
        self.stream = stream

    def write(self, text):
        try:
            return self.stream.write(text)
        except BrokenPipeError:
            return len(text)

    def flush(self):
        try:
            self.stream.flush()
        except BrokenPipeError:
            pass

    def __getattr__(self, name):
        return getattr(self.stream, name)


def write(message):
    """Writes one line to the controller; without a controller there is nothing more to do but to end."""
    data = memoryview(json.dumps(json_safe(message)).encode() + b"\n")
    try:
        while len(data) > 0:
            data = data[os.write(RESULT_FD, data):]
    except BrokenPipeError:
        stopping.set()
