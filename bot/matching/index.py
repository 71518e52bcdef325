"""The trained index: everything the matcher looks up, built once from the knowledge and never changed after.

It depends on how people ask, on `language.yaml` and on which nations an entry speaks for, never on the answers' text:
that gained nothing (`docs/benchmarks.md`), and so an answer can be mended without any question being heard differently.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from bot.matching import repair
from bot.matching.frames import frames_of
from bot.matching.learn import Learnt, learn
from bot.matching.rows import Rows
from bot.matching.text import stem
from bot.matching.vectors import Floats, Vectors, shipped
from bot.matching.words import Reading, Words, denies
from bot.model import Nation

Readings = Sequence[Sequence[Reading]]  # of each target's phrasings


@dataclass(frozen=True)
class Target:
    """Something a question can belong to: an entry, or a guard that has phrasings of its own."""

    id: str
    phrasings: tuple[str, ...]  # the question first
    nations: frozenset[Nation] = frozenset(Nation)
    group: str = ""  # its topic


@dataclass(frozen=True)
class Index:
    """What `rank` reads."""

    targets: tuple[Target, ...]
    vocabulary: dict[str, int]  # feature -> row
    idf: Floats
    rows: Rows  # feature -> its weight for each target
    meaning: Floats  # [direction, target]
    phrasings: Floats  # the direction of each phrasing, target after target; not halved, since half floats are slow to multiply
    stems: dict[str, int]
    stem_weight: Floats
    stem_meaning: NDArray[np.float16]  # the direction of each stem's commonest word
    cover: NDArray[np.bool_]  # [stem, target]: whether a phrasing of the target has it
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


def build(targets: Sequence[Target], words: Words, vectors: Vectors | None = None) -> Index:
    """Train on every phrasing. Deterministic; takes a few seconds for 3,000 phrasings of 300 entries."""
    vectors = vectors or shipped()
    readings = [[words.read(text) for text in target.phrasings] for target in targets]
    directions = vectors.directions([reading.words for group in readings for reading in group])
    return assemble(targets, readings, directions, learn(readings, directions, words.scaffold), vectors)


def assemble(
    targets: Sequence[Target], readings: Readings, directions: Floats, learnt: Learnt, vectors: Vectors
) -> Index:
    """The index from what was learnt, with all that is looked up and not learnt."""
    texts = [reading for group in readings for reading in group]
    known = Counter(word for reading in texts for word in dict.fromkeys((*reading.words, *reading.extra)))
    stems, stem_weight, cover = _cover(readings, len(texts))
    return Index(
        targets=tuple(targets),
        vocabulary=learnt.vocabulary,
        idf=learnt.idf,
        rows=learnt.rows,
        meaning=learnt.meaning,
        phrasings=directions,
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


def _exact(readings: Readings) -> dict[str, int]:
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


def _cover(readings: Readings, texts: int) -> tuple[dict[str, int], Floats, NDArray[np.bool_]]:
    """Stems, how telling each is, and which target's phrasings have it."""
    told = [[sorted({stem(word) for word in (*one.words, *one.extra)}) for one in group] for group in readings]
    count = Counter(name for group in told for names in group for name in names)
    stems = {name: number for number, name in enumerate(count)}
    cover = np.zeros((len(stems), len(readings)), np.bool_)
    for label, group in enumerate(told):
        cover[[stems[name] for names in group for name in names], label] = True
    weight = np.array([math.log((texts + 1) / (1 + seen)) + 1 for seen in count.values()], np.float32)
    return stems, np.maximum(weight, np.float32(0.1)), cover


def _stem_meaning(stems: Iterable[str], known: Counter[str], vectors: Vectors) -> NDArray[np.float16]:
    """The direction of each stem, as its commonest word means it."""
    word_of: dict[str, str] = {}
    for word, _ in sorted(known.items(), key=lambda item: (-item[1], item[0])):
        word_of.setdefault(stem(word), word)
    return vectors.directions([(word_of[name],) for name in stems]).astype(np.float16)
