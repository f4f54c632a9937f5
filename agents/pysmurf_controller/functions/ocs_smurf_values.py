"""Values on their way from sodetlib to JSON; no numpy needed, but numpy's are welcome."""
import math
import os
import sys

QUANTILES = [10, 25, 50, 75, 90]


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
