"""The functions themselves: what they call of sodetlib, and what they return of it (smurf 2.7)."""
import os
import time

from ocs_smurf_channel import stopping, write
from ocs_smurf_values import numbers, quantiles

NUM_BANDS = 8
NUM_BIAS_GROUPS = 12
RSSI_TIMEOUT_SECONDS = 2

# The control object, once there is one: an aborted function may have left its stream open.
control = None


class ProcedureFailed(Exception):
    """A procedure said itself that it failed; data is what it found out until then."""

    def __init__(self, message, data):
        super().__init__(message)
        self.data = data


def own_slot():
    """The slot of the card, as text."""
    slot = os.environ.get("SLOT")
    if not slot:
        raise RuntimeError("Cannot reach the SMuRF: no slot is known, expected --slot or SLOT")
    return slot


def get_control(load_tune=True, **kwargs):
    """The control object and configuration of this slot."""
    global control
    from sodetlib.det_config import DetConfig
    cfg = DetConfig()
    cfg.load_config_files(slot=own_slot())
    smurf = cfg.get_smurf_control(**kwargs)
    control = smurf
    if load_tune:
        smurf.load_tune(cfg.dev.exp["tunefile"])
    return smurf, cfg


def test():
    """Proves that calls work, without sodetlib."""
    print("Inside test func")
    return {"test": 10}


def take_noise(duration, kwargs=None):
    from sodetlib import noise
    smurf, cfg = get_control()
    _, result = noise.take_noise(smurf, cfg, duration, **(kwargs or {}))
    levels = [row[0] for row in result["noise_pars"]]
    return {"quantiles": {"white_noise_level": quantiles("white_noise_level", levels)}}


def take_bgmap(kwargs=None):
    from sodetlib.operations import bias_steps
    smurf, cfg = get_control()
    analysis = bias_steps.take_bgmap(smurf, cfg, **(kwargs or {}))
    groups = [int(group) for group in analysis.bgmap]
    counts = [groups.count(group) for group in range(NUM_BIAS_GROUPS)]
    return {"nchans_per_bg": counts + [groups.count(-1)], "filepath": analysis.filepath}


def take_iv(iv_kwargs=None):
    from sodetlib.operations import iv
    smurf, cfg = get_control()
    analysis = iv.take_iv(smurf, cfg, **(iv_kwargs or {}))
    return {
        "filepath": analysis.filepath,
        "quantiles": {
            "Rn": quantiles("Rn", analysis.R_n),
            "p_sat": quantiles("p_sat", analysis.p_sat),
        },
    }


def biased_channels(analysis, rfrac_range):
    """What bias steps and bias waves have in common."""
    low, high = rfrac_range
    biased = [low < value < high for value in numbers(analysis.Rfrac)]
    groups = [int(group) for group in analysis.bgmap]
    return {
        "filepath": analysis.filepath,
        "biased_total": sum(biased),
        "biased_per_bg": [
            sum(is_biased for is_biased, own in zip(biased, groups) if own == group)
            for group in range(NUM_BIAS_GROUPS)
        ],
        "quantiles": {
            "Rfrac": quantiles("Rfrac", analysis.Rfrac),
            "Si": quantiles("Si", analysis.Si),
            "Rtes": quantiles("Rtes", analysis.R0),
        },
    }


def take_bias_steps(kwargs=None, rfrac_range=(0.2, 0.9)):
    from sodetlib.operations import bias_steps
    smurf, cfg = get_control()
    return biased_channels(bias_steps.take_bias_steps(smurf, cfg, **(kwargs or {})), rfrac_range)


def take_bias_waves(kwargs=None, rfrac_range=(0.2, 0.9)):
    from sodetlib.operations import bias_wave
    smurf, cfg = get_control()
    return biased_channels(bias_wave.take_bias_waves(smurf, cfg, **(kwargs or {})), rfrac_range)


def checked(name, outcome):
    """The summary of a procedure; fails where the procedure says that it failed."""
    done, summary = outcome if isinstance(outcome, tuple) else (outcome, {})
    summary = summary if isinstance(summary, dict) else {}
    steps = summary.get("timestamps") or []
    data = {"timestamps": steps} if steps else {}
    amps = summary.get("setup_amps", summary.get("amps"))
    if amps is not None:
        data["setup_amps_summary"] = amps
    if isinstance(summary.get("setup_phase_delay"), dict):
        data["setup_phase_delay"] = summary["setup_phase_delay"]
    noise = summary.get("noise")
    if isinstance(noise, dict) and "band_medians" in noise:
        data["noise"] = {"band_medians": noise["band_medians"]}
    if not done:
        where = ' in step "{}"'.format(steps[-1][0]) if steps else ""
        raise ProcedureFailed("{} reported that it failed{}".format(name, where), data)
    return summary, data


def run_uxm_setup(bands=None, kwargs=None):
    from sodetlib.operations import uxm_setup
    smurf, cfg = get_control()
    _, data = checked("uxm_setup", uxm_setup.uxm_setup(smurf, cfg, bands=bands, **(kwargs or {})))
    return data


