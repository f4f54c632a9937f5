"""Calls one function for the controller and writes what came of it to descriptor 3.

The controller writes one line of JSON to standard input (func_name, args, kwargs, slot,
run_in_main_process) and closes it; the answer is one JSON object (success, return_val,
traceback). The functions stream and check_state go on until standard input ends; they write
a line of JSON for each update (data or error), and the answer as the last one.

Needs Python 3.6; sodetlib and numpy are those of the site, imported only by what needs them.
"""
import json
import math
import os
import signal
import sys
import threading
import time
import traceback

RESULT_FD = 3
KEYS = {"func_name", "args", "kwargs", "slot", "run_in_main_process"}
NUM_BANDS = 8
NUM_BIAS_GROUPS = 12
QUANTILES = [10, 25, 50, 75, 90]
RSSI_TIMEOUT_SECONDS = 2

stopping = threading.Event()
# The control object, once there is one: an aborted function may have left its stream open.
control = None


class Aborted(BaseException):
    """The controller wants the function to end now."""


class ProcedureFailed(Exception):
    """A procedure said itself that it failed; data is what it found out until then."""

    def __init__(self, message, data):
        super().__init__(message)
        self.data = data


def json_safe(value):
    """Makes JSON of whatever functions return; NaN becomes 0, infinities the largest float."""
    if value is None or isinstance(value, (str, bool)):
        return value
    if isinstance(value, int):
        return int(value)
    if isinstance(value, float):
        value = float(value)
        if math.isnan(value):
            return 0.0
        return math.copysign(sys.float_info.max, value) if math.isinf(value) else value
    if isinstance(value, dict):
        return {key if isinstance(key, str) else str(key): json_safe(one) for key, one in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [json_safe(one) for one in value]
    if hasattr(value, "tolist"):
        return json_safe(value.tolist())
    if hasattr(value, "__dataclass_fields__") and not isinstance(value, type):
        return {name: json_safe(getattr(value, name)) for name in value.__dataclass_fields__}
    if hasattr(value, "__fspath__"):
        return os.fspath(value)
    # A result of ten minutes is not lost for an odd member.
    return repr(value)[:200]


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


def numbers(values):
    """A list of floats of any sequence."""
    values = values.tolist() if hasattr(values, "tolist") else values
    return [float(value) for value in values]


def quantiles(name, values):
    """Quantiles of what is not NaN, interpolated linearly; all 0 where there is nothing."""
    known = sorted(value for value in numbers(values) if not math.isnan(value))

    def at(percent):
        place = (len(known) - 1) * percent / 100
        low = math.floor(place)
        high = min(low + 1, len(known) - 1)
        if known[low] == known[high]:
            return known[low]
        return known[low] + (known[high] - known[low]) * (place - low)

    found = [at(percent) for percent in QUANTILES] if known else [0.0] * len(QUANTILES)
    return {"name": name, "quantiles": QUANTILES, "values": found, "total": len(known)}


def get_control(load_tune=True, **kwargs):
    """The control object and configuration of this slot."""
    global control
    from sodetlib.det_config import DetConfig
    slot = os.environ.get("SLOT")
    if not slot:
        raise RuntimeError("Cannot set up the SMuRF control: no slot is known, expected --slot or SLOT")
    cfg = DetConfig()
    cfg.load_config_files(slot=slot)
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
    root = "smurf_server_s{}:AMCc:".format(os.environ["SLOT"])
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


ONCE = [test, take_noise, take_bgmap, take_iv, take_bias_steps, take_bias_waves, run_uxm_setup,
        run_uxm_relock, overbias_tes, set_biases, bias_dets, all_off, restart_rssi, stream_off]
LASTING = [stream, check_state]
FUNCTIONS = {function.__name__: function for function in ONCE + LASTING}


def stop_with_input():
    """Asks the function to end when standard input does: the controller wants it, or is gone."""
    while sys.stdin.buffer.read(65536):
        pass
    stopping.set()


def abort(_signal, _frame):
    raise Aborted()


def close_stream():
    """Closes the stream that an aborted function has left open."""
    if control is None:
        return
    import sodetlib
    if sodetlib.Registers(control).open_g3stream.get(retry_on_fail=False):
        sodetlib.stream_g3_off(control)


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
        try:
            close_stream()
        except Exception:
            traceback.print_exc()
    except Exception:
        record = {"success": False, "return_val": None, "traceback": traceback.format_exc()}
    write(record)


if __name__ == "__main__":
    main()
