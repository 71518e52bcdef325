"""From words to weighted features: stems, neighbouring pairs and letter groups, each block brought to length 1.

Letter groups of two to four inside a word carry most of the robustness to typing slips (4 to 5 points on public sets);
pairs add 0.4. Concepts and acronyms stand among the stems.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bot.matching.text import stem
from bot.matching.words import Reading

Floats = NDArray[np.float32]
Ints = NDArray[np.int64]
Block = dict[str, float]

BLOCK_WEIGHTS = (1.0, 0.6, 1.2)  # stems, pairs, letter groups: chosen on the validation sets
SCAFFOLD_WEIGHT = 0.6
GROUP_SIZES = (2, 3, 4)


def letter_groups(word: str) -> Iterable[str]:
    """The groups of letters inside a word, with its edges marked."""
    edged = f"<{word}>"
    return (edged[at : at + size] for size in GROUP_SIZES for at in range(len(edged) - size + 1))


def blocks(reading: Reading, scaffold: frozenset[str], repaired: dict[str, str] | None = None) -> tuple[Block, ...]:
    """The three blocks of a reading, as feature -> count. `repaired` maps unknown words to known ones."""
    repaired = repaired or {}
    words = [repaired.get(word, word) for word in reading.words]
    stems = [stem(word) for word in words]
    single: Counter[str] = Counter()
    for word, found in zip(words, stems, strict=True):
        single[f"w:{found}"] += SCAFFOLD_WEIGHT if word in scaffold else 1  # type: ignore[assignment]
    for word in reading.extra:
        single[f"w:{stem(word)}"] += 1
    joined = list(stems)
    for start, end, concept in reversed(reading.concepts):
        single[f"w:{concept}"] += 1
        joined[start:end] = [concept]
    edged = ["^", *joined, "$"]
    pairs = Counter(f"p:{a}_{b}" for a, b in pairwise(edged))
    groups: Counter[str] = Counter()
    for word, original in zip(words, reading.words, strict=True):
        share = SCAFFOLD_WEIGHT if word in scaffold else 1.0
        forms = (word,) if word == original else (word, original)
        for form in forms:
            for group in letter_groups(form):
                groups[f"c:{group}"] += share / len(forms)  # type: ignore[assignment]
    for word in reading.extra:
        for group in letter_groups(word):
            groups[f"c:{group}"] += 1
    return dict(single), dict(pairs), dict(groups)


def vector(parts: tuple[Block, ...], vocabulary: dict[str, int], idf: Floats) -> tuple[Ints, Floats]:
    """Known features as (indices, weights). Repeats count by their logarithm; each block has length 1 before weighing."""
    indices: list[int] = []
    weights: list[NDArray[np.floating[Any]]] = []
    for block, block_weight in zip(parts, BLOCK_WEIGHTS, strict=True):
        known = [(vocabulary[name], count) for name, count in block.items() if name in vocabulary]
        if not known:
            continue
        found = [index for index, _ in known]
        counts = np.array([count for _, count in known])
        values = np.where(counts > 1, 1 + np.log(np.maximum(counts, 1)), counts) * idf[found]
        indices += found
        weights.append(values * (block_weight / float(np.linalg.norm(values))))
    if not weights:
        return np.zeros(0, np.int64), np.zeros(0, np.float32)
    return np.array(indices), np.concatenate(weights).astype(np.float32)