def run_uxm_relock(bands=None, kwargs=None):
    from sodetlib.operations import uxm_relock
    smurf, cfg = get_control()
    outcome = uxm_relock.uxm_relock(smurf, cfg, bands=bands, **(kwargs or {}))
    summary, data = checked("uxm_relock", outcome)
    tracking = summary.get("tracking_setup_results")
    if tracking is None:
        return data
    band_of = [int(band) for band in tracking.bands]
    good_in = [int(band) for band, good in zip(tracking.bands, tracking.is_good) if good]
    data["filepath"] = getattr(tracking, "filepath", None)
    data["all_det_num"] = [band_of.count(band) for band in range(NUM_BANDS)]
    data["good_det_num"] = [good_in.count(band) for band in range(NUM_BANDS)]
    return data


def overbias_tes(bgs=None, kwargs=None):
    import sodetlib
    smurf, cfg = get_control()
    settings = {"bias_groups": bgs}
    settings.update(kwargs or {})
    sodetlib.overbias_dets(smurf, cfg, **settings)


def set_biases(bgs, biases):
    smurf, _ = get_control()
    for group, bias in zip(bgs, biases):
        smurf.set_tes_bias_bipolar(group, bias)


def bias_dets(rfrac=None, kwargs=None):
    from sodetlib.operations import bias_dets as operations
    smurf, cfg = get_control()
    kwargs = kwargs or {}
    if rfrac is None:
        biases = operations.bias_to_rfrac_range(smurf, cfg, **kwargs)
    elif isinstance(rfrac, (int, float)):
        biases = operations.bias_to_rfrac(smurf, cfg, rfrac=rfrac, **kwargs)
    else:
        biases = operations.bias_to_rfrac_range(smurf, cfg, rfrac_range=rfrac, **kwargs)
    return {"biases": numbers(biases)}


def all_off(disable_amps=True, disable_tones=True):
    smurf, _ = get_control()
    if disable_tones:
        smurf.all_off()
    if disable_amps:
        smurf.C.write_ps_en(0)


def restart_rssi():
    """Wakes the link to the carrier; without a control object, which could not be made over a dead link."""
    import epics
    root = "smurf_server_s{}:AMCc:".format(own_slot())
    probe = root + "FpgaTopLevel:AmcCarrierCore:AmcCarrierBsi:SlotNumber"

    def responds():
        return epics.caget(probe, timeout=RSSI_TIMEOUT_SECONDS) is not None

    if responds():
        return {"rssi_responsive": True, "restarted": False}
    epics.caput(root + "RestartRssi", 1, timeout=RSSI_TIMEOUT_SECONDS)
    stopping.wait(RSSI_TIMEOUT_SECONDS)
    return {"rssi_responsive": responds(), "restarted": True}


def stream_off():
    """Closes a stream that another helper could not close any more."""
    import sodetlib
    smurf, _ = get_control(load_tune=False)
    sodetlib.stream_g3_off(smurf)


def stream(duration=None, load_tune=True, test_mode=False, kwargs=None):
    import sodetlib
    smurf, cfg = get_control(load_tune=load_tune)
    end = None if duration is None else time.time() + duration
    write({"data": {"stream_id": cfg.stream_id}})
    if stopping.is_set():
        return {}
    try:
        session_id = sodetlib.stream_g3_on(smurf, **(kwargs or {}))
        write({"data": {"sid": session_id, "stream_on": True, "last_updated": time.time()}})
        while not stopping.is_set():
            left = 1.0 if end is None else min(1.0, end - time.time())
            if left <= 0 or stopping.wait(left):
                break
            write({"data": {"last_updated": time.time()}})
            if test_mode:
                break
    finally:
        sodetlib.stream_g3_off(smurf)
    return {"stream_on": False, "last_updated": time.time()}


def check_state(poll_interval=10.0, test_mode=False):
    import sodetlib
    smurf, cfg = get_control(load_tune=False, no_dir=True)
    registers = sodetlib.Registers(smurf)
    once = {"retry_on_fail": False}

    def read():
        return {
            "channel_mask": [int(channel) for channel in smurf.get_channel_mask(**once)],
            "downsample_factor": int(smurf.get_downsample_factor(**once)),
            "agg_time": float(registers.agg_time.get(**once)),
            "open_g3stream": int(registers.open_g3stream.get(**once)),
            "pysmurf_action": registers.pysmurf_action.get(as_string=True, **once),
            "pysmurf_action_timestamp": int(registers.pysmurf_action_timestamp.get(**once)),
            "stream_tag": registers.stream_tag.get(as_string=True, **once),
            "last_update": time.time(),
            "stream_id": cfg.stream_id,
            "num_active_channels": sum(len(smurf.which_on(band)) for band in range(NUM_BANDS)),
        }

    while not stopping.is_set():
        try:
            message = {"data": read()}
        except Exception as error:
            message = {"error": "{}: {}".format(type(error).__name__, error)}
        write(message)
        stopping.wait(poll_interval)
        if test_mode:
            break
    return {}


def close_stream():
    """Closes the stream that an aborted function has left open."""
    if control is None:
        return
    import sodetlib
    if sodetlib.Registers(control).open_g3stream.get(retry_on_fail=False):
        sodetlib.stream_g3_off(control)


ONCE = [test, take_noise, take_bgmap, take_iv, take_bias_steps, take_bias_waves, run_uxm_setup,
        run_uxm_relock, overbias_tes, set_biases, bias_dets, all_off, restart_rssi, stream_off]
LASTING = [stream, check_state]
FUNCTIONS = {function.__name__: function for function in ONCE + LASTING}
