"""What is learnt from the phrasings: which features there are, how telling each is, and its weight for each target."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from bot.matching.features import MEANING, Features, letter_groups, pair_names, stem_names
from bot.matching.rows import Rows
from bot.matching.train import Examples, centroids, train
from bot.matching.vectors import Floats
from bot.matching.words import Reading


@dataclass(frozen=True)
class Learnt:
    """What training gives."""

    vocabulary: dict[str, int]  # feature -> row
    idf: Floats
    rows: Rows
    meaning: Floats  # [direction, target]


def learn(readings: Sequence[Sequence[Reading]], directions: Floats, scaffold: frozenset[str]) -> Learnt:
    """From the readings of each target's phrasings, and the directions of all, one after the other."""
    vocabulary, idf = vocabulary_of([reading for group in readings for reading in group], scaffold)
    examples = examples_of(readings, directions, Features(vocabulary, idf), scaffold)
    model = train(examples, centroids(examples, len(vocabulary), len(readings)))
    return Learnt(vocabulary, idf, Rows.of(model.rows), np.ascontiguousarray(model.meaning.T))


def examples_of(
    readings: Iterable[Iterable[Reading]], directions: Floats, features: Features, scaffold: frozenset[str]
) -> Examples:
    """Each phrasing as something to learn from, labelled by its target's place."""
    found = [(features.vector(reading, scaffold), label) for label, group in enumerate(readings) for reading in group]
    return Examples.of(found, np.float32(MEANING) * directions)


def vocabulary_of(texts: Sequence[Reading], scaffold: frozenset[str], total: int = 0) -> tuple[dict[str, int], Floats]:
    """Every feature of some texts, the commonest first, with how telling each is.

    `total` is how many texts there are, if those in which no feature of these stands are not among them.
    """
    count: Counter[str] = Counter()
    groups: dict[str, list[str]] = {}
    for reading in texts:
        own = {*reading.words, *reading.extra}
        for word in own - groups.keys():
            groups[word] = letter_groups(word)
        count.update(list(stem_names(reading.words, reading, scaffold)))  # a mapping would add its values
        count.update(pair_names(reading.words, reading))
        count.update(set().union(*(groups[word] for word in own)))
    seen = sorted(count.items(), key=lambda item: (-item[1], item[0]))
    idf = np.array([math.log((max(total, len(texts)) + 1) / (1 + count)) + 1 for _, count in seen], np.float32)
    return {name: number for number, (name, _) in enumerate(seen)}, np.maximum(idf, np.float32(0.1))
