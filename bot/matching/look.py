"""A second look at the first candidates: what of the question each leaves open, how near its phrasings come.

The scores add up what speaks for an entry; what the question says and the entry does not know costs nothing there. So the
first few are put in order again by their coverage and their nearest phrasing. The weights are those of a conditional
logistic model (McFadden 1974) over the candidates of one question, fitted by `benchmarks/fit_confidence.py`, in units of
score. It moves the right entry to the first place in 4 to 5 more of 100 of our own questions (`docs/benchmarks.md`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from rapidfuzz import fuzz, process

from bot.matching.frames import frames_of, lacking
from bot.matching.index import Index
from bot.matching.signals import Content, Coverage, Gauge
from bot.matching.texts import key
from bot.matching.train import SHARPNESS
from bot.matching.vectors import Floats
from bot.matching.words import Reading, denies
from bot.model import Signal

REACH = 0.3  # in score, under the first: who is nearer is looked at twice; none from farther won on any set

LOOK: Mapping[str, float] = {
    "coverage": 0.15, "kin": 0.43, "gap": -0.23, "ratio": 0.56, "meaning": 0.74, "who": 0.01, "asks": -0.08,
    "when": -0.06,
}  # fmt: skip
MOST_OPEN = 4  # content words left open: more of them make no difference
LONGEST = 12  # content words of a question: more of them make no difference


@dataclass(frozen=True)
class Looked:
    """A candidate looked at twice."""

    target: int
    score: float  # of the words alone, with the nation and the talk
    covered: Coverage
    nearest: int  # the number of its phrasing that is the most alike, word order aside
    ratio: float  # how alike that is, 0..1
    meaning: float  # likeness in meaning to its nearest phrasing
    opposed: bool  # negated on one side only
    lacking: Mapping[str, float]  # kind -> frames of the question that none of its phrasings has

    def parts(self) -> dict[str, float]:
        """What the second look weighs."""
        return {
            "coverage": self.covered.share,
            "kin": self.covered.kin,
            "gap": self.covered.gap,
            "ratio": self.ratio,
            "meaning": self.meaning,
            **self.lacking,
        }

    def bonus(self, weights: Mapping[str, float]) -> float:
        """What the second look adds to the score."""
        parts = self.parts()
        return sum(weight * parts[name] for name, weight in weights.items())

    def signals(self, share: float, margin: float, spread: float) -> tuple[Signal, ...]:
        """What speaks for and against it, as `confidence.py` weighs it and `--explain` shows it."""
        covered = self.covered
        return (
            Signal("share", share, "of the match among all entries"),
            Signal("score", self.score),
            Signal("margin", margin, "lead over the second"),
            Signal("spread", spread, "of the match over the first few"),
            Signal("coverage", covered.share, "of the question's words known to the entry"),
            Signal(
                "kin", covered.kin, "of the question's words known to the entry, or near in meaning to one of its words"
            ),
            Signal("gap", covered.gap, "the most telling word left open in meaning"),
            Signal("uncovered", covered.worst, ", ".join(covered.uncovered)),
            Signal("open", min(len(covered.uncovered), MOST_OPEN) / MOST_OPEN, "content words it does not know"),
            Signal("unknown", covered.unknown_share, ", ".join(covered.unknown)),
            Signal("ratio", self.ratio, "fuzzy likeness to its nearest phrasing"),
            Signal("meaning", self.meaning, "likeness in meaning to its nearest phrasing"),
            Signal("weight", covered.weight, "of the content words, in telling words"),
            Signal("opposed", float(self.opposed), "negated on one side only"),
            *(
                Signal(kind, count, "of the question's frame that no phrasing has")
                for kind, count in self.lacking.items()
            ),
            Signal("length", min(covered.words, LONGEST) / LONGEST, "content words"),
        )


class Asked:
    """A question as the second look needs it, made once for all candidates."""

    def __init__(self, reading: Reading, repaired: Mapping[str, str], direction: Floats, gauge: Gauge) -> None:
        self.content: Content = gauge.content(reading, repaired)
        self.direction = direction
        self.key = key(sorted(repaired.get(word, word) for word in reading.words))
        self.denied = denies(reading.words)
        self.frames = frames_of(reading.words)


class Looker:
    """Looks at candidates of one index."""

    def __init__(self, index: Index, gauge: Gauge) -> None:
        self._index = index
        self._gauge = gauge
        self._first = np.cumsum([0, *(len(target.phrasings) for target in index.targets)])

    def look(self, asked: Asked, target: int, score: float) -> Looked:
        """One candidate."""
        index = self._index
        nearest, ratio = self.nearest(asked, target)
        directions = index.phrasings[self._first[target] : self._first[target + 1]]
        return Looked(
            target=target,
            score=score,
            covered=self._gauge.coverage(asked.content, target),
            nearest=nearest,
            ratio=ratio,
            meaning=float((directions @ asked.direction).max()),
            opposed=asked.denied != index.denying[target][nearest],
            lacking=lacking(asked.frames, index.frames[target]),
        )

    def nearest(self, asked: Asked, target: int) -> tuple[int, float]:
        """Which of the target's phrasings is the most alike, word order aside, and how alike (0..1)."""
        _, ratio, at = process.extractOne(asked.key, self._index.keys[target], scorer=fuzz.ratio)
        return at, ratio / 100


def shares_of(final: NDArray[np.float64], looked: Sequence[Looked], scores: Floats) -> Floats:
    """Each target's share of the match. Those not looked at twice are taken to look as poor as the poorest."""
    poorest = min(float(score) - one.score for score, one in zip(final, looked, strict=True))
    second = scores + np.float32(poorest)
    second[[one.target for one in looked]] = final
    odds = np.exp(SHARPNESS * (second - np.float32(final[0])))
    return np.asarray(odds / odds.sum(), np.float32)


def spread_of(shares: Floats) -> float:
    """The entropy of the first few shares, in nats: 0 where one of them has it all."""
    return float(-(shares * np.log(np.maximum(shares, 1e-9))).sum())
