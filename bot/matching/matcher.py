"""Ranking: a question in, candidates with signals and a calibrated confidence out.

Pure over an immutable index, so one matcher is shared by every task. In order:

1. read the words (misspellings, Welsh, acronyms, concepts, places), and repair unknown ones (`repair.py`);
2. add up the rows of the features and of the meaning: one score for each target;
3. lower targets that say nothing for the nation named; raise those near the last entry in a follow-up;
4. look again at the first few: what each leaves uncovered (`signals.py`), and how near its phrasings come (`look.py`);
5. turn all of it into a probability that the first is right (`confidence.py`).
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from bot.matching.confidence import SHIPPED, Weights, estimate
from bot.matching.features import MEANING
from bot.matching.index import Index
from bot.matching.look import LOOK, REACH, Asked, Looked, Looker, shares_of, spread_of
from bot.matching.repair import Repairer
from bot.matching.scorer import Scorer
from bot.matching.signals import Gauge
from bot.matching.texts import key
from bot.matching.vectors import Floats, Vectors, shipped
from bot.matching.why import Why, carried_by
from bot.matching.words import Reading, Words
from bot.model import Candidate, Nation

KEEP = 6  # candidates kept with a ranking: the winner, and the losers that explain it
NATION_PENALTY = 0.6  # in score, for a target that says nothing for the nation named
NEAR_BONUS = 0.5  # in score, for a target near the last entry, in a follow-up
EXACT_LEAD = 0.5  # in score, over all others, for the target whose phrasing was asked word for word
EXACT_CONFIDENCE = 0.97
ALONE = 1.0  # in score, added to the lead where there is no second candidate to lead over
OPPOSED_TRUST = 0.7  # what confidence is left when one of question and nearest phrasing is negated and the other is not


@dataclass(frozen=True)
class Ranking:
    """Candidates, best first, with what was seen on the way."""

    candidates: tuple[Candidate, ...]
    confidence: float  # calibrated probability that the first candidate is right, 0..1
    margin: float  # the first candidate's lead over the second, in score, after the second look
    reading: Reading
    repaired: tuple[tuple[str, str], ...] = ()
    uncovered: tuple[str, ...] = ()  # content words of the question that the first candidate does not know
    unknown: tuple[str, ...] = ()  # content words that no target knows
    field_share: float = 0.0  # share of the content words' weight that some phrasing knows
    exact: bool = False  # the question is one of the phrasings
    looked: tuple[Looked, ...] = field(default=(), compare=False, repr=False)  # those looked at twice, best first
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
        self,
        index: Index,
        words: Words,
        *,
        weights: Weights = SHIPPED,
        look: Weights = LOOK,
        vectors: Vectors | None = None,
    ) -> None:
        self.index = index
        self.words = words
        self._vectors = vectors or shipped()
        self._weights = weights
        self._look = look
        self._repairer = Repairer(index.known, self._vectors.common, index.own_forms, index.common_forms)
        self._scorer = Scorer(index)
        self._gauge = Gauge(index, words, self._vectors)
        self._looker = Looker(index, self._gauge)
        self._number = {target.id: number for number, target in enumerate(index.targets)}
        self._says = {
            nation: np.array([nation in target.nations for target in index.targets], bool) for nation in Nation
        }

    def with_weights(self, weights: Weights) -> Matcher:
        """The same matcher with another confidence."""
        return Matcher(self.index, self.words, weights=weights, look=self._look, vectors=self._vectors)

    def rank(self, text: str, near: Collection[str] = (), nation: Nation | None = None) -> Ranking:
        """Rank every target for a text. `near` are ids to prefer; `nation` is used if the text names none."""
        index = self.index
        reading = self.words.read(text)
        heard = self._hear(reading)
        if heard is None:
            return Ranking((), 0.0, 0.0, reading)
        scores = heard.scores
        own = index.exact.get(key(reading.words))
        self._lean(scores, near, reading.nations or ((nation,) if nation else ()), own)
        order = _first(scores)
        asked = Asked(reading, heard.repaired, heard.direction, self._gauge)
        close = max(2, int((scores[order] >= scores[order[0]] - REACH).sum()))
        looked = [self._looker.look(asked, n, float(scores[n])) for n in map(int, order[:close])]
        final = np.array([one.score + one.bonus(self._look) for one in looked])
        if own is not None:
            final[0] = final.max() + EXACT_LEAD
        again = np.argsort(-final, kind="stable")
        final, looked = final[again], [looked[at] for at in map(int, again)]
        shares = shares_of(final, looked, scores)
        margin = float(final[0] - final[1]) if len(final) > 1 else float(final[0]) + ALONE
        top = looked[0]
        signals = top.signals(float(shares[top.target]), margin, spread_of(shares[order]))
        confidence = estimate({signal.name: signal.value for signal in signals}, self._weights)
        if top.opposed:
            confidence *= OPPOSED_TRUST
        if own is not None:
            confidence = max(confidence, EXACT_CONFIDENCE)
        places = [(one.target, one.nearest) for one in looked]
        places += [(n, self._looker.nearest(asked, n)[0]) for n in map(int, order[close:])]
        candidates = [
            Candidate(index.targets[n].id, float(shares[n]), index.targets[n].phrasings[at], () if place else signals)
            for place, (n, at) in enumerate(places)
        ]
        return Ranking(
            tuple(candidates), confidence, margin, reading, tuple(heard.repaired.items()), top.covered.uncovered,
            top.covered.unknown, top.covered.field, own is not None, tuple(looked), lambda: self._why(reading, looked),
        )  # fmt: skip

    def _hear(self, reading: Reading) -> Heard | None:
        """Scores from the words alone; None if nothing of them is known."""
        index = self.index
        if not index.targets or not reading.words:
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

    def _why(self, reading: Reading, looked: Sequence[Looked]) -> Why:
        if len(looked) < 2:
            return Why()
        first, second = looked[0].target, looked[1].target

        def lead(text: Reading) -> float:
            heard = self._hear(text)
            return float(heard.scores[first] - heard.scores[second]) if heard else 0.0

        return Why(carried_by(reading, lead), self.index.targets[second].id, looked[1].covered.uncovered)

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


def _first(scores: Floats) -> NDArray[np.int64]:
    """The numbers of the `KEEP` best scores, best first, the earlier one of equals; without sorting all the others."""
    least = np.partition(scores, -KEEP)[-KEEP] if len(scores) > KEEP else scores.min()
    found = np.flatnonzero(scores >= least)
    return found[np.argsort(-scores[found], kind="stable")][:KEEP]
