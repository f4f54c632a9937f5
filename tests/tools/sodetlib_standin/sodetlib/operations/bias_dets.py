"""Stands in for sodetlib.operations.bias_dets."""
from sodetlib import standin


def bias_to_rfrac(smurf, cfg, rfrac=0.5, **kwargs):
    standin.note("bias_to_rfrac", [], dict(kwargs, rfrac=rfrac))
    return standin.array([10.0] * 12)


def bias_to_rfrac_range(smurf, cfg, rfrac_range=(0.3, 0.6), **kwargs):
    standin.note("bias_to_rfrac_range", [], dict(kwargs, rfrac_range=rfrac_range))
    return standin.array([0.5 * group for group in range(12)])
