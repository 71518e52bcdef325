"""A change of a few targets learnt on top of an index, in a second.

The targets that are asked for in other ways now are trained on from the weights they have, told apart from their nearest
neighbours; everybody else's weights stay, so that hardly another question is heard differently. (A training from scratch
has another order, and hears two or three in a hundred differently: `benchmarks/continued.py`.) What is looked up and not
learnt is made anew.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from bot.matching.features import Features, Ints
from bot.matching.index import Index, Target, assemble
from bot.matching.learn import Learnt, examples_of, vocabulary_of
from bot.matching.texts import Reader
from bot.matching.train import SHARPNESS, Examples, Model, centroids, train
from bot.matching.vectors import Floats, Vectors, shipped
from bot.matching.words import Reading

Readings = Sequence[Sequence[Reading]]  # of each target's phrasings

MOST = 40  # changed targets; of more, a training from scratch is the better one
NEIGHBOURS = 24  # targets that changed ones are told apart from; two more for each of them
HEARD = 200  # phrasings of the changed ones, about, by which the neighbours are found
BEGUN = 0.3  # how far a training is taken to have come already


@dataclass(frozen=True)
class Continued:
    """The new index, and the ids of the targets that are asked for in other ways."""

    index: Index
    changed: frozenset[str]


def continued(
    before: Index, was: Reader, targets: Sequence[Target], reader: Reader, vectors: Vectors | None = None
) -> Continued | None:
    """The index of these targets, learnt on top of an earlier one that was built with the words of the reader `was`.

    None where more than `MOST` targets changed.
    """
    vectors = vectors or shipped()
    old = {target.id: number for number, target in enumerate(before.targets)}
    texts = [reader.read(target.phrasings) for target in targets]
    changed = []
    for number, target in enumerate(targets):
        heard = target.id in old and before.targets[old[target.id]].phrasings == target.phrasings
        if not heard or (was is not reader and texts[number].readings != was.read(target.phrasings).readings):
            changed.append(number)
    if len(changed) > MOST or len(changed) == len(targets):
        return None
    place = np.array([old.get(target.id, -1) for target in targets])  # of each target in the earlier index
    readings = [one.readings for one in texts]
    directions = _directions(before, place, readings, changed, vectors)
    learnt = _learn_on(before, place, readings, directions, changed, reader.words.scaffold)
    index = assemble(targets, texts, directions, learnt, vectors, before)
    return Continued(index, frozenset(targets[number].id for number in changed))


def _directions(before: Index, place: Ints, readings: Readings, changed: Sequence[int], vectors: Vectors) -> Floats:
    """Of every phrasing, one after the other; those of the unchanged targets are there already."""
    starts = np.cumsum([0, *(len(target.phrasings) for target in before.targets)])
    found = [np.zeros((0, vectors.size), np.float32)]
    for number, group in enumerate(readings):
        if number in changed:
            found.append(vectors.directions([reading.words for reading in group]))
        else:
            found.append(before.phrasings[starts[place[number]] : starts[place[number] + 1]])
    return np.concatenate(found)


def _learn_on(
    before: Index,
    place: Ints,
    readings: Readings,
    directions: Floats,
    changed: Sequence[int],
    scaffold: frozenset[str],
) -> Learnt:
    """What is learnt: with the changed targets trained on."""
    vocabulary, idf = _extended(before, [reading for number in changed for reading in readings[number]], scaffold)
    features = Features(vocabulary, idf)
    starts = np.cumsum([0, *map(len, readings)])

    def examples(numbers: Sequence[int]) -> Examples:
        own = [place for n in numbers for place in range(starts[n], starts[n + 1])]
        return examples_of([readings[n] for n in numbers], directions[own], features, scaffold)

    moved = np.full(len(before.targets), -1)  # of each earlier target: its number now, -1 of one that is gone
    moved[place[place >= 0]] = np.flatnonzero(place >= 0)
    near = _neighbours(before, moved, examples(changed), NEIGHBOURS + 2 * len(changed)) if changed else []
    both = [*changed, *(number for number in near if number not in changed)]
    model = _model(before, place[both], examples(both), len(vocabulary), len(changed))
    meaning = np.zeros((before.meaning.shape[0], len(readings)), np.float32)
    meaning[:, place >= 0] = before.meaning[:, place[place >= 0]]
    meaning[:, changed] = model.meaning[: len(changed)].T
    again = place[changed]
    moved[again[again >= 0]] = -1  # their weights are replaced
    rows = before.rows.replaced(moved, len(readings), np.array(changed, np.int64), model.rows[: len(changed)])
    return Learnt(vocabulary, idf, rows, meaning)


def _model(before: Index, place: Ints, examples: Examples, features: int, movable: int) -> Model:
    """Some targets with the weights they had, those that are new (-1) with their centroids; the first ones trained on."""
    model = centroids(examples, features, len(place))
    there = np.flatnonzero(place >= 0)
    model.rows[there] = 0
    model.rows[there, : len(before.idf)] = before.rows.of_targets(place[there])
    model.meaning[there] = before.meaning[:, place[there]].T
    return train(examples, model, BEGUN, movable)


def _neighbours(before: Index, moved: Ints, heard: Examples, most: int) -> list[int]:
    """The new numbers of the targets that some phrasings were likeliest to be heard as, the likeliest first."""
    likely = np.zeros(len(before.targets))
    for at in range(0, len(heard.labels), max(1, len(heard.labels) // HEARD)):
        own = slice(heard.starts[at], heard.starts[at] + heard.lengths[at])
        known = heard.numbers[own] < len(before.idf)
        scores = before.rows.sum(heard.numbers[own][known], heard.weights[own][known])
        odds = np.exp(SHARPNESS * (scores + before.meaning.T @ heard.meaning[at]))
        likely += odds / odds.sum()
    return [int(moved[number]) for number in np.argsort(-likely, kind="stable")[:most] if moved[number] >= 0]


def _extended(before: Index, texts: Sequence[Reading], scaffold: frozenset[str]) -> tuple[dict[str, int], Floats]:
    """The vocabulary with the features that are new in some texts. How telling the others are stays as it was."""
    found, weights = vocabulary_of(texts, scaffold, sum(len(target.phrasings) for target in before.targets))
    vocabulary = dict(before.vocabulary)
    fresh = [name for name in found if name not in vocabulary]
    vocabulary.update(zip(fresh, range(len(vocabulary), len(vocabulary) + len(fresh)), strict=True))
    return vocabulary, np.concatenate([before.idf, weights[[found[name] for name in fresh]]])
