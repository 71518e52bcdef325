"""The fitted confidence: learnt from what is held out, kept beside the index, never trusted when damaged."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from benchmarks.fit_confidence import FOR_IT
from bot.knowledge.schema import Language
from bot.matching import cache
from bot.matching.calibrate import as_sure_as, fit, held_out, logistic
from bot.matching.confidence import SHIPPED, estimate
from bot.matching.index import Target
from bot.matching.words import Words

SUBJECTS = ("pension", "lease", "tender", "payroll", "charity", "ballot", "audit", "licence")
FRAMES = ("what is a {}", "who pays for the {}", "do we need a {}", "when does the {} start", "how long is a {}")
TARGETS = [Target(s, tuple(frame.format(s) for frame in FRAMES)) for s in SUBJECTS]


def observations(seed: int = 1, count: int = 600) -> list[tuple[list[float], bool]]:
    """Made so that only `meaning` tells right from wrong."""
    rng = np.random.default_rng(seed)
    at = list(SHIPPED).index("meaning")
    made = []
    for _ in range(count):
        values = [*rng.random(len(SHIPPED) - 1), 1.0]
        made.append((list(map(float, values)), bool(values[at] > 0.5)))
    return made


def test_the_signal_that_tells_gets_the_weight() -> None:
    weights = logistic(observations(), ridge=1.0)
    assert weights["meaning"] == max(weight for name, weight in weights.items())
    assert weights["meaning"] > SHIPPED["meaning"]


def test_with_a_strong_pull_nothing_leaves_the_shipped_weights() -> None:
    weights = logistic(observations(), ridge=1e9)
    assert all(abs(weights[name] - SHIPPED[name]) < 0.01 for name in SHIPPED)


def test_it_stays_as_sure_on_the_whole() -> None:
    seen = observations()
    weights = as_sure_as(logistic(seen, ridge=1.0), SHIPPED, seen)
    x = np.array([values for values, _ in seen])
    mean = [(1 / (1 + np.exp(-x @ np.array(list(w.values()))))).mean() for w in (weights, SHIPPED)]
    assert abs(mean[0] - mean[1]) < 0.01


def test_questions_of_a_withheld_entry_are_never_right() -> None:
    seen = held_out(TARGETS, Words(Language()), 0)
    assert {right for _, right in seen} == {True, False}


def test_too_little_to_learn_from_leaves_the_shipped_weights() -> None:
    assert fit(TARGETS[:2], Words(Language())) == SHIPPED


def test_kept_weights_come_back_and_damaged_ones_do_not(tmp_path: Path) -> None:
    path = tmp_path / "index-abc.npz"
    assert cache.load_weights(path) is None
    weights = {**SHIPPED, "bias": -1.5}
    cache.save_weights(path, weights)
    assert cache.load_weights(path) == weights
    beside = cache.weights_beside(path)
    for content in (beside.read_text().replace("-1.5", "-9.5"), "{}", "", "[1]"):
        beside.write_text(content)
        assert cache.load_weights(path) is None


def test_weights_of_another_model_are_left_aside(tmp_path: Path) -> None:
    cache.save_weights(tmp_path / "index-abc.npz", {"bias": 1.0})
    assert cache.load_weights(tmp_path / "index-abc.npz") is None


@pytest.mark.parametrize("name", FOR_IT)
def test_more_of_what_speaks_for_it_never_makes_it_less_sure(name: str) -> None:
    signals = dict.fromkeys(SHIPPED, 0.5)
    assert estimate({**signals, name: 0.9}) >= estimate(signals)


def test_likeness_to_a_phrasing_makes_it_surer() -> None:
    signals = dict.fromkeys(SHIPPED, 0.5)
    assert estimate({**signals, "ratio": 0.9, "meaning": 0.9}) > estimate(signals)
