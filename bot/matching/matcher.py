"""Ranking: a question in, candidates with signals and a calibrated confidence out.

Pure over an immutable index, so one matcher is shared by every task. In order:

1. read the words (misspellings, Welsh, acronyms, concepts, places), and repair unknown ones by their nearest known word;
2. add up the rows of the features: one score for each target (`rapidfuzz` only breaks ties and explains);
3. lower targets that say nothing for the nation named; raise those near the last entry in a follow-up;
4. measure what the best one leaves uncovered, and turn all of it into a probability (`confidence.py`).
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

import numpy as np
from rapidfuzz import fuzz

from bot.matching.confidence import estimate
from bot.matching.features import blocks, vector
from bot.matching.index import Index, key
from bot.matching.repair import Repairer
from bot.matching.text import stem
from bot.matching.words import NEGATIONS, Reading, Words
from bot.model import Candidate, Nation, Signal

KEEP = 6  # candidates kept with a ranking: the winner, and the losers that explain it
SHARPNESS = 4.0  # of the softmax over scores; fitted on the validation sets
NATION_PENALTY = 0.6  # in score, for a target that says nothing for the nation named
OPPOSED_TRUST = 0.7  # what confidence is left when one of question and nearest phrasing is negated and the other is not
NEAR_BONUS = 0.5  # in score, for a target near the last entry, in a follow-up


_OPENS_A_QUESTION = frozenset(
    ("do", "does", "did", "is", "are", "was", "can", "could", "may", "must", "should", "will")
)
_OPENS_A_QUESTION |= {"would", "have", "has", "dont", "doesnt", "isnt", "arent", "cant"}


def _denies(words: tuple[str, ...]) -> bool:
    start = 3 if words and words[0] in _OPENS_A_QUESTION else 0
    return not NEGATIONS.isdisjoint(words[start:])


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

    @property
    def best(self) -> Candidate | None:
        """The first candidate."""
        return self.candidates[0] if self.candidates else None

    def signal(self, name: str) -> float:
        """A signal of the first candidate by name; 0 if absent."""
        return next((s.value for s in self.candidates[0].signals if s.name == name), 0.0) if self.candidates else 0.0


class Matcher:
    """Ranks the targets of one index."""

    def __init__(self, index: Index, words: Words) -> None:
        self.index = index
        self.words = words
        self._repairer = Repairer(index.known)
        self._number = {target.id: number for number, target in enumerate(index.targets)}

    def rank(self, text: str, near: Collection[str] = (), nation: Nation | None = None) -> Ranking:
        """Rank every target for a text. `near` are ids to prefer; `nation` is used if the text names none."""
        index = self.index
        reading = self.words.read(text)
        repaired = {word: fixed for word in reading.words if (fixed := self._repairer.repair(word))}
        indices, weights = vector(blocks(reading, self.words.scaffold, repaired), index.vocabulary, index.idf)
        if not len(indices) or not index.targets:
            return Ranking((), 0.0, 0.0, reading)
        scores = weights @ index.rows[indices]
        wanted = reading.nations or ((nation,) if nation else ())
        if wanted:
            silent = [n for n, target in enumerate(index.targets) if not target.nations & set(wanted)]
            scores[silent] -= NATION_PENALTY
        for entry in near:
            if entry in self._number:
                scores[self._number[entry]] += NEAR_BONUS
        own = index.exact.get(key(reading.words))
        if own is not None:
            scores[own] = max(float(scores[own]), float(scores.max()) + 0.5)
        order = np.argsort(-scores, kind="stable")[:KEEP]
        odds = np.exp(SHARPNESS * (scores - scores.max()))
        shares = odds / odds.sum()
        first, second = float(scores[order[0]]), float(scores[order[1]]) if len(order) > 1 else -1.0

        aside = self.words.scaffold | NEGATIONS | (reading.place_words - self.words.short_forms)
        content = [word for word in dict.fromkeys(reading.words) if word not in aside]
        top = int(order[0])
        coverage, worst, uncovered, unknown, field, weight = self._coverage(content, repaired, reading, top)
        mended_key = key([repaired.get(word, word) for word in reading.words])
        phrasing, ratio = self._nearest(mended_key, top)
        signals = (
            Signal("share", float(shares[top]), "of the match among all entries"),
            Signal("score", first),
            Signal("margin", first - second, "lead over the second"),
            Signal("coverage", coverage, "of the question's words known to the entry"),
            Signal("uncovered", worst, ", ".join(uncovered)),
            Signal("unknown", len(unknown) / max(1, len(content)), ", ".join(unknown)),
            Signal("ratio", ratio, "fuzzy likeness to its nearest phrasing"),
            Signal("weight", weight, "of the content words, in telling words"),
            Signal("opposed", float(self._opposed(reading, phrasing)), "negated on one side only"),
            Signal("length", float(min(len(content), 12)) / 12, "content words"),
        )
        candidates = [Candidate(index.targets[top].id, float(shares[top]), phrasing, signals)]
        candidates += [
            Candidate(index.targets[n].id, float(shares[n]), self._nearest(mended_key, int(n))[0]) for n in order[1:]
        ]
        confidence = estimate({signal.name: signal.value for signal in signals})
        if self._opposed(reading, phrasing):
            confidence *= OPPOSED_TRUST
        if own is not None:
            confidence = max(confidence, 0.97)
        return Ranking(
            tuple(candidates), confidence, first - second, reading, tuple(repaired.items()), tuple(uncovered),
            tuple(unknown), field, own is not None,
        )  # fmt: skip

    def _coverage(
        self, content: list[str], repaired: dict[str, str], reading: Reading, target: int
    ) -> tuple[float, float, list[str], list[str], float, float]:
        """Share of weight covered, the worst uncovered weight, uncovered and unknown words, field share, whole weight."""
        index = self.index
        heaviest = float(index.stem_weight.max()) if len(index.stem_weight) else 1.0
        by_concept = self._concept_cover(reading, target)
        total = covered = field = worst = 0.0
        uncovered: list[str] = []
        unknown: list[str] = []
        for word in content:
            row = index.stems.get(stem(word))
            trust = 1.0
            if row is None and word in repaired:
                row, trust = index.stems.get(stem(repaired[word])), 0.7
            weight = heaviest if row is None else float(index.stem_weight[row])
            total += weight
            if row is None:
                unknown.append(word)
            elif (index.cover[row] == 2).any():
                field += weight
            level = 0 if row is None else int(index.cover[row, target])
            if level == 0 and word in by_concept:
                level = 2
            covered += weight * trust * (0.0, 0.6, 1.0)[level]
            if level == 0:
                uncovered.append(word)
                worst = max(worst, weight / heaviest)
        if not total:
            return 0.0, 0.0, [], [], 0.0, 0.0
        return covered / total, worst, uncovered, unknown, field / total, total / heaviest

    def _concept_cover(self, reading: Reading, target: int) -> set[str]:
        """Words of the question whose concept group the target's phrasings also use."""
        found: set[str] = set()
        for start, end, concept in reading.concepts:
            feature = self.index.vocabulary.get(f"w:{concept}")
            if feature is not None and self.index.rows[feature, target] > 0:
                found.update(reading.words[start:end])
        return found

    def _opposed(self, reading: Reading, phrasing: str) -> bool:
        """Whether question and phrasing differ by a negation: `I don't want to leave` is not `I want to leave`.

        `do we not have to ...` and `can't we ...` only ask, so a negation among the first three words of a question that
        opens with a verb does not count.
        """
        other = self.words.read(phrasing)
        return _denies(reading.words) != _denies(other.words)

    def _nearest(self, question: str, target: int) -> tuple[str, float]:
        """The target's most alike phrasing as written, and how alike (0..1)."""
        best, at = 0.0, 0
        for number, text in enumerate(self.index.keys[target]):
            ratio = fuzz.token_sort_ratio(question, text, score_cutoff=best)
            if ratio > best:
                best, at = ratio, number
        return self.index.targets[target].phrasings[at], best / 100
