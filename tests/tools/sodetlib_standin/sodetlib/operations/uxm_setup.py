"""Stands in for sodetlib.operations.uxm_setup."""
import time

import sodetlib
from sodetlib import standin


def uxm_setup(smurf, cfg, bands=None, fail_at=None, **kwargs):
    standin.note("uxm_setup", [], dict(kwargs, bands=bands))
    summary = {"timestamps": []}
    for step in ["setup_amps", "setup_tune", "noise"]:
        summary["timestamps"].append((step, time.time()))
        sodetlib.pub_ocs_data(smurf, {"timestamps": summary["timestamps"]})
        if step == fail_at:
            return False, summary
    summary["setup_amps"] = {"success": True, "amp_50k_Id": 15.0}
    summary["noise"] = {"band_medians": standin.array([50.0] * 8), "am": object()}
    return True, summary
