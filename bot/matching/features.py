"""From words to weighted features: stems, neighbouring pairs and letter groups, each block brought to its own length.

On our own questions letter groups of three and four are worth 1 to 2 points and pairs half a point; on public sets neither
is worth more than the noise of a training, since spelling repair (`repair.py`) takes care of typing slips first
(`docs/benchmarks.md`). Concepts and acronyms stand among the stems. What the words mean is a block of its own (`vectors.py`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from bot.matching.text import stem
from bot.matching.vectors import Floats
from bot.matching.words import Reading

Ints = NDArray[np.int64]

# How long each block is: chosen on the validation sets, together with the table of word vectors.
STEMS, PAIRS, LETTERS, MEANING = 0.8, 0.6, 1.0, 1.4
SCAFFOLD_WEIGHT = 0.6  # of a word that only carries a question, against a telling word's 1
GROUP_SIZES = (3, 4)  # with pairs of letters no set gained more than 0.2 points, for half as many groups again
WORDS = 4096  # words whose letter groups are remembered: 2 MB


def letter_groups(word: str) -> list[str]:
    """The groups of letters inside a word, with its edges marked, each once."""
    edged = f"<{word}>"
    return list({f"c:{edged[at : at + size]}": None for size in GROUP_SIZES for at in range(len(edged) - size + 1)})


def stem_names(words: Sequence[str], reading: Reading, scaffold: frozenset[str]) -> dict[str, float]:
    """Stems, what acronyms add and concepts, with how much each counts. `words` are the reading's, repaired."""
    found = {f"w:{stem(word)}": SCAFFOLD_WEIGHT if word in scaffold else 1.0 for word in words}
    found.update((f"w:{stem(word)}", 1.0) for word in reading.extra)
    found.update((f"w:{concept}", 1.0) for _, _, concept in reading.concepts)
    return found


def pair_names(words: Sequence[str], reading: Reading) -> list[str]:
    """Neighbouring stems with the edges; a concept stands as one word."""
    joined = [stem(word) for word in words]
    for start, end, concept in reversed(reading.concepts):
        joined[start:end] = [concept]
    return list({f"p:{a}_{b}": None for a, b in pairwise(["^", *joined, "$"])})


@dataclass(frozen=True)
class Forms:
    """A word as it was typed and as it was repaired; both count by half where they differ."""

    typed: str
    word: str

    def __iter__(self) -> Iterator[tuple[str, float]]:
        return iter(((self.word, 1.0),) if self.word == self.typed else ((self.word, 0.5), (self.typed, 0.5)))


Letters = tuple[Ints, Floats, float]  # the numbers and weights of a word's letter groups, the square of their length


class Features:
    """Turns readings into (feature numbers, weights) by one vocabulary. What a word becomes is remembered."""

    def __init__(self, vocabulary: Mapping[str, int], idf: Floats) -> None:
        self._vocabulary = vocabulary
        self._idf = idf
        self.letters_of = lru_cache(maxsize=WORDS)(self._letters_of)

    def _letters_of(self, word: str) -> Letters:
        """A word's known letter groups."""
        at = [number for name in letter_groups(word) if (number := self._vocabulary.get(name)) is not None]
        numbers = np.array(at, np.int64)
        weights = self._idf[numbers]
        return numbers, weights, float(weights @ weights)

    def stems(self, words: Sequence[str], reading: Reading, scaffold: frozenset[str]) -> tuple[Ints, Floats, int]:
        """Stems, then pairs, and how many of them are stems. `words` are the reading's, repaired."""
        get = self._vocabulary.get
        stems = [
            (number, share)
            for name, share in stem_names(words, reading, scaffold).items()
            if (number := get(name)) is not None
        ]
        pairs = [number for name in pair_names(words, reading) if (number := get(name)) is not None]
        numbers = np.array([*(number for number, _ in stems), *pairs], np.int64)
        weights = self._idf[numbers]
        first = weights[: len(stems)]
        if stems:
            first *= np.array([share for _, share in stems], np.float32)
            first *= np.float32(STEMS / float(first @ first) ** 0.5)
        if pairs:
            second = weights[len(stems) :]
            second *= np.float32(PAIRS / float(second @ second) ** 0.5)
        return numbers, weights, len(stems)

    def letters(
        self, words: Sequence[str], reading: Reading, scaffold: frozenset[str]
    ) -> list[tuple[str, Letters, float]]:
        """Each word or typed form with its letter groups, and how much they count in this text."""
        forms = [Forms(typed, word) for typed, word in dict.fromkeys(zip(reading.words, words, strict=True))]
        forms += [Forms(word, word) for word in reading.extra]
        found = [
            (word, self.letters_of(word), (SCAFFOLD_WEIGHT if form.word in scaffold else 1.0) * part)
            for form in forms
            for word, part in form
        ]
        square = sum(letters[2] * share * share for _, letters, share in found)
        scale = LETTERS / square**0.5 if square else 0.0
        return [(word, letters, share * scale) for word, letters, share in found]

    def vector(self, reading: Reading, scaffold: frozenset[str]) -> tuple[Ints, Floats]:
        """All features of a text to learn from."""
        numbers, weights, _ = self.stems(reading.words, reading, scaffold)
        letters = self.letters(reading.words, reading, scaffold)
        return (
            np.concatenate([numbers, *(own[0] for _, own, _ in letters)]),
            np.concatenate([weights, *(own[1] * np.float32(share) for _, own, share in letters)]),
        )
