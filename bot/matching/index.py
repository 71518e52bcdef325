"""The trained index: everything the matcher looks up, built once from the knowledge and never changed after."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from bot.matching import repair
from bot.matching.features import MEANING, Features, letter_groups, pair_names, stem_names
from bot.matching.frames import frames_of
from bot.matching.rows import Rows
from bot.matching.text import stem
from bot.matching.train import Examples, train
from bot.matching.vectors import Floats, Vectors, shipped
from bot.matching.words import Reading, Words, denies
from bot.model import Nation

BACKGROUND_SHARE = 0.5  # how much an answer's own text counts in training, against a phrasing's 1


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
    vocabulary: dict[str, int]  # feature -> row
    idf: Floats
    rows: Rows  # feature -> its weight for each target
    meaning: Floats  # [direction, target]
    phrasings: Floats  # the direction of each phrasing, target after target; not halved, since half floats are slow to multiply
    stems: dict[str, int]
    stem_weight: Floats
    stem_meaning: NDArray[np.float16]  # the direction of each stem's commonest word
    cover: NDArray[np.uint8]
    known: dict[str, int]  # word -> in how many texts it stands
    keys: tuple[tuple[str, ...], ...]  # each target's phrasings as sorted words in a row
    denying: tuple[tuple[bool, ...], ...]  # whether each of them denies something
    frames: tuple[tuple[str, ...], ...]  # of each target's phrasings (`frames.py`)
    exact: dict[str, int]  # normalised phrasing -> target, where only one target has it
    own_forms: repair.Index
    common_forms: repair.Index


def key(words: Sequence[str]) -> str:
    """A phrasing as one comparable string."""
    return " ".join(words)


def _all_words(reading: Reading) -> set[str]:
    return {*reading.words, *reading.extra}


def build(targets: Sequence[Target], words: Words, vectors: Vectors | None = None) -> Index:
    """Train on every phrasing. Deterministic; takes a few seconds for 3,000 phrasings of 300 entries."""
    vectors = vectors or shipped()
    readings = [[words.read(text) for text in target.phrasings] for target in targets]
    behind = [words.read(target.background) if target.background else None for target in targets]
    texts = [reading for group in readings for reading in group]
    everything = [*texts, *(reading for reading in behind if reading)]

    vocabulary, idf = _vocabulary(texts, [reading for reading in behind if reading], words.scaffold)
    known = Counter(word for reading in everything for word in dict.fromkeys((*reading.words, *reading.extra)))
    features = Features(vocabulary, idf)
    learnt = [
        *((reading, label, 1.0) for label, group in enumerate(readings) for reading in group),
        *((reading, label, BACKGROUND_SHARE) for label, reading in enumerate(behind) if reading),
    ]
    directions = vectors.directions([reading.words for reading, _, _ in learnt])
    found = [(features.vector(reading, words.scaffold), label, share) for reading, label, share in learnt]
    model = train(Examples.of(found, np.float32(MEANING) * directions), len(vocabulary), len(targets))

    stems, stem_weight, cover = _cover(readings, behind, everything)
    return Index(
        targets=tuple(targets),
        vocabulary=vocabulary,
        idf=idf,
        rows=Rows.of(model.rows),
        meaning=np.ascontiguousarray(model.meaning.T),
        phrasings=directions[: len(texts)].copy(),  # not a view: the answers' directions need not stay
        stems=stems,
        stem_weight=stem_weight,
        stem_meaning=_stem_meaning(stems, known, vectors),
        cover=cover,
        known=dict(known),
        keys=tuple(tuple(key(sorted(reading.words)) for reading in group) for group in readings),
        denying=tuple(tuple(denies(reading.words) for reading in group) for group in readings),
        frames=tuple(_frames(group) for group in readings),
        exact=_exact(readings),
        own_forms=repair.deletion_index(known, 2),
        common_forms=_common_forms(vectors),
    )


def _exact(readings: Sequence[Sequence[Reading]]) -> dict[str, int]:
    """Each phrasing that only one target has. One without words, such as a nation's name alone, is nobody's."""
    owners: dict[str, set[int]] = {}
    for label, group in enumerate(readings):
        for reading in group:
            if reading.words:
                owners.setdefault(key(reading.words), set()).add(label)
    return {text: labels.pop() for text, labels in owners.items() if len(labels) == 1}


def _frames(group: Iterable[Reading]) -> tuple[str, ...]:
    return tuple(sorted({frame for reading in group for frame in frames_of(reading.words)}))


@lru_cache(maxsize=1)
def _common_forms(vectors: Vectors) -> repair.Index:
    """Of the table's words: the same for every knowledge, so a changed one does not wait for it."""
    return repair.deletion_index(vectors.common, 1)


def _vocabulary(
    texts: Iterable[Reading], behind: Iterable[Reading], scaffold: frozenset[str]
) -> tuple[dict[str, int], Floats]:
    """Every feature of the phrasings, the commonest first, and the stems of the answers, with how telling each is."""
    count: Counter[str] = Counter()
    groups: dict[str, list[str]] = {}
    total = 1
    for reading in texts:
        total += 1
        own = _all_words(reading)
        for word in own - groups.keys():
            groups[word] = letter_groups(word)
        count.update(list(stem_names(reading.words, reading, scaffold)))  # a mapping would add its values
        count.update(pair_names(reading.words, reading))
        count.update(set().union(*(groups[word] for word in own)))
    seen = Counter(dict(sorted(count.items(), key=lambda item: (-item[1], item[0]))))
    for reading in behind:
        seen.update(name for name in stem_names(reading.words, reading, scaffold) if name not in seen)
    idf = np.array([math.log(total / (1 + count)) + 1 for count in seen.values()], np.float32)
    return {name: number for number, name in enumerate(seen)}, np.maximum(idf, np.float32(0.1))


def _cover(
    readings: Sequence[Sequence[Reading]], behind: Sequence[Reading | None], everything: Sequence[Reading]
) -> tuple[dict[str, int], Floats, NDArray[np.uint8]]:
    """Stems, how telling each is, and which target has it: in its phrasings (2) or its answer alone (1)."""
    count = Counter(name for reading in everything for name in sorted({stem(word) for word in _all_words(reading)}))
    stems = {name: number for number, name in enumerate(count)}
    cover = np.zeros((len(stems), len(readings)), np.uint8)
    for label, (group, own) in enumerate(zip(readings, behind, strict=True)):
        for word in own.words if own else ():
            cover[stems[stem(word)], label] = 1
        for reading in group:
            for word in _all_words(reading):
                cover[stems[stem(word)], label] = 2
    total = len(everything) + 1
    weight = np.array([math.log(total / (1 + seen)) + 1 for seen in count.values()], np.float32)
    return stems, np.maximum(weight, np.float32(0.1)), cover


def _stem_meaning(stems: Iterable[str], known: Counter[str], vectors: Vectors) -> NDArray[np.float16]:
    """The direction of each stem, as its commonest word means it."""
    word_of: dict[str, str] = {}
    for word, _ in sorted(known.items(), key=lambda item: (-item[1], item[0])):
        word_of.setdefault(stem(word), word)
    return vectors.directions([(word_of[name],) for name in stems]).astype(np.float16)
