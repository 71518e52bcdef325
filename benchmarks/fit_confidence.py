"""Fit the weights of `bot/matching/confidence.py` on public validation sets, and print them with how well they tell.

Usage: python benchmarks/fit_confidence.py DATA, a folder with banking77, hwu64 and clinc150, each with
`tune-8-shot.jsonl` and `val.jsonl` (clinc150 also `out-of-scope-val.jsonl`), one {"text", "label"} a line.
Each set is used as it is (right or wrong) and with every fourth label withheld (its questions must be refused). The
project's own question files, held-out rows aside, come in the same way, each fourth of the entries withheld in turn.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from bot.knowledge.load import default_folder, load, load_questions
from bot.knowledge.schema import Language
from bot.matching.confidence import WEIGHTS, inputs
from bot.matching.index import Target, build
from bot.matching.matcher import Matcher
from bot.matching.words import Words
from bot.targets import targets_of

SETS = ("banking77", "hwu64", "clinc150")
QUESTIONS = Path(__file__).parent.parent / "tests" / "questions"
OWN_WEIGHT = 3  # one of our own rows counts as much as three public ones: it is our field and our words
Row = tuple[str, str]
Array = NDArray[np.float64]


def rows_of(path: Path) -> list[Row]:
    """(text, label) of every line."""
    with path.open(encoding="utf-8") as lines:
        return [(row["text"], row.get("label", "")) for row in map(json.loads, lines)]


def matcher_for(rows: list[Row], withheld: set[str]) -> Matcher:
    """A matcher trained on the rows whose label is not withheld."""
    groups: dict[str, list[str]] = {}
    for text, label in rows:
        if label not in withheld:
            groups.setdefault(label, []).append(text)
    words = Words(Language())
    return Matcher(build([Target(label, tuple(texts)) for label, texts in groups.items()], words), words)


def observe(matcher: Matcher, rows: list[Row]) -> list[tuple[list[float], float]]:
    """For each question the model's inputs and whether the first candidate was right."""
    seen = []
    for text, label in rows:
        ranking = matcher.rank(text)
        if ranking.best:
            values = inputs({signal.name: signal.value for signal in ranking.best.signals})
            seen.append(([values[name] for name in WEIGHTS], float(ranking.best.entry == label)))
    return seen


def observe_own() -> list[tuple[list[float], float]]:
    """The same over our own questions, each fourth of the entries withheld in turn, so that its questions are refused."""
    knowledge = load(default_folder())
    words, targets = Words(knowledge.language), targets_of(knowledge)
    rows = [
        question
        for _, question in load_questions(QUESTIONS)
        if not question.held_out and not question.context and len(question.text) < 300
    ]
    seen = []
    for fold in range(5):  # the fifth withholds nothing
        withheld = {target.id for number, target in enumerate(targets) if number % 4 == fold}
        matcher = Matcher(build([target for target in targets if target.id not in withheld], words), words)
        for question in rows:
            ranking = matcher.rank(question.text)
            if not ranking.best or ranking.exact or ranking.best.entry.startswith("guard:"):
                continue
            right = ranking.best.entry in {question.entry, *question.also}
            if fold < 4 and question.entry not in withheld:
                continue  # counted once, in the fifth
            values = inputs({signal.name: signal.value for signal in ranking.best.signals})
            seen.append(([values[name] for name in WEIGHTS], float(right)))
    return seen


def logistic(x: Array, y: Array, ridge: float = 1.0) -> Array:
    """Weights by iteratively reweighted least squares; the last one is the bias."""
    x = np.hstack([x, np.ones((len(x), 1))])
    weights = np.zeros(x.shape[1])
    for _ in range(30):
        p = 1 / (1 + np.exp(-x @ weights))
        hessian = (x * (p * (1 - p))[:, None]).T @ x + ridge * np.eye(len(weights))
        weights -= np.linalg.solve(hessian, x.T @ (p - y) + ridge * weights)
    return weights


def auroc(scores: Array, y: Array) -> float:
    """Chance that a right answer scores above a wrong one, in per cent."""
    ranks = np.empty(len(scores))
    ranks[np.argsort(scores)] = np.arange(len(scores))
    right = y == 1
    return float(100 * (ranks[right].mean() - (right.sum() - 1) / 2) / (~right).sum())


def main(folder: Path) -> None:
    """Fit and print."""
    observed = []
    for name in SETS:
        train, val = rows_of(folder / name / "tune-8-shot.jsonl"), rows_of(folder / name / "val.jsonl")
        labels = sorted({label for _, label in train})
        val = val[:: max(1, len(val) // 1000)]
        outside = folder / name / "out-of-scope-val.jsonl"
        extra = rows_of(outside) if outside.exists() else []
        for withheld in (set(), set(labels[::4])):
            observed += observe(matcher_for(train, withheld), val + extra)
    own = observe_own()
    print(f"own questions: {len(own)}, {100 * sum(right for _, right in own) / len(own):.1f} % right")
    observed += own * OWN_WEIGHT
    x, y = np.array([values for values, _ in observed]), np.array([right for _, right in observed])
    weights = logistic(x, y)
    scores = x @ weights[:-1] + weights[-1]
    print(f"{len(y)} questions, {100 * y.mean():.1f} % right; AUROC {auroc(scores, y):.1f}")
    for number, name in enumerate(WEIGHTS):
        print(f"  {name:10s} alone: AUROC {auroc(x[:, number], y):.1f}")
    print("BIAS =", round(float(weights[-1]), 2))
    print("WEIGHTS =", {name: round(float(weight), 2) for name, weight in zip(WEIGHTS, weights, strict=False)})
    mine = np.array([values for values, _ in own]) @ weights[:-1] + weights[-1]
    truth = np.array([right for _, right in own])
    print(f"on our own questions: AUROC {auroc(mine, truth):.1f}")
    for low in np.arange(0, 1, 0.1):
        inside = (1 / (1 + np.exp(-mine)) >= low) & (1 / (1 + np.exp(-mine)) < low + 0.1)
        if inside.any():
            print(f"  own, said {low:.1f}: right {100 * truth[inside].mean():5.1f} % of {inside.sum()}")
    chance = 1 / (1 + np.exp(-scores))
    for low in np.arange(0, 1, 0.1):
        inside = (chance >= low) & (chance < low + 0.1)
        if inside.any():
            print(f"  said {low:.1f} to {low + 0.1:.1f}: right {100 * y[inside].mean():5.1f} % of {inside.sum()}")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
