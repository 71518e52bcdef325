"""From signals to a probability: a logistic model whose weights were fitted on held-out questions and entries.

Fitted by `benchmarks/fit_confidence.py` on the validation files of three public sets and on our own question files
(held-out rows aside), each also with a quarter of the labels or entries withheld, so that their questions must be
refused. Of first candidates with 0.9 and more, 96 per cent were right (98 of our own).
"""

from __future__ import annotations

from collections.abc import Mapping
from math import exp, log

BIAS = -3.17
WEIGHTS = {
    "share": 0.64, "score": -0.97, "margin": 4.17, "coverage": 1.91, "uncovered": 0.52, "unknown": -0.44,
    "ratio": 3.0, "length": 1.72,
}  # fmt: skip


def inputs(signals: Mapping[str, float]) -> dict[str, float]:
    """The model's inputs: the share enters as its log-odds, bounded; the others as they are."""
    share = min(max(signals["share"], 1e-4), 1 - 1e-4)
    return {**signals, "share": log(share / (1 - share))}


def estimate(signals: Mapping[str, float]) -> float:
    """Probability that the top candidate is right, 0..1."""
    values = inputs(signals)
    return 1 / (1 + exp(-(BIAS + sum(weight * values[name] for name, weight in WEIGHTS.items()))))
