"""Spelling repair: the word that was probably meant, by how slips happen and how common words are.

Candidates come from a deletion index (SymSpell, Garbe 2012: two words a slip apart share a form with letters left out), so
the cost does not grow with the number of words. They are the knowledge's own words, up to two slips away in words of five
letters and more, and the words of the vector table, one slip away: a plain English word is not bent into one of ours.
On public sets with two slips a question this keeps 3 points more than looking only among the known words.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import lru_cache
from math import log
from zlib import crc32

import numpy as np
from numpy.typing import NDArray
from rapidfuzz import process
from rapidfuzz.distance import OSA

LONG = 5  # letters from which two slips are thought of
SLIP = 4.0  # cost of a slip (optimal string alignment: a swap of neighbours is one)
FOREIGN = 2.0  # cost of a word that is not one of the knowledge's own
RARE = 0.5  # weight of the logarithm of how common a word is
FAR_KEY = 1.0  # cost of a wrong letter that is no neighbour on the keyboard
OTHER_SLIP = 0.3  # cost of a letter too many or too few
FIRST_LETTER = 1.5  # cost of a wrong first letter, unless it was swapped with the second
REMEMBERED = 2048  # unknown words whose repair is remembered: people make the same slips
COMMON = 2000.0  # rank in the vector table at which a foreign word is as cheap as can be

Index = tuple[NDArray[np.uint32], NDArray[np.int32]]  # sorted hashes of forms, and the number of the word of each
_ROWS = ("qwertyuiop", "asdfghjkl", "zxcvbnm")
_KEY = {letter: (row, at + row / 2) for row, letters in enumerate(_ROWS) for at, letter in enumerate(letters)}


def _neighbours(a: str, b: str) -> bool:
    if a not in _KEY or b not in _KEY:
        return False
    (row, at), (other_row, other_at) = _KEY[a], _KEY[b]
    return abs(row - other_row) <= 1 and abs(at - other_at) <= 1.1


def forms(word: str, left_out: int) -> set[str]:
    """The word, and what is left of it without one or two letters."""
    found = {word}
    fringe = found
    for _ in range(left_out):
        fringe = {form[:at] + form[at + 1 :] for form in fringe for at in range(len(form))}
        found = found | fringe
    return found


def _may_be_repaired(word: str) -> bool:
    return len(word) > 1 and word.isascii() and word.isalpha()


def deletion_index(words: Iterable[str], most: int) -> Index:
    """Index of the words by their forms, `most` letters left out of long ones and one of the others."""
    codes: list[int] = []
    counts: list[int] = []
    for word in words:
        found = forms(word, most if len(word) >= LONG else 1) if _may_be_repaired(word) else ()
        codes += [crc32(form.encode()) for form in found]
        counts.append(len(found))
    numbers = np.repeat(np.arange(len(counts), dtype=np.int32), counts)
    hashes = np.array(codes, np.uint32)
    order = np.lexsort((numbers, hashes))
    return hashes[order], numbers[order]


def _lookup(index: Index, codes: NDArray[np.uint32]) -> list[int]:
    """The numbers of the words that have one of the forms."""
    hashes, numbers = index
    starts = hashes.searchsorted(codes)
    found: set[int] = set()
    for code, start in zip(codes.tolist(), starts.tolist(), strict=True):
        at = start
        while at < len(hashes) and hashes[at] == code:
            found.add(int(numbers[at]))
            at += 1
    return sorted(found)


class Repairer:
    """Finds the word an unknown one was probably meant to be. Safe between tasks: what is remembered never changes."""

    def __init__(self, known: Mapping[str, int], common: Mapping[str, int], own: Index, others: Index) -> None:
        """`known`: word -> in how many texts it stands; `common`: word -> rank, 0 the commonest; and their indexes."""
        self._known, self._common = known, common
        self._known_words, self._common_words = list(known), list(common)
        self._own, self._others = own, others
        self._repaired = lru_cache(maxsize=REMEMBERED)(self._repair)

    @classmethod
    def of(cls, known: Mapping[str, int], common: Mapping[str, int]) -> Repairer:
        """A repairer that makes its indexes itself."""
        return cls(known, common, deletion_index(known, 2), deletion_index(common, 1))

    def repair(self, word: str) -> str | None:
        """The likeliest word; None if the word is known, plain English, too short or too far off."""
        if word in self._known or word in self._common:
            return None
        return self._repaired(word)

    def _repair(self, word: str) -> str | None:
        if not _may_be_repaired(word):
            return None
        allowed = 2 if len(word) >= LONG else 1
        codes = np.array([crc32(form.encode()) for form in forms(word, allowed)], np.uint32)
        codes.sort()
        best: tuple[float, str] | None = None
        for index, words, ours in ((self._own, self._known_words, True), (self._others, self._common_words, False)):
            near = [words[number] for number in _lookup(index, codes)]
            for other, slips, _ in process.extract_iter(word, near, scorer=OSA.distance, score_cutoff=allowed):
                short = min(len(word), len(other)) < 4
                if short and sorted(word) != sorted(other) and not self._short_and_near(word, other):
                    continue
                found = (SLIP * slips + self._cost(word, other, int(slips), ours), other)
                best = found if best is None else min(best, found)
        return best[1] if best else None

    @staticmethod
    def _short_and_near(word: str, other: str) -> bool:
        return len(other) >= 3 and other[0] == word[0]

    def _cost(self, word: str, other: str, slips: int, ours: bool) -> float:
        cost = (
            -RARE * log(self._known[other] + 1)
            if ours
            else FOREIGN + RARE * log((self._common[other] + COMMON) / COMMON)
        )
        if other[0] != word[0] and other[:2] != word[1::-1]:
            cost += FIRST_LETTER
        if slips == 1:
            if len(word) != len(other):
                cost += OTHER_SLIP
            else:
                differing = [at for at in range(len(word)) if word[at] != other[at]]
                far = len(differing) == 1 and not _neighbours(word[differing[0]], other[differing[0]])
                cost += FAR_KEY if far else 0.0
        return cost
