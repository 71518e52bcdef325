"""From signals to a probability: a logistic model whose weights were fitted on held-out questions and entries.

The shipped weights were fitted by `benchmarks/fit_confidence.py` on the validation files of three public sets and on our
own question files (held-out rows aside), each also with a quarter of the labels or entries withheld, so that their
questions must be refused. Of our own first candidates said to be 0.9 sure or more, 96.6 per cent of 985 were right.
`calibrate.py` fits them to one knowledge base.
"""

from __future__ import annotations

from collections.abc import Mapping
from math import exp, log

Weights = Mapping[str, float]  # signal -> weight, and `bias`

SHIPPED: Weights = {
    "share": 0.2, "score": -0.27, "margin": 1.7, "spread": -1.44, "coverage": 0.39, "kin": -0.31, "gap": -1.04,
    "uncovered": 0.84, "open": -1.02, "unknown": -1.25, "ratio": 3.02, "meaning": 2.23, "length": 2.62,
    "opposed": -0.06, "who": 0.05, "asks": -0.33, "when": 0.06, "bias": -2.4,
}  # fmt: skip


def inputs(signals: Mapping[str, float]) -> dict[str, float]:
    """The model's inputs: the share enters as its log-odds, bounded; the others as they are; the bias is 1."""
    share = min(max(signals["share"], 1e-4), 1 - 1e-4)
    return {**signals, "share": log(share / (1 - share)), "bias": 1.0}


def estimate(signals: Mapping[str, float], weights: Weights = SHIPPED) -> float:
    """Probability that the top candidate is right, 0..1."""
    values = inputs(signals)
    return 1 / (1 + exp(-sum(weight * values[name] for name, weight in weights.items())))
