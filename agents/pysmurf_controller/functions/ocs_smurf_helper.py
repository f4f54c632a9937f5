"""Calls one function for the controller and writes what came of it to descriptor 3.

The controller writes one line of JSON to standard input (func_name, args, kwargs, slot,
run_in_main_process) and closes it; the answer is one JSON object (success, return_val,
traceback). The functions stream and check_state go on until standard input ends; they write
a line of JSON for each update (data or error), and the answer as the last one.

Needs Python 3.6; sodetlib and numpy are those of the site, imported only by what needs them.
"""
import json
import os
import signal
import sys
import threading
import traceback

from ocs_smurf_channel import RESULT_FD, Output, stopping, write
from ocs_smurf_functions import FUNCTIONS, LASTING, ProcedureFailed, close_stream

KEYS = {"func_name", "args", "kwargs", "slot", "run_in_main_process"}


class Aborted(BaseException):
    """The controller wants the function to end now."""


def stop_with_input():
    """Asks the function to end when standard input does: the controller wants it, or is gone."""
    # Not by way of sys.stdin: a thread that waits in there trips the interpreter at its end.
    while os.read(0, 65536):
        pass
    stopping.set()


def abort(_signal, _frame):
    raise Aborted()


def run(request):
    """Calls the function; gives the record."""
    if set(request) != KEYS:
        raise ValueError("expected the keys {}, got {}".format(sorted(KEYS), sorted(request)))
    name = request["func_name"]
    if name not in FUNCTIONS:
        raise ValueError("Invalid function name: {}".format(name))
    if request["slot"] is not None:
        os.environ["SLOT"] = str(request["slot"])
    if FUNCTIONS[name] in LASTING:
        for each in (signal.SIGINT, signal.SIGTERM):
            signal.signal(each, lambda _signal, _frame: stopping.set())
        threading.Thread(target=stop_with_input, daemon=True).start()
    return FUNCTIONS[name](*request["args"], **request["kwargs"])


def main():
    os.set_inheritable(RESULT_FD, False)
    sys.stdout, sys.stderr = Output(sys.stdout), Output(sys.stderr)
    for each in (signal.SIGINT, signal.SIGTERM):
        signal.signal(each, abort)
    try:
        record = {"success": True, "return_val": run(json.loads(sys.stdin.readline())), "traceback": None}
    except ProcedureFailed as error:
        record = {"success": False, "return_val": error.data, "traceback": traceback.format_exc()}
    except Aborted:
        record = {"success": False, "return_val": None, "traceback": "Aborted by the controller"}
        # The next, firmer signal of the controller must not keep the stream from being closed.
        for each in (signal.SIGINT, signal.SIGTERM):
            signal.signal(each, signal.SIG_IGN)
        try:
            close_stream()
        except Exception:
            traceback.print_exc()
    except Exception:
        record = {"success": False, "return_val": None, "traceback": traceback.format_exc()}
    write(record)


if __name__ == "__main__":
    main()
