"""What of a question its first candidate knows: the share it covers, the most telling word it does not.

A word the candidate lacks may still mean nearly what one of its words means ("sack" and "dismiss"): what is left open is
measured by meaning too (`kin`, `gap`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from bot.matching.index import Index
from bot.matching.text import stem
from bot.matching.vectors import Floats, Vectors
from bot.matching.words import NEGATIONS, Reading, Words

REPAIRED = 0.7  # trust in a word that was repaired


@dataclass(frozen=True)
class Coverage:
    """How a target covers the content words, each weighing as much as it tells (words in few texts tell most)."""

    share: float = 0.0  # of the weight, covered
    kin: float = 0.0  # of the weight, covered by the word itself or as far as one of the target's words means the same
    gap: float = 0.0  # the most telling word left open, as far as no word of the target means the same
    worst: float = 0.0  # the most telling word it does not know, against the most telling of all
    field: float = 0.0  # share of the weight that some phrasing of any target knows
    weight: float = 0.0  # of all content words, in most telling ones
    words: int = 0
    uncovered: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()  # words that no target knows

    @property
    def unknown_share(self) -> float:
        """Share of the content words that no target knows."""
        return len(self.unknown) / max(1, self.words)


@dataclass(frozen=True)
class Told:
    """A word that carries content: its stem's row (None if no text has it), how much it tells, how sure it was meant."""

    word: str
    row: int | None
    weight: float
    trust: float


@dataclass(frozen=True)
class Content:
    """What of a reading carries content, with the direction of each word."""

    reading: Reading
    told: tuple[Told, ...]
    meant: Floats  # [word, direction]


class Gauge:
    """Measures coverage over one index."""

    def __init__(self, index: Index, words: Words, vectors: Vectors) -> None:
        self._index = index
        self._vectors = vectors
        self._own = [np.flatnonzero(index.cover[:, target]) for target in range(len(index.targets))]
        self._aside = words.scaffold | NEGATIONS
        self._short_forms = words.short_forms
        self._heaviest = float(index.stem_weight.max()) if len(index.stem_weight) else 1.0

    def content(self, reading: Reading, repaired: Mapping[str, str]) -> Content:
        """A reading's words that carry content, looked up once for all candidates."""
        index = self._index
        places = reading.place_words - self._short_forms
        found = [word for word in dict.fromkeys(reading.words) if self._tells(word) and word not in places]
        told = []
        for word in found:
            row, trust = index.stems.get(stem(word)), 1.0
            if row is None and word in repaired:
                row, trust = index.stems.get(stem(repaired[word])), REPAIRED
            weight = self._heaviest if row is None else float(index.stem_weight[row])
            told.append(Told(word, row, weight, trust))
        meant = [
            index.stem_meaning[one.row].astype(np.float32)
            if one.row is not None
            else self._vectors.direction([one.word])
            for one in told
        ]
        return Content(reading, tuple(told), np.array(meant, np.float32).reshape(len(told), self._vectors.size))

    def coverage(self, content: Content, target: int) -> Coverage:
        """How the target covers the words that carry content."""
        told = content.told
        total = sum(one.weight for one in told)
        if not total:
            return Coverage()
        by_concept = self._by_concept(content.reading, target)
        cover = self._index.cover
        has = [one.word in by_concept or (one.row is not None and bool(cover[one.row, target])) for one in told]
        alike = self._kinship(content, [at for at, known in enumerate(has) if not known], target)
        covered = kin = gap = worst = 0.0
        for at, (one, known) in enumerate(zip(told, has, strict=True)):
            if known:
                covered += one.weight * one.trust
                kin += one.weight * one.trust
            else:
                kin += one.weight * one.trust * alike[at]
                worst = max(worst, one.weight / self._heaviest)
                gap = max(gap, one.weight / self._heaviest * (1 - alike[at]))
        return Coverage(
            share=covered / total,
            kin=kin / total,
            gap=gap,
            worst=worst,
            field=sum(one.weight for one in told if one.row is not None) / total,
            weight=total / self._heaviest,
            words=len(told),
            uncovered=tuple(one.word for one, known in zip(told, has, strict=True) if not known),
            unknown=tuple(one.word for one in told if one.row is None),
        )

    def _tells(self, word: str) -> bool:
        """Whether a word carries content: a letter alone, as of markup, does not; a number does."""
        return word not in self._aside and (len(word) > 1 or word.isdigit())

    def _kinship(self, content: Content, at: Sequence[int], target: int) -> dict[int, float]:
        """How near in meaning the nearest word of the target's phrasings is to each of these words, 0..1."""
        own = self._own[target]
        if not at or not len(own):
            return dict.fromkeys(at, 0.0)
        nearest = (content.meant[at] @ self._index.stem_meaning[own].astype(np.float32).T).max(axis=1)
        return {place: max(0.0, float(value)) for place, value in zip(at, nearest, strict=True)}

    def _by_concept(self, reading: Reading, target: int) -> set[str]:
        """Words of the question whose concept group the target's phrasings also use."""
        found: set[str] = set()
        for start, end, concept in reading.concepts:
            feature = self._index.vocabulary.get(f"w:{concept}")
            if feature is not None and self._index.rows[feature, target] > 0:
                found.update(reading.words[start:end])
        return found
