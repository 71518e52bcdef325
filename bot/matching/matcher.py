"""Ranking: a question in, candidates with signals and a calibrated confidence out.

Pure over an immutable index, so one matcher is shared by every task. In order:

1. read the words (misspellings, Welsh, acronyms, concepts, places), and repair unknown ones (`repair.py`);
2. add up the rows of the features and of the meaning: one score for each target;
3. lower targets that say nothing for the nation named; raise those near the last entry in a follow-up;
4. measure what the best one leaves uncovered (`signals.py`), and turn all of it into a probability (`confidence.py`).
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from rapidfuzz import fuzz, process

from bot.matching.confidence import SHIPPED, Weights, estimate
from bot.matching.features import MEANING
from bot.matching.index import Index, key
from bot.matching.repair import Repairer
from bot.matching.scorer import Scorer
from bot.matching.signals import Coverage, Gauge
from bot.matching.train import SHARPNESS
from bot.matching.vectors import Floats, Vectors, shipped
from bot.matching.why import Why, carried_by
from bot.matching.words import Reading, Words, denies
from bot.model import Candidate, Nation, Signal

KEEP = 6  # candidates kept with a ranking: the winner, and the losers that explain it
NATION_PENALTY = 0.6  # in score, for a target that says nothing for the nation named
NEAR_BONUS = 0.5  # in score, for a target near the last entry, in a follow-up
EXACT_LEAD = 0.5  # in score, over all others, for the target whose phrasing was asked word for word
EXACT_CONFIDENCE = 0.97
OPPOSED_TRUST = 0.7  # what confidence is left when one of question and nearest phrasing is negated and the other is not


@dataclass(frozen=True)
class Ranking:
    """Candidates, best first, with what was seen on the way."""

    candidates: tuple[Candidate, ...]
    confidence: float  # calibrated probability that the first candidate is right, 0..1
    margin: float  # the first candidate's lead over the second, in score
    reading: Reading
    repaired: tuple[tuple[str, str], ...] = ()
    uncovered: tuple[str, ...] = ()  # content words of the question that the first candidate does not know
    unknown: tuple[str, ...] = ()  # content words that no target knows
    field_share: float = 0.0  # share of the content words' weight that some phrasing knows
    exact: bool = False  # the question is one of the phrasings
    why: Callable[[], Why] = field(default=Why, compare=False, repr=False)

    @property
    def best(self) -> Candidate | None:
        """The first candidate."""
        return self.candidates[0] if self.candidates else None

    def signal(self, name: str) -> float:
        """A signal of the first candidate by name; 0 if absent."""
        return next((s.value for s in self.candidates[0].signals if s.name == name), 0.0) if self.candidates else 0.0


@dataclass(frozen=True)
class Heard:
    """What the words alone say."""

    scores: Floats  # of each target
    repaired: dict[str, str]
    direction: Floats


class Matcher:
    """Ranks the targets of one index."""

    def __init__(
        self, index: Index, words: Words, *, weights: Weights = SHIPPED, vectors: Vectors | None = None
    ) -> None:
        self.index = index
        self.words = words
        self._vectors = vectors or shipped()
        self._weights = weights
        self._repairer = Repairer(index.known, self._vectors.common, index.own_forms, index.common_forms)
        self._scorer = Scorer(index)
        self._gauge = Gauge(index, words, self._vectors)
        self._number = {target.id: number for number, target in enumerate(index.targets)}
        counts = [len(target.phrasings) for target in index.targets]
        self._first = np.cumsum([0, *counts])
        self._says = {
            nation: np.array([nation in target.nations for target in index.targets], bool) for nation in Nation
        }

    def with_weights(self, weights: Weights) -> Matcher:
        """The same matcher with another confidence."""
        return Matcher(self.index, self.words, weights=weights, vectors=self._vectors)

    def rank(self, text: str, near: Collection[str] = (), nation: Nation | None = None) -> Ranking:
        """Rank every target for a text. `near` are ids to prefer; `nation` is used if the text names none."""
        index = self.index
        reading = self.words.read(text)
        heard = self._hear(reading)
        if heard is None:
            return Ranking((), 0.0, 0.0, reading)
        scores, repaired, direction = heard.scores, heard.repaired, heard.direction
        own = index.exact.get(key(reading.words))
        self._lean(scores, near, reading.nations or ((nation,) if nation else ()), own)
        order = _first(scores)
        odds = np.exp(SHARPNESS * (scores - scores[order[0]]))
        shares = odds / odds.sum()
        first = float(scores[order[0]])
        margin = first - (float(scores[order[1]]) if len(order) > 1 else -1.0)

        top = int(order[0])
        covered = self._gauge.coverage(reading, repaired, top)
        asked = key(sorted(repaired.get(word, word) for word in reading.words))
        near_at, ratio = self._nearest(asked, top)
        opposed = denies(reading.words) != index.denying[top][near_at]
        meaning = float((self._directions(top) @ direction).max())
        signals = _signals(float(shares[top]), first, margin, covered, ratio, meaning, opposed)
        candidates = [Candidate(index.targets[top].id, float(shares[top]), self._phrasing(top, near_at), signals)]
        candidates += [
            Candidate(index.targets[n].id, float(shares[n]), self._phrasing(n, self._nearest(asked, n)[0]))
            for n in map(int, order[1:])
        ]
        confidence = estimate({signal.name: signal.value for signal in signals}, self._weights)
        if opposed:
            confidence *= OPPOSED_TRUST
        if own is not None:
            confidence = max(confidence, EXACT_CONFIDENCE)
        return Ranking(
            tuple(candidates), confidence, margin, reading, tuple(repaired.items()), covered.uncovered,
            covered.unknown, covered.field, own is not None, lambda: self._why(reading, repaired, order),
        )  # fmt: skip

    def _hear(self, reading: Reading) -> Heard | None:
        """Scores from the words alone; None if nothing of them is known."""
        index = self.index
        if not index.targets:
            return None
        repaired = {word: fixed for word in reading.words if (fixed := self._repairer.repair(word))}
        words = [repaired.get(word, word) for word in reading.words]
        direction = self._vectors.direction(words)
        scores = self._scorer.scores(words, reading, self.words.scaffold)
        if scores is None and not direction.any():
            return None
        meant = np.asarray((np.float32(MEANING) * direction) @ index.meaning, np.float32)
        if scores is not None:
            meant += scores
        return Heard(meant, repaired, direction)

    def _why(self, reading: Reading, repaired: dict[str, str], order: NDArray[np.int64]) -> Why:
        if len(order) < 2:
            return Why()
        first, second = int(order[0]), int(order[1])

        def lead(text: Reading) -> float:
            heard = self._hear(text)
            return float(heard.scores[first] - heard.scores[second]) if heard else 0.0

        lacks = self._gauge.coverage(reading, repaired, second).uncovered
        return Why(carried_by(reading, lead), self.index.targets[second].id, lacks)

    def _lean(self, scores: Floats, near: Collection[str], nations: tuple[Nation, ...], own: int | None) -> None:
        """Change the scores by what stands outside the words: the nation, the talk, a phrasing asked word for word."""
        if nations:
            says = np.logical_or.reduce([self._says[nation] for nation in nations])
            scores[~says] -= NATION_PENALTY
        for entry in near:
            if entry in self._number:
                scores[self._number[entry]] += NEAR_BONUS
        if own is not None:
            scores[own] = max(float(scores[own]), float(scores.max()) + EXACT_LEAD)

    def _directions(self, target: int) -> NDArray[np.float32]:
        return self.index.phrasings[self._first[target] : self._first[target + 1]].astype(np.float32)

    def _phrasing(self, target: int, at: int) -> str:
        return self.index.targets[target].phrasings[at]

    def _nearest(self, asked: str, target: int) -> tuple[int, float]:
        """Which of the target's phrasings is the most alike, word order aside, and how alike (0..1)."""
        _, ratio, at = process.extractOne(asked, self.index.keys[target], scorer=fuzz.ratio)
        return at, ratio / 100


