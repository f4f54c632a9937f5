"""What the stand-in has beside the real sodetlib: a journal of calls, a memory between processes, bad manners.

STANDIN_FOLDER names the folder of journal and memory. Keyword arguments misbehave=... make functions misbehave.
"""
import json
import os
import signal
import subprocess
import sys
import time

try:
    import numpy
except ImportError:
    numpy = None

NAN = float("nan")
INF = float("inf")


class Array(list):
    """As much of a numpy array as the helper uses, where there is no numpy."""

    def tolist(self):
        return [one.tolist() if isinstance(one, Array) else one for one in self]


def array(values):
    return Array(values) if numpy is None else numpy.array(values)


def folder():
    return os.environ["STANDIN_FOLDER"]


def note(name, args, kwargs):
    """Adds a call to the journal."""
    line = json.dumps({"name": name, "args": args, "kwargs": kwargs, "slot": os.environ.get("SLOT"),
                       "pid": os.getpid()}, default=repr)
    with open(os.path.join(folder(), "journal"), "a") as journal:
        journal.write(line + "\n")


def remember(key, value):
    with open(os.path.join(folder(), key), "w") as file:
        file.write(json.dumps(value))


def recall(key):
    try:
        with open(os.path.join(folder(), key)) as file:
            return json.loads(file.read())
    except FileNotFoundError:
        return None


def write_result(data):
    """Writes on the helper's own descriptor."""
    view = memoryview(data)
    while len(view) > 0:
        view = view[os.write(3, view):]


def misbehave(how):
    if how is None:
        return
    if how == "raise":
        raise ValueError("no such channel")
    if how == "exit":
        os._exit(3)
    if how == "kill":
        os.kill(os.getpid(), signal.SIGKILL)
    if how == "garbage":
        write_result(b"{not json")
        os._exit(0)
    if how == "garbage 100 MB":
        for _ in range(100):
            write_result(b"x" * 1000000)
        os._exit(0)
    if how == "garbage line":
        write_result(b"\xff\xfe nonsense\n")
    if how == "flood":
        line = "x" * 99 + "\n"
        for _ in range(2000):
            sys.stdout.write(line * 100)
        sys.stderr.write("and {braces}\n")
    if how == "ignore signals":
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
        remember("child", child.pid)
        remember("hanging", os.getpid())
        time.sleep(60)
    if how == "hang":
        remember("hanging", os.getpid())
        time.sleep(60)
    if how == "grandchild holds pipes":
        if os.fork() == 0:
            time.sleep(5)
            os._exit(0)
