"""What is measured over answers: accuracy, the first three, telling in scope from out of scope, calibration."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from benchmarks.sets import Row
from bot.matching.matcher import Matcher


@dataclass(frozen=True)
class Answer:
    """A question's first three candidates, how sure the first is, and whether it is right."""

    first: tuple[str, ...]
    confidence: float
    label: str

    @property
    def right(self) -> bool:
        """The first candidate is the label."""
        return self.first[:1] == (self.label,)


def answers(matcher: Matcher, rows: Sequence[Row]) -> list[Answer]:
    """Every row asked."""
    found = ((matcher.rank(text), label) for text, label in rows)
    return [Answer(tuple(c.entry for c in r.candidates[:3]), r.confidence, label) for r, label in found]


def accuracy(found: Sequence[Answer]) -> float:
    """Right first candidates, in per cent."""
    return 100 * sum(answer.right for answer in found) / max(1, len(found))


def top3(found: Sequence[Answer]) -> float:
    """Right entry among the first three, in per cent."""
    return 100 * sum(answer.label in answer.first for answer in found) / max(1, len(found))


def auroc(higher: Sequence[float], lower: Sequence[float]) -> float:
    """Chance that one of `higher` scores above one of `lower`, ties by half, in per cent."""
    both = np.concatenate([np.asarray(higher, float), np.asarray(lower, float)])
    _, place, count = np.unique(both, return_inverse=True, return_counts=True)
    rank = (np.cumsum(count) - (count - 1) / 2)[place]
    n, m = len(higher), len(lower)
    return float(100 * (rank[:n].sum() - n * (n + 1) / 2) / (n * m))


def threshold(inside: Sequence[Answer], outside: Sequence[Answer]) -> float:
    """The confidence under which to refuse that judges most questions rightly, both kinds together."""
    values = sorted({answer.confidence for answer in (*inside, *outside)})
    sure = np.array([answer.confidence for answer in inside if answer.right])
    refused = np.array([answer.confidence for answer in outside])
    return max(values, key=lambda at: int((sure >= at).sum()) + int((refused < at).sum()), default=0.0)


def reliability(found: Sequence[Answer], bins: int = 10) -> list[tuple[float, int, float]]:
    """(lower end of what was said, how many, per cent right) of each tenth of confidence that occurs."""
    rows = []
    for number in range(bins):
        inside = [a for a in found if number <= min(a.confidence * bins, bins - 1e-9) < number + 1]
        if inside:
            rows.append((number / bins, len(inside), accuracy(inside)))
    return rows
