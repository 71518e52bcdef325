"""Fit the shipped weights of `bot/matching/confidence.py`, and print them with how well they tell right from wrong.

Usage: python -m benchmarks.fit_confidence DATA, a folder with banking77, hwu64 and clinc150, each with
`tune-8-shot.jsonl` and `val.jsonl` (clinc150 also `out-of-scope-val.jsonl`), one {"text", "label"} a line.
Each set is used as it is (right or wrong) and with every fourth label withheld (its questions must be refused). The
project's own question files and near misses, held-out rows aside, come in the same way.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np

from benchmarks.scores import auroc
from benchmarks.sets import matcher_for, rows_of
from bot.knowledge.load import default_folder, load, load_questions
from bot.matching.calibrate import Observation, logistic, observe
from bot.matching.confidence import SHIPPED
from bot.matching.index import build
from bot.matching.matcher import Matcher
from bot.matching.words import Words
from bot.targets import GUARD, targets_of

SETS = ("banking77", "hwu64", "clinc150")
QUESTIONS = Path(__file__).parent.parent / "tests" / "questions"
OWN_WEIGHT = 3  # one of our own rows counts as much as three public ones: it is our field and our words
MOST = 1000  # validation questions of a set that are used
LONGEST = 300  # characters of our own questions that are used: longer ones are heard by the sentence
ZERO = dict.fromkeys(SHIPPED, 0.0)


def observe_public(folder: Path) -> list[Observation]:
    """Validation questions of the public sets."""
    seen: list[Observation] = []
    for name in SETS:
        train, val = rows_of(folder / name / "tune-8-shot.jsonl"), rows_of(folder / name / "val.jsonl")
        labels = sorted({label for _, label in train})
        val = val[:: max(1, len(val) // MOST)] + rows_of(folder / name / "out-of-scope-val.jsonl")
        for withheld in (frozenset[str](), frozenset(labels[::4])):
            seen += observe(matcher_for(train, withheld), [(text, frozenset({label})) for text, label in val])
    return seen


def observe_own() -> list[Observation]:
    """Our own questions and near misses."""
    knowledge = load(default_folder())
    words, targets = Words(knowledge.language), targets_of(knowledge)
    asked = [
        (question.text, frozenset({question.entry or "", *question.also}))
        for _, question in load_questions(QUESTIONS)
        if not question.held_out and not question.context and len(question.text) < LONGEST
    ]
    misses = [miss for entry in knowledge.entries.values() for miss in entry.near_misses if miss.entry is None]
    asked += [(miss.text, frozenset[str]()) for miss in misses]
    seen: list[Observation] = []
    for share in (0, 4):  # nothing withheld, and every fourth: about one question in five has no entry
        withheld = {target.id for number, target in enumerate(targets) if share and number % share == 0}
        matcher = Matcher(build([target for target in targets if target.id not in withheld], words), words)
        rows = [(text, right) for text, right in asked if not share or right & withheld]
        seen += observe(matcher, [(t, r) for t, r in rows if not _guarded(matcher, t)])
    return seen


def _guarded(matcher: Matcher, text: str) -> bool:
    best = matcher.rank(text).best
    return best is not None and best.entry.startswith(GUARD)


def _report(title: str, seen: list[Observation], weights: dict[str, float]) -> None:
    x = np.array([values for values, _ in seen]) @ np.array(list(weights.values()))
    right = np.array([is_right for _, is_right in seen])
    chance = 1 / (1 + np.exp(-x))
    print(f"{title}: {len(seen)} questions, {100 * right.mean():.1f} % right; AUROC {auroc(x[right], x[~right]):.1f}")
    for low in np.arange(0, 1, 0.1):
        inside = (chance >= low) & (chance < low + 0.1)
        if inside.any():
            print(f"  said {low:.1f} to {low + 0.1:.1f}: right {100 * right[inside].mean():5.1f} % of {inside.sum()}")


def main(folder: Path) -> None:
    """Fit and print."""
    public, own = observe_public(folder), observe_own()
    weights = dict(logistic(public + own * OWN_WEIGHT, ridge=1.0, centre=ZERO))
    _report("public", public, weights)
    _report("our own", own, weights)
    print("SHIPPED =", {name: round(weight, 2) for name, weight in weights.items()})


if __name__ == "__main__":
    main(Path(sys.argv[1]))
