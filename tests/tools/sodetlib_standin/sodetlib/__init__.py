"""Stands in for sodetlib in tests: publishes and returns like it, without hardware.

Only what the controller's helper uses; shapes as in sodetlib of 2025.
"""
import os
import time

from sodetlib import standin


class _Register:
    def __init__(self, name, value):
        self.name = name
        self.value = value

    def get(self, retry_on_fail=True, as_string=False):
        if standin.recall("epics") == "gone":
            raise RuntimeError("could not connect to the epics server")
        stored = standin.recall(self.name)
        return self.value if stored is None else stored

    def set(self, value):
        standin.remember(self.name, value)


class Registers:
    def __init__(self, smurf):
        self.agg_time = _Register("agg_time", 2.0)
        self.open_g3stream = _Register("open_g3stream", 0)
        self.pysmurf_action = _Register("pysmurf_action", "")
        self.pysmurf_action_timestamp = _Register("pysmurf_action_timestamp", 0)
        self.stream_tag = _Register("stream_tag", "")
        self.g3_session_id = _Register("g3_session_id", 0)


def pub_ocs_data(smurf, data):
    smurf.pub.publish(data, "session_data")


def pub_ocs_log(smurf, text, log=True):
    if log:
        smurf.log(text)
    smurf.pub.publish(text, "session_log")


def stream_g3_on(smurf, tag=None, stream_type=None, subtype="stream", misbehave=None, **kwargs):
    standin.note("stream_g3_on", [], dict(kwargs, tag=tag, stream_type=stream_type, subtype=subtype))
    if stream_type is None:
        stream_type = "obs" if subtype in ["stream", "cmb", "cal"] else "oper"
    registers = Registers(smurf)
    registers.stream_tag.set(",".join([stream_type, subtype] + ([tag] if tag else [])))
    registers.open_g3stream.set(1)
    registers.g3_session_id.set(int(time.time()))
    standin.misbehave(misbehave)
    return registers.g3_session_id.get()


def stream_g3_off(smurf):
    standin.note("stream_g3_off", [], {})
    registers = Registers(smurf)
    session_id = registers.g3_session_id.get()
    smurf.log("Waiting for g3 file to close out")
    time.sleep(float(os.environ.get("STANDIN_CLOSE_SECONDS", "0")))
    for register in (registers.open_g3stream, registers.g3_session_id):
        register.set(0)
    registers.stream_tag.set("")
    return session_id


def overbias_dets(smurf, cfg, bias_groups=None, **kwargs):
    standin.note("overbias_dets", [], dict(kwargs, bias_groups=bias_groups))
