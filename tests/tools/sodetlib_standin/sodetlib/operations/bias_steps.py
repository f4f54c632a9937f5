"""Stands in for sodetlib.operations.bias_steps."""
from sodetlib import standin


class BiasStepAnalysis:
    filepath = "/data/smurf_data/outputs/1700000400_bias_step_analysis.npy"

    def __init__(self, bgmap, fractions):
        self.bgmap = standin.array(bgmap)
        self.Rfrac = standin.array(fractions)
        self.Si = standin.array([-1e6 for _ in fractions])
        self.R0 = standin.array([0.0077 * fraction for fraction in fractions])


def take_bgmap(smurf, cfg, misbehave=None, **kwargs):
    standin.note("take_bgmap", [], kwargs)
    standin.misbehave(misbehave)
    return BiasStepAnalysis([0] * 1000, [0.5] * 1000)


def take_bias_steps(smurf, cfg, misbehave=None, **kwargs):
    standin.note("take_bias_steps", [], kwargs)
    standin.misbehave(misbehave)
    # On the bounds means not biased; NaN is nothing; channel 5 is on no group.
    return BiasStepAnalysis([0, 0, 1, 1, 2, -1, 11], [0.5, 0.2, 0.9, 0.6, standin.NAN, 0.5, 0.89])
