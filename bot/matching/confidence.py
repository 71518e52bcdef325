"""From signals to a probability: a logistic model whose weights were fitted on held-out questions and entries.

Fitted by `benchmarks/fit_confidence.py` on the validation files of three public sets, each twice: as they are (right or
wrong), and with a quarter of the labels withheld, so that their questions must be refused.
"""

from __future__ import annotations

from collections.abc import Mapping
from math import exp, log

BIAS = -2.45
WEIGHTS = {
    "share": 0.49, "score": -0.1, "margin": 4.21, "coverage": 1.24, "uncovered": 0.42, "unknown": -0.85,
    "ratio": 1.97, "length": 0.92,
}  # fmt: skip


def inputs(signals: Mapping[str, float]) -> dict[str, float]:
    """The model's inputs: the share enters as its log-odds, bounded; the others as they are."""
    share = min(max(signals["share"], 1e-4), 1 - 1e-4)
    return {**signals, "share": log(share / (1 - share))}


def estimate(signals: Mapping[str, float]) -> float:
    """Probability that the top candidate is right, 0..1."""
    values = inputs(signals)
    return 1 / (1 + exp(-(BIAS + sum(weight * values[name] for name, weight in WEIGHTS.items()))))
