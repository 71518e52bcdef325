"""From signals to a probability: a logistic model whose weights were fitted on held-out questions and entries.

The shipped weights were fitted by `benchmarks/fit_confidence.py` on our own question files (held-out rows aside) and the
validation files of three public sets: as they are, with half of our phrasings withheld, and with a quarter of the entries
or labels withheld, so that their questions must be refused. Of all our own questions whose first candidate was said to be
0.9 sure or more, 96 per cent of 2,632 were right. A question that nothing answers counts three times: as many more questions
are answered at once for as many false answers as with six, which cost a point of AUROC on the public sets.
Tried and left out, since none moved the AUROC by more than 0.2 points: an entry's own typical score, products of two
signals, agreement of words and meaning, lead over the second in each signal, nearness of first and second by `see_also` or
topic, and whether the first is a glossary term. Boosted trees over all of them together gain 0.4.
`calibrate.py` fits them to one knowledge base.
"""

from __future__ import annotations

from collections.abc import Mapping
from math import exp, log

Weights = Mapping[str, float]  # signal -> weight, and `bias`

SHIPPED: Weights = {
    "share": 0.16, "score": -0.79, "margin": 0.0, "spread": -2.36, "coverage": 0.0, "kin": 0.54, "gap": -0.66,
    "uncovered": 0.0, "open": -2.02, "unknown": -0.96, "ratio": 4.25, "meaning": 3.15, "length": 4.63,
    "opposed": -0.08, "who": 0.04, "asks": -0.6, "when": -0.45, "bias": -2.25,
}  # fmt: skip


def inputs(signals: Mapping[str, float]) -> dict[str, float]:
    """The model's inputs: the share enters as its log-odds, bounded; the others as they are; the bias is 1."""
    share = min(max(signals["share"], 1e-4), 1 - 1e-4)
    return {**signals, "share": log(share / (1 - share)), "bias": 1.0}


def estimate(signals: Mapping[str, float], weights: Weights = SHIPPED) -> float:
    """Probability that the top candidate is right, 0..1."""
    values = inputs(signals)
    return 1 / (1 + exp(-sum(weight * values[name] for name, weight in weights.items())))
