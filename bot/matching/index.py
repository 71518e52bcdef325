"""The trained index: everything the matcher looks up, built once from the knowledge and never changed after."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from bot.matching.features import Floats, blocks, vector
from bot.matching.text import stem, tokens
from bot.matching.train import Example, train
from bot.matching.words import Words
from bot.model import Nation

BACKGROUND_SHARE = 0.3  # how much an answer's own text counts in training, against a phrasing's 1


@dataclass(frozen=True)
class Target:
    """Something a question can belong to: an entry, or a guard that has phrasings of its own."""

    id: str
    phrasings: tuple[str, ...]  # the question first
    background: str = ""  # the answer's text
    nations: frozenset[Nation] = frozenset(Nation)
    group: str = ""  # its topic


@dataclass(frozen=True)
class Index:
    """What `rank` reads. `cover[word, target]` is 2 where a phrasing has the word's stem, 1 where only the answer has."""

    targets: tuple[Target, ...]
    vocabulary: dict[str, int]
    idf: Floats
    rows: Floats
    stems: dict[str, int]
    stem_weight: Floats
    cover: np.ndarray[tuple[int, int], np.dtype[np.uint8]]
    known: dict[str, int]
    keys: tuple[tuple[str, ...], ...]  # each target's phrasings as normalised word strings
    exact: dict[str, int]  # normalised phrasing -> target, where only one target has it


def key(words: Sequence[str]) -> str:
    """A phrasing as one comparable string."""
    return " ".join(words)


def build(targets: Sequence[Target], words: Words) -> Index:
    """Train on every phrasing. Deterministic; takes about a second for 3,000 phrasings."""
    readings = [[words.read(text) for text in target.phrasings] for target in targets]
    background = [words.read(target.background) if target.background else None for target in targets]
    parts = [[blocks(reading, words.scaffold) for reading in group] for group in readings]
    behind = [blocks(reading, words.scaffold) if reading else None for reading in background]

    seen = Counter(name for group in parts for text in group for block in text for name in block)
    for text in behind:
        if text:
            seen.update(name for name in text[0] if name not in seen)
    vocabulary = {name: number for number, name in enumerate(seen)}
    total = sum(map(len, parts)) + 1
    idf = np.array([math.log(total / (1 + count)) + 1 for count in seen.values()], np.float32)

    examples: list[Example] = []
    for label, group in enumerate(parts):
        examples += [(*vector(text, vocabulary, idf), label, 1.0) for text in group]
        own = behind[label]
        if own is not None:
            examples.append((*vector(own, vocabulary, idf), label, BACKGROUND_SHARE))
    rows = train(examples, len(vocabulary), len(targets))

    known: Counter[str] = Counter()
    stem_count: Counter[str] = Counter()
    for group_readings, own_reading in zip(readings, background, strict=True):
        for reading in (*group_readings, *([own_reading] if own_reading else [])):
            known.update(set(reading.words) | set(reading.extra))
            stem_count.update({stem(word) for word in (*reading.words, *reading.extra)})
    stems = {name: number for number, name in enumerate(stem_count)}
    cover = np.zeros((len(stems), len(targets)), np.uint8)
    for label, (group_readings, own_reading) in enumerate(zip(readings, background, strict=True)):
        if own_reading:
            for word in own_reading.words:
                cover[stems[stem(word)], label] = 1
        for reading in group_readings:
            for word in (*reading.words, *reading.extra):
                cover[stems[stem(word)], label] = 2
    texts = total + sum(reading is not None for reading in background)
    weight = np.array([math.log(texts / (1 + count)) + 1 for count in stem_count.values()], np.float32)

    keys = tuple(tuple(key(reading.words) for reading in group) for group in readings)
    owners: dict[str, set[int]] = {}
    for label, group_keys in enumerate(keys):
        for text_key in group_keys:
            owners.setdefault(text_key, set()).add(label)
    exact = {text_key: next(iter(labels)) for text_key, labels in owners.items() if len(labels) == 1}
    return Index(tuple(targets), vocabulary, idf, rows, stems, weight, cover, dict(known), keys, exact)


def language_words(words: Sequence[str]) -> list[str]:
    """The single words of a list of texts."""
    return [word for text in words for word in tokens(text)]
