"""The trained index: everything the matcher looks up, built once from the knowledge and never changed after.

It depends on how people ask, on `language.yaml` and on which nations an entry speaks for, never on the answers' text:
that gained nothing (`docs/benchmarks.md`), and so an answer can be mended without any question being heard differently.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from bot.matching import repair
from bot.matching.learn import Learnt, learn
from bot.matching.rows import Rows
from bot.matching.text import stem
from bot.matching.texts import Texts, read
from bot.matching.vectors import Floats, Vectors, shipped
from bot.matching.words import Words
from bot.model import Nation


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


def build(targets: Sequence[Target], words: Words, vectors: Vectors | None = None) -> Index:
    """Train on every phrasing. Deterministic; takes a few seconds for 3,000 phrasings of 300 entries."""
    vectors = vectors or shipped()
    texts = [read(target.phrasings, words) for target in targets]
    directions = vectors.directions([reading.words for one in texts for reading in one.readings])
    learnt = learn([one.readings for one in texts], directions, words.scaffold)
    return assemble(targets, texts, directions, learnt, vectors)


def assemble(
    targets: Sequence[Target],
    texts: Sequence[Texts],
    directions: Floats,
    learnt: Learnt,
    vectors: Vectors,
    before: Index | None = None,
) -> Index:
    """The index from what was learnt, with all that is looked up and not learnt. `before` spares some of the work."""
    known = _sum(one.words for one in texts)
    stems = _sum(one.stems for one in texts)
    same_words = before is not None and list(known) == list(before.known)
    return Index(
        targets=tuple(targets),
        vocabulary=learnt.vocabulary,
        idf=learnt.idf,
        rows=learnt.rows,
        meaning=learnt.meaning,
        phrasings=directions,
        stems={name: number for number, name in enumerate(stems)},
        stem_weight=_weights(stems, len(directions)),
        stem_meaning=_stem_meaning(stems, known, vectors),
        cover=_cover(stems, texts),
        known=known,
        keys=tuple(one.keys for one in texts),
        denying=tuple(one.denying for one in texts),
        frames=tuple(one.frames for one in texts),
        exact=_exact(texts),
        own_forms=before.own_forms if before is not None and same_words else repair.deletion_index(known, 2),
        common_forms=_common_forms(vectors),
    )


def _sum(counts: Iterable[Mapping[str, int]]) -> dict[str, int]:
    total: dict[str, int] = {}
    for count in counts:
        for name, seen in count.items():
            total[name] = total.get(name, 0) + seen
    return total


def _exact(texts: Sequence[Texts]) -> dict[str, int]:
    """Each phrasing that only one target has. One without words, such as a nation's name alone, is nobody's."""
    owners: dict[str, int] = {}
    for label, one in enumerate(texts):
        for plain in one.plain:
            if owners.setdefault(plain, label) != label:
                owners[plain] = -1
    return {plain: label for plain, label in owners.items() if plain and label >= 0}


@lru_cache(maxsize=1)
def _common_forms(vectors: Vectors) -> repair.Index:
    """Of the table's words: the same for every knowledge, so a changed one does not wait for it."""
    return repair.deletion_index(vectors.common, 1)


def _weights(stems: Mapping[str, int], texts: int) -> Floats:
    """How telling each stem is."""
    weight = np.array([math.log((texts + 1) / (1 + seen)) + 1 for seen in stems.values()], np.float32)
    return np.maximum(weight, np.float32(0.1))


def _cover(stems: Iterable[str], texts: Sequence[Texts]) -> NDArray[np.bool_]:
    """Which target's phrasings have which stem."""
    number = {name: at for at, name in enumerate(stems)}
    cover = np.zeros((len(number), len(texts)), np.bool_)
    for label, one in enumerate(texts):
        cover[[number[name] for name in one.stems], label] = True
    return cover


def _stem_meaning(stems: Iterable[str], known: Mapping[str, int], vectors: Vectors) -> NDArray[np.float16]:
    """The direction of each stem, as its commonest word means it."""
    word_of: dict[str, str] = {}
    for word, _ in sorted(known.items(), key=lambda item: (-item[1], item[0])):
        word_of.setdefault(stem(word), word)
    return vectors.directions([(word_of[name],) for name in stems]).astype(np.float16)
