"""Stands in for sodetlib.det_config and for pysmurf's control object."""
import os

from pysmurf_publisher import Publisher
from sodetlib import standin


class _PowerSupply:
    def write_ps_en(self, value):
        standin.note("write_ps_en", [value], {})


class SmurfControl:
    def __init__(self, stream_id):
        # sodetlib replaces the id in its own process by the stream id.
        os.environ["SMURFPUB_ID"] = stream_id
        self.pub = Publisher()
        self.C = _PowerSupply()

    def log(self, text):
        print(text)

    def load_tune(self, path):
        standin.note("load_tune", [path], {})

    def which_on(self, band):
        return standin.array(list(range(4)) if band < 2 else [])

    def get_channel_mask(self, retry_on_fail=True):
        return standin.array([0, 1, 2, 3, 512, 513])

    def get_downsample_factor(self, retry_on_fail=True):
        return 20

    def set_tes_bias_bipolar(self, group, volts):
        standin.note("set_tes_bias_bipolar", [group, volts], {})
        if volts == 13:
            raise RuntimeError("volts out of range")

    def all_off(self):
        standin.note("all_off", [], {})


class _Device:
    exp = {"tunefile": "/data/smurf_data/tune/1700000000_tune.npy"}


class DetConfig:
    def load_config_files(self, slot=None):
        self.slot = slot
        self.dev = _Device()
        self.stream_id = "crate1slot{}".format(slot)

    def get_smurf_control(self, **kwargs):
        standin.note("get_smurf_control", [], kwargs)
        if standin.recall("control") == "gone":
            raise RuntimeError("no carrier in this slot")
        if standin.recall("control") == "hang":
            standin.misbehave("hang")
        return SmurfControl(self.stream_id)
