"""One simple training: a linear model with softmax loss, starting from each entry's centroid.

Stochastic steps over the phrasings (Bottou 2010), each shorter than the one before; averaging them gained nothing. A step
looks only at the entries that are near the phrasing from the start, and moves only those it would move by more than
`TELLING`; phrasings that teach nothing any more are left out of the next round. The weights lie label by label with the
commonest features first, so that what a step reads lies close together. The order is fixed by a seed: the same knowledge
gives the same weights.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from bot.matching.features import Ints
from bot.matching.vectors import Floats

SHARPNESS = 8.0  # what scores are multiplied with before the softmax, here and when ranking
RATE = 0.2  # of the first step; it falls to nothing at the last
RIVALS = (48, 32, 24, 16, 16)  # each round: entries a phrasing is told apart from, the likeliest ones
HEAD_START = 1.0  # length of the centroids it starts from
TELLING = 0.005  # probability under which an entry is left alone by a step, and a phrasing by the next round
TOGETHER = (8, 64)  # steps taken at once: fewest, most; a twelfth of the labels, so that they seldom touch the same one
LEADING = 24  # features of an example, stems first, by which its rivals are chosen
SEED = 7


@dataclass(frozen=True)
class Examples:
    """Texts to learn from, their features one after the other: stems first, then pairs, then letter groups.

    Features are numbered by how common they are, the commonest first.
    """

    numbers: Ints
    weights: Floats
    lengths: Ints  # how many features each example has
    meaning: Floats  # [example, direction]
    labels: Ints
    starts: Ints = field(init=False)  # where each example's features begin

    def __post_init__(self) -> None:
        object.__setattr__(self, "starts", np.cumsum(self.lengths) - self.lengths)

    @classmethod
    def of(cls, found: Sequence[tuple[tuple[Ints, Floats], int]], meaning: Floats) -> Examples:
        """From each example's features and label, and the directions of all."""
        return cls(
            numbers=np.concatenate([numbers for (numbers, _), _ in found] or [np.zeros(0, np.int64)]),
            weights=np.concatenate([weights for (_, weights), _ in found] or [np.zeros(0, np.float32)]),
            lengths=np.array([len(numbers) for (numbers, _), _ in found], np.int64),
            meaning=meaning,
            labels=np.array([label for _, label in found], np.int64),
        )

    def places(self, which: Ints, most: int | None = None) -> tuple[Ints, Ints]:
        """Where the features of some examples stand (at most so many of each), and how many each has."""
        lengths = self.lengths[which] if most is None else np.minimum(self.lengths[which], most)
        first = self.starts[which] - (np.cumsum(lengths) - lengths)
        return np.arange(int(lengths.sum())) + np.repeat(first, lengths), lengths


@dataclass(frozen=True)
class Model:
    """What is learnt: `rows` [label, feature] and `meaning` [label, direction]. Changed while it learns."""

    rows: Floats
    meaning: Floats

    @classmethod
    def empty(cls, examples: Examples, features: int, labels: int) -> Model:
        """All zero."""
        size = examples.meaning.shape[1]
        return cls(np.zeros((labels, features), np.float32), np.zeros((labels, size), np.float32))

    def add(self, at: Ints, step: Floats, labels: Ints, turn: Floats) -> None:
        """Add `step` to the weights at `at` (label x features + feature), and `turn` to the labels' meanings."""
        np.add.at(self.rows.reshape(-1), at, step)
        np.add.at(self.meaning, labels, turn)


def centroids(examples: Examples, features: int, labels: int) -> Model:
    """Where training starts: the mean direction of each label's examples, `HEAD_START` long."""
    model = Model.empty(examples, features, labels)
    at = np.repeat(examples.labels * features, examples.lengths) + examples.numbers
    model.add(at, examples.weights, examples.labels, examples.meaning)
    norms = np.sqrt(np.einsum("ij,ij->i", model.rows, model.rows) + np.einsum("ij,ij->i", model.meaning, model.meaning))
    scale = (HEAD_START / np.where(norms > 0, norms, 1)).astype(np.float32)[:, None]
    np.multiply(model.rows, scale, out=model.rows)
    np.multiply(model.meaning, scale, out=model.meaning)
    return model