def _first(scores: Floats) -> NDArray[np.int64]:
    """The numbers of the `KEEP` best scores, best first, the earlier one of equals; without sorting all the others."""
    least = np.partition(scores, -KEEP)[-KEEP] if len(scores) > KEEP else scores.min()
    found = np.flatnonzero(scores >= least)
    return found[np.argsort(-scores[found], kind="stable")][:KEEP]


def _signals(
    share: float, score: float, margin: float, covered: Coverage, ratio: float, meaning: float, opposed: bool
) -> tuple[Signal, ...]:
    """What speaks for and against the first candidate, as `confidence.py` weighs it and `--explain` shows it."""
    return (
        Signal("share", share, "of the match among all entries"),
        Signal("score", score),
        Signal("margin", margin, "lead over the second"),
        Signal("coverage", covered.share, "of the question's words known to the entry"),
        Signal(
            "kin", covered.kin, "of the question's words known to the entry, or near in meaning to one of its words"
        ),
        Signal("gap", covered.gap, "the most telling word left open in meaning"),
        Signal("uncovered", covered.worst, ", ".join(covered.uncovered)),
        Signal("unknown", covered.unknown_share, ", ".join(covered.unknown)),
        Signal("ratio", ratio, "fuzzy likeness to its nearest phrasing"),
        Signal("meaning", meaning, "likeness in meaning to its nearest phrasing"),
        Signal("weight", covered.weight, "of the content words, in telling words"),
        Signal("opposed", float(opposed), "negated on one side only"),
        Signal("length", min(covered.words, 12) / 12, "content words"),
    )
