"""What of a question its first candidate knows: the share it covers, the most telling word it does not.

A word the candidate lacks may still mean nearly what one of its words means ("sack" and "dismiss"): what is left open is
measured by meaning too (`kin`, `gap`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from bot.matching.index import Index
from bot.matching.text import stem
from bot.matching.vectors import Vectors
from bot.matching.words import NEGATIONS, Reading, Words

BY_LEVEL = (0.0, 0.6, 1.0)  # of a word: that the target lacks; that only its answer has; that a phrasing has
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


class Gauge:
    """Measures coverage over one index."""

    def __init__(self, index: Index, words: Words, vectors: Vectors) -> None:
        self._index = index
        self._vectors = vectors
        self._own = [np.flatnonzero(index.cover[:, target] == 2) for target in range(len(index.targets))]
        self._aside = words.scaffold | NEGATIONS
        self._short_forms = words.short_forms
        self._heaviest = float(index.stem_weight.max()) if len(index.stem_weight) else 1.0
        self._asked = (index.cover == 2).any(axis=1)

    def coverage(self, reading: Reading, repaired: Mapping[str, str], target: int) -> Coverage:
        """How the target covers a reading's words that carry content."""
        index = self._index
        places = reading.place_words - self._short_forms
        content = [word for word in dict.fromkeys(reading.words) if self._tells(word) and word not in places]
        by_concept = self._by_concept(reading, target)
        total = covered = kin = gap = field = worst = 0.0
        uncovered: list[str] = []
        unknown: list[str] = []
        for word in content:
            row = index.stems.get(stem(word))
            trust = 1.0
            if row is None and word in repaired:
                row, trust = index.stems.get(stem(repaired[word])), REPAIRED
            weight = self._heaviest if row is None else float(index.stem_weight[row])
            total += weight
            level = 0
            if row is None:
                unknown.append(word)
            else:
                level = int(index.cover[row, target])
                field += weight if self._asked[row] else 0.0
            if level == 0 and word in by_concept:
                level = 2
            covered += weight * trust * BY_LEVEL[level]
            if level == 2:
                kin += weight * trust
                continue
            alike = self._kinship(word, row, target)
            kin += weight * trust * max(alike, BY_LEVEL[level])
            if level == 0:
                uncovered.append(word)
                worst = max(worst, weight / self._heaviest)
                gap = max(gap, weight / self._heaviest * (1 - alike))
        if not total:
            return Coverage()
        return Coverage(
            share=covered / total,
            kin=kin / total,
            gap=gap,
            worst=worst,
            field=field / total,
            weight=total / self._heaviest,
            words=len(content),
            uncovered=tuple(uncovered),
            unknown=tuple(unknown),
        )

    def _tells(self, word: str) -> bool:
        """Whether a word carries content: a letter alone, as of markup, does not; a number does."""
        return word not in self._aside and (len(word) > 1 or word.isdigit())

    def _kinship(self, word: str, row: int | None, target: int) -> float:
        """How near in meaning the nearest word of the target's phrasings is, 0..1."""
        own = self._own[target]
        if not len(own):
            return 0.0
        words = self._index.stem_meaning
        meant = words[row].astype(np.float32) if row is not None else self._vectors.direction([word])
        return max(0.0, float((words[own].astype(np.float32) @ meant).max()))

    def _by_concept(self, reading: Reading, target: int) -> set[str]:
        """Words of the question whose concept group the target's phrasings also use."""
        found: set[str] = set()
        for start, end, concept in reading.concepts:
            feature = self._index.vocabulary.get(f"w:{concept}")
            if feature is not None and self._index.rows[feature, target] > 0:
                found.update(reading.words[start:end])
        return found