def train(examples: Examples, model: Model, begun: float = 0.0, movable: int | None = None) -> Model:
    """The model by which a question's scores are the weighted sum over its features and its direction.

    It is the one given, changed: centroids, or one already trained, where `begun` (0..1) tells how much of the way to
    take as done: the steps are as short as they would be by then. Only the first `movable` labels move, if it is given.
    """
    labels = len(model.rows)
    movable = labels if movable is None else movable
    near = _rivals(examples, model, movable)
    todo = np.random.default_rng(SEED).permutation(len(examples.labels))
    together = max(TOGETHER[0], min(TOGETHER[1], labels // 12))
    for number, fewer in enumerate((*RIVALS[1:], RIVALS[-1])):
        left = [todo[:0]]
        kept = min(fewer, near.shape[1])
        for start in range(0, len(todo), together):
            batch = todo[start : start + together]
            done = begun + (1 - begun) * (number + (start + len(batch) / 2) / len(todo)) / len(RIVALS)
            odds = _odds(model, examples, batch, near[batch])
            moving = odds if movable == labels else np.where(near[batch] < movable, odds, 0)
            _step(model, examples, batch, near[batch], moving, done)
            if number:
                left.append(batch[odds.min(axis=1) < -TELLING])
            if kept < near.shape[1]:
                own = near[batch] == examples.labels[batch][:, None]  # stays, even where nothing is left to learn
                likeliest = np.argpartition(np.where(own, -np.inf, -odds), kept - 1, axis=1)[:, :kept]
                near[batch, :kept] = np.take_along_axis(near[batch], likeliest, axis=1)
        near = near[:, :kept]
        todo = np.concatenate(left) if number else todo
    return model


def _rivals(examples: Examples, model: Model, movable: int) -> Ints:
    """[example, rival]: labels each is told apart from: its own, and the nearest at the start by its leading features.

    Where only some labels move, those are among them: new ones are no match yet for the trained, and would never be near.
    """
    labels = len(model.rows)
    count = min(labels, RIVALS[0] + (movable if movable < labels else 0))
    everyone = np.arange(len(examples.labels))
    if count == labels:
        return np.tile(np.arange(labels), (len(everyone), 1))
    places, lengths = examples.places(everyone, LEADING)
    numbers, weights = examples.numbers[places], examples.weights[places]
    rows = np.ascontiguousarray(model.rows.T)
    near = np.empty((len(everyone), count), np.int64)
    start = 0
    for example, length in enumerate(lengths.tolist()):
        own = slice(start, start := start + length)
        scores = weights[own] @ rows.take(numbers[own], axis=0, mode="clip") + model.meaning @ examples.meaning[example]
        if movable < labels:
            scores[:movable] = np.inf
        scores[examples.labels[example]] = np.inf
        near[example] = np.argpartition(-scores, count - 1)[:count]
    return near


def _odds(model: Model, examples: Examples, batch: Ints, near: Ints) -> Floats:
    """[example, rival]: the rival's probability, less 1 for the right one."""
    flat, first = model.rows.reshape(-1), near * model.rows.shape[1]
    scores = np.matmul(model.meaning[near], examples.meaning[batch][:, :, None])[:, :, 0]
    starts, ends = examples.starts[batch], examples.starts[batch] + examples.lengths[batch]
    for row, (start, end) in enumerate(zip(starts.tolist(), ends.tolist(), strict=True)):
        at = np.add.outer(first[row], examples.numbers[start:end])
        scores[row] += flat.take(at, mode="clip") @ examples.weights[start:end]  # `clip` spares a pass over the indices
    scores *= SHARPNESS
    scores -= scores.max(axis=1, keepdims=True)
    odds: Floats = np.exp(scores, out=scores)
    odds /= odds.sum(axis=1, keepdims=True)
    odds[near == examples.labels[batch][:, None]] -= 1
    return odds


def _step(model: Model, examples: Examples, batch: Ints, near: Ints, odds: Floats, done: float) -> None:
    """Move the weights of the telling rivals; `done` is the share of all steps that lies behind, 0..1."""
    rows, columns = np.nonzero(np.abs(odds) > TELLING)
    who, labels = batch[rows], near[rows, columns]
    change = np.float32(-RATE * (1 - done)) * odds[rows, columns]
    places, lengths = examples.places(who)
    at = examples.numbers[places] + np.repeat(labels * model.rows.shape[1], lengths)
    step = examples.weights[places] * np.repeat(change, lengths)
    model.add(at, step, labels, change[:, None] * examples.meaning[who])
