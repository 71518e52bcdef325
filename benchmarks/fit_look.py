"""The weights of the second look (`bot/matching/look.py`), fitted over the candidates of one question at a time.

A conditional logistic model: of the candidates looked at, the right one should get the most. Weights are in units of
score, so the score's own is 1. Part of `fit_confidence.py`, which prints them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from benchmarks.worlds import World
from bot.matching.look import LOOK

RIDGE = 2.0  # in questions
OWN = 3.0  # what one of our own questions counts, against a public one's 1
FOLDS = 5
LONGEST = 4.0  # of a step: from far off, a whole one may overshoot
LEAST = 1e-9  # chance of the right ones: so much is always left
Array = NDArray[np.float64]


@dataclass(frozen=True)
class Choice:
    """The candidates of a question: score and parts of each, which is right, and the question's fold."""

    parts: Array  # [candidate, score and parts]
    right: NDArray[np.bool_]
    fold: int
    name: str


def choices(world: World) -> list[Choice]:
    """The questions of a world of which more than one candidate was looked at."""
    found = []
    for question, ranking in world.rankings():
        looked = sorted(ranking.looked, key=lambda one: -one.score)
        if not question.right or len(looked) < 2:
            continue
        parts = np.array([[one.score, *(one.parts()[name] for name in LOOK)] for one in looked])
        right = np.array([world.matcher.index.targets[one.target].id in question.right for one in looked])
        found.append(Choice(parts - parts[0], right, crc32(question.text.encode()) % FOLDS, world.name))
    return found


def fit(seen: Iterable[Choice]) -> dict[str, float]:
    """The weights, by Newton's method."""
    useful = [choice for choice in seen if choice.right.any() and not choice.right.all()]
    size = len(LOOK) + 1
    weights = np.zeros(size)
    weights[0] = 1.0
    for _ in range(30):
        gradient, hessian = RIDGE * weights, RIDGE * np.eye(size)
        gradient[0], hessian[0, 0] = 0.0, 1e-6
        for choice in useful:
            odds = np.exp(choice.parts @ weights - (choice.parts @ weights).max())
            chance = odds / odds.sum()
            wanted = chance * choice.right / max(float(chance @ choice.right), LEAST)
            counts = OWN if choice.name.startswith("own") else 1.0
            gradient += counts * ((chance - wanted) @ choice.parts)
            mean = chance @ choice.parts
            spread = (choice.parts * chance[:, None]).T @ choice.parts - np.outer(mean, mean)
            hessian += counts * spread
        step = np.linalg.solve(hessian, gradient)
        weights -= step * min(1.0, LONGEST / float(np.linalg.norm(step)))
    return {name: float(weight / weights[0]) for name, weight in zip(LOOK, weights[1:], strict=True)}


def accuracy(seen: Iterable[Choice], weights: Mapping[str, float]) -> float:
    """How often the right candidate comes first, in per cent of these questions."""
    vector = np.array([1.0, *(weights[name] for name in LOOK)])
    return 100 * float(np.mean([choice.right[np.argmax(choice.parts @ vector)] for choice in seen]))


def report(seen: Sequence[Choice]) -> None:
    """Right first candidates by world: by the score alone, and with weights from the other folds."""
    folds = [fit(choice for choice in seen if choice.fold != fold) for fold in range(FOLDS)]
    none = dict.fromkeys(LOOK, 0.0)
    for name in dict.fromkeys(choice.name for choice in seen):
        rows = [choice for choice in seen if choice.name == name]
        again = [accuracy([c for c in rows if c.fold == f], folds[f]) for f in range(FOLDS)]
        count = [sum(c.fold == f for c in rows) for f in range(FOLDS)]
        print(f"  {name}: {len(rows)} close ones, {accuracy(rows, none):.1f} -> {np.average(again, weights=count):.1f}")
