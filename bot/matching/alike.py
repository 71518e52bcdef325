"""Texts that ask the same: for the people who look for gaps, not for answering."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from rapidfuzz import fuzz, process

from bot.matching.text import stem, tokens

ALIKE = (
    72.0  # token_sort_ratio over stems, 0..100: read off real questions; from 65 on different questions run together
)


def plain(text: str, scaffold: frozenset[str] = frozenset()) -> str:
    """What a text asks, as sorted stems without the words that only carry a question; equal for equal questions."""
    words = tokens(text)
    telling = [word for word in words if word not in scaffold] or words
    return " ".join(sorted(stem(word) for word in telling))


def groups(texts: Sequence[str]) -> list[int]:
    """For each text (as `plain` gives it) the number of its group. The first of a group leads it: no chains.

    Texts that come earlier lead, so give the most asked first.
    """
    group = np.full(len(texts), -1, np.int64)
    for number, text in enumerate(texts):
        if group[number] >= 0:
            continue
        free = np.flatnonzero(group < 0)
        near = process.cdist([text], [texts[int(i)] for i in free], scorer=fuzz.token_sort_ratio, score_cutoff=ALIKE)[0]
        group[free[near > 0]] = number
        group[number] = number
    return [int(found) for found in group]
