"""The training and its rows: what is learnt tells the labels apart, the same each time, and survives being made small."""

from __future__ import annotations

import numpy as np
import pytest

from bot.matching.rows import Rows
from bot.matching.train import Examples, Model, centroids, train
from bot.matching.vectors import shipped

LABELS = 60  # more than an example has rivals


def examples() -> Examples:
    """Each label has a feature of its own, and all share a strong one."""
    found = [
        ((np.array([0, 1 + label, 1 + (label + turn) % LABELS]), np.array([1.0, 0.8, 0.3], np.float32)), label)
        for turn in (1, 2)
        for label in range(LABELS)
    ]
    return Examples.of(found, np.zeros((len(found), 4), np.float32))


def trained(found: Examples) -> Model:
    return train(found, centroids(found, LABELS + 1, LABELS))


def test_it_tells_the_labels_apart() -> None:
    model = trained(examples())
    asked = np.zeros((LABELS, LABELS + 1), np.float32)
    asked[:, 0] = 1
    asked[np.arange(LABELS), 1 + np.arange(LABELS)] = 1
    assert ((asked @ model.rows.T).argmax(axis=1) == np.arange(LABELS)).all()


def test_the_same_examples_give_the_same_weights() -> None:
    first, second = (trained(examples()) for _ in range(2))
    assert np.array_equal(first.rows, second.rows)
    assert np.array_equal(first.meaning, second.meaning)


def test_what_is_told_apart_for_certain_is_left_alone() -> None:
    found = [((np.array([0, 1 + label]), np.full(2, 4, np.float32)), label) for label in range(LABELS)]
    certain = Examples.of(found, np.zeros((LABELS, 4), np.float32))
    assert np.array_equal(trained(certain).rows, centroids(certain, LABELS + 1, LABELS).rows)


def test_nothing_to_learn_from_is_no_error() -> None:
    model = trained(Examples.of([], np.zeros((0, 4), np.float32)))
    assert not model.rows.any()


@pytest.mark.parametrize("targets", [3, 70_000])
def test_sparse_rows_add_up_to_the_weights_they_were_made_of(targets: int) -> None:
    rng = np.random.default_rng(1)
    weights = np.zeros((targets, 6), np.float32)
    weights[rng.integers(0, targets, 40), rng.integers(0, 5, 40)] = rng.normal(size=40)
    rows = Rows.of(weights)
    numbers, shares = np.array([4, 0, 5, 0]), np.array([0.5, 1.0, 2.0, -0.25], np.float32)
    assert np.allclose(rows.sum(numbers, shares), weights[:, numbers] @ shares, atol=np.abs(weights).max() / 50)
    at = int(np.abs(weights[:, 2]).argmax())
    assert rows[2, at] == pytest.approx(float(weights[at, 2]), abs=0.02)
    assert rows[5, 0] == 0


def test_directions_of_many_texts_are_those_of_each() -> None:
    texts = [("sell", "the", "library"), (), ("zzé",), ("pensions",)] * 600
    found = shipped().directions(texts)
    assert np.allclose(found, [shipped().direction(words) for words in texts], atol=1e-5)
    assert not found[1].any()
