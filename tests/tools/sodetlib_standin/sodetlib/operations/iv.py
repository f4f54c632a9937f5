"""Stands in for sodetlib.operations.iv."""
from sodetlib import standin


class IVAnalysis:
    filepath = "/data/smurf_data/outputs/1700000300_iv.npy"
    R_n = standin.array([0.007, 0.008, standin.NAN, 0.009])
    p_sat = standin.array([standin.NAN, standin.NAN, standin.NAN, standin.NAN])


def take_iv(smurf, cfg, misbehave=None, **kwargs):
    standin.note("take_iv", [], kwargs)
    standin.misbehave(misbehave)
    analysis = IVAnalysis()
    if misbehave == "large":
        # About 1 MB as JSON.
        analysis.filepath = "/data/" + "x" * 1000000
    return analysis
