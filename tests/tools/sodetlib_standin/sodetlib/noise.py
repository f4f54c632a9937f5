"""Stands in for sodetlib.noise."""
import sodetlib
from sodetlib import standin


def take_noise(smurf, cfg, duration, misbehave=None, channels=100, **kwargs):
    standin.note("take_noise", [duration], kwargs)
    sodetlib.pub_ocs_log(smurf, "taking {} s of data".format(duration))
    standin.misbehave(misbehave)
    sodetlib.pub_ocs_data(smurf, {"noise": {"band_medians": [50.0] * 8}})
    rows = [[float(level), 1.0, 0.5] for level in range(channels)]
    if channels > 3:
        rows[3][0] = standin.NAN
    if misbehave == "infinite":
        rows = [[-standin.INF, 1.0, 0.5]] * 20 + [[standin.INF, 1.0, 0.5]] * 80
    return None, {"noise_pars": standin.array(rows), "band_medians": [50.0] * 8}
