"""What a question's words score for each target.

The letter groups of a word always come together, so the sum of their rows is made once for each word and remembered, and
so is a stem's row: a question is then one short product. Only its pairs of stems, and words that nobody has written before,
are added up each time.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

import numpy as np

from bot.matching.features import Features
from bot.matching.index import Index
from bot.matching.vectors import Floats
from bot.matching.words import Reading

LETTERS, STEMS = 8 << 20, 4 << 20  # bytes of rows that are remembered, of words and of stems ...
FEWEST = 256  # ... or so many of each: more than nearly every question has
ONE = np.ones(1, np.float32)


class Scorer:
    """Adds up the rows of one index. Safe between tasks: what is remembered never changes."""

    def __init__(self, index: Index) -> None:
        self._features = Features(index.vocabulary, index.idf)
        self._rows = index.rows
        self._known = index.known
        row = 4 * max(1, len(index.targets))
        self._letters = lru_cache(maxsize=max(FEWEST, LETTERS // row))(self._letters_of)
        self._stem = lru_cache(maxsize=max(FEWEST, STEMS // row))(self._stem_of)

    def _letters_of(self, word: str) -> Floats:
        numbers, weights, _ = self._features.letters_of(word)
        return self._rows.sum(numbers, weights)

    def _stem_of(self, number: int) -> Floats:
        return self._rows.sum(np.array([number]), ONE)

    def scores(self, words: Sequence[str], reading: Reading, scaffold: frozenset[str]) -> Floats | None:
        """One number for each target; None if no feature is known. `words` are the reading's, repaired."""
        numbers, weights, stems = self._features.stems(words, reading, scaffold)
        shares = weights[:stems].tolist()
        rows = [self._stem(number) for number in numbers[:stems].tolist()]
        loose, counts = [numbers[stems:]], [weights[stems:]]
        for word, (groups, values, _), share in self._features.letters(words, reading, scaffold):
            if word in self._known:
                rows.append(self._letters(word))
                shares.append(share)
            else:
                loose.append(groups)
                counts.append(values * np.float32(share))
        if sum(map(len, loose)):
            rows.append(self._rows.sum(np.concatenate(loose), np.concatenate(counts)))
            shares.append(1.0)
        return np.array(shares, np.float32) @ np.array(rows) if rows else None
