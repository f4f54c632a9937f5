"""Stands in for sodetlib.operations.bias_wave."""
from sodetlib import standin
from sodetlib.operations.bias_steps import BiasStepAnalysis


def take_bias_waves(smurf, cfg, bgs=None, **kwargs):
    standin.note("take_bias_waves", [], dict(kwargs, bgs=bgs))
    return BiasStepAnalysis([0, 3], [0.5, 0.5])
