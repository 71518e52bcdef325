"""What of a question its first candidate knows: the share it covers, the most telling word it does not."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from bot.matching.index import Index
from bot.matching.text import stem
from bot.matching.words import NEGATIONS, Reading, Words

BY_LEVEL = (0.0, 0.6, 1.0)  # of a word: that the target lacks; that only its answer has; that a phrasing has
REPAIRED = 0.7  # trust in a word that was repaired


@dataclass(frozen=True)
class Coverage:
    """How a target covers the content words, each weighing as much as it tells (words in few texts tell most)."""

    share: float = 0.0  # of the weight, covered
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

    def __init__(self, index: Index, words: Words) -> None:
        self._index = index
        self._aside = words.scaffold | NEGATIONS
        self._short_forms = words.short_forms
        self._heaviest = float(index.stem_weight.max()) if len(index.stem_weight) else 1.0
        self._asked = (index.cover == 2).any(axis=1)

    def coverage(self, reading: Reading, repaired: Mapping[str, str], target: int) -> Coverage:
        """How the target covers a reading's words that carry content."""
        index = self._index
        places = reading.place_words - self._short_forms
        content = [word for word in dict.fromkeys(reading.words) if word not in self._aside and word not in places]
        by_concept = self._by_concept(reading, target)
        total = covered = field = worst = 0.0
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
            if level == 0:
                uncovered.append(word)
                worst = max(worst, weight / self._heaviest)
        if not total:
            return Coverage()
        return Coverage(
            covered / total,
            worst,
            field / total,
            total / self._heaviest,
            len(content),
            tuple(uncovered),
            tuple(unknown),
        )

    def _by_concept(self, reading: Reading, target: int) -> set[str]:
        """Words of the question whose concept group the target's phrasings also use."""
        found: set[str] = set()
        for start, end, concept in reading.concepts:
            feature = self._index.vocabulary.get(f"w:{concept}")
            if feature is not None and self._index.rows[feature, target] > 0:
                found.update(reading.words[start:end])
        return found
