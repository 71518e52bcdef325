"""From words to weighted features: stems, neighbouring pairs and letter groups, each block brought to its own length.

Letter groups of two to four inside a word carry most of the robustness to typing slips (4 to 5 points on public sets);
pairs add 0.4. Concepts and acronyms stand among the stems. What the words mean is a block of its own (`vectors.py`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
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
GROUP_SIZES = (2, 3, 4)


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


class Features:
    """Turns readings into (feature numbers, weights) by one vocabulary. What known words become is remembered."""

    def __init__(self, vocabulary: Mapping[str, int], idf: Floats, known: Mapping[str, int]) -> None:
        self._vocabulary = vocabulary
        self._idf = idf
        self._known = known
        self._letters: dict[str, tuple[Ints, Floats, float]] = {}  # of known words only, so it can't grow for ever

    def _letters_of(self, word: str) -> tuple[Ints, Floats, float]:
        """The numbers and weights of a word's letter groups, and the square of their length."""
        found = self._letters.get(word)
        if found is None:
            numbers = [self._vocabulary[name] for name in letter_groups(word) if name in self._vocabulary]
            weights = self._idf[numbers]
            found = np.array(numbers, np.int64), weights, float(weights @ weights)
            if word in self._known:
                self._letters[word] = found
        return found

    def vector(self, reading: Reading, scaffold: frozenset[str], repaired: Mapping[str, str]) -> tuple[Ints, Floats]:
        """The known features of a reading. `repaired` maps unknown words to known ones."""
        words = [repaired.get(word, word) for word in reading.words]
        numbers: list[Ints] = []
        weights: list[Floats] = []

        def add(found: list[tuple[int, float]], length: float) -> None:
            if found:
                block = np.array([number for number, _ in found], np.int64)
                values = self._idf[block] * np.array([share for _, share in found], np.float32)
                numbers.append(block)
                weights.append(values * np.float32(length / float(np.sqrt(values @ values))))

        vocabulary = self._vocabulary
        stems = stem_names(words, reading, scaffold)
        add([(vocabulary[name], share) for name, share in stems.items() if name in vocabulary], STEMS)
        add([(vocabulary[name], 1.0) for name in pair_names(words, reading) if name in vocabulary], PAIRS)

        forms = [Forms(typed, word) for typed, word in dict.fromkeys(zip(reading.words, words, strict=True))]
        forms += [Forms(word, word) for word in reading.extra]
        square = 0.0
        letters: list[tuple[Floats, float]] = []
        for form in forms:
            base = SCAFFOLD_WEIGHT if form.word in scaffold else 1.0
            for word, part in form:
                block, values, own = self._letters_of(word)
                numbers.append(block)
                letters.append((values, base * part))
                square += own * (base * part) ** 2
        scale = LETTERS / square**0.5 if square else 0.0
        weights += [values * np.float32(share * scale) for values, share in letters]
        if not numbers:
            return np.zeros(0, np.int64), np.zeros(0, np.float32)
        return np.concatenate(numbers), np.concatenate(weights).astype(np.float32, copy=False)
