"""Fit what the matcher ships, the second look and the confidence, and show what each threshold to answer from would do.

Usage: python -m benchmarks.fit_confidence DATA [--write]. DATA is a folder with banking77, hwu64 and clinc150, each with
`tune-8-shot.jsonl` and `val.jsonl` (clinc150 also `out-of-scope-val.jsonl`), one {"text", "label"} a line. `--write` puts
the numbers into `look.py` and `confidence.py` of `bot/matching/`; without it nothing is changed.

Which signals tell is learnt from all worlds (`worlds.py`); how sure to be on the whole from our own questions alone, half
of them asked of the whole knowledge and half of knowledge with every second phrasing withheld: together about as hard as
the questions of readers who have not seen the phrasings.
"""

from __future__ import annotations

import argparse
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks import fit_look
from benchmarks.scores import auroc
from benchmarks.worlds import Question, World, own_worlds, public_worlds
from bot.matching.calibrate import Observation, as_sure_as_right, logistic, observation
from bot.matching.confidence import SHIPPED
from bot.matching.decide import Policy, Zone, decide
from bot.matching.matcher import Matcher, Ranking

MATCHING = Path(__file__).parent.parent / "bot" / "matching"
COUNTS = {"own whole": 4, "own thinned": 2, "own withheld": 2}  # how often a question counts, against a public 1
UNANSWERED = 3  # times as often as the others counts a question of our own that nothing answers: few, and costliest
PUBLIC_EVERY = 2  # every second public question is used: our field and our words count most
ZERO = dict.fromkeys(SHIPPED, 0.0)
FOR_IT = ("share", "margin", "coverage", "kin", "ratio", "meaning")  # more of these must never make it less sure


def see(world: World) -> list[Observation]:
    """What the confidence sees of the questions of a world."""
    return [observation(best, question.right) for question, ranking in world.rankings() if (best := ranking.best)]


def looking(world: World, second: Mapping[str, float], weights: Mapping[str, float] = SHIPPED) -> World:
    """The world with another second look and confidence."""
    matcher = Matcher(world.matcher.index, world.matcher.words, look=second, weights=weights)
    return World(world.name, matcher, world.asked)


def for_it(seen: Sequence[Observation]) -> Mapping[str, float]:
    """The weights; what speaks for a candidate and would get one under nothing, since another signal tells the same, is out."""
    values, right = np.array([values for values, _ in seen]), [right for _, right in seen]
    while True:
        weights = logistic(list(zip(values.tolist(), right, strict=True)), ridge=1.0, centre=ZERO)
        out = [at for at, name in enumerate(SHIPPED) if name in FOR_IT and weights[name] < 0]
        if not out:
            return weights
        values[:, out] = 0.0


def sureness(seen: Iterable[Observation], weights: Mapping[str, float]) -> NDArray[np.float64]:
    """The confidence in each first candidate."""
    x = np.array([values for values, _ in seen]) @ np.array([weights[name] for name in SHIPPED])
    return np.asarray(1 / (1 + np.exp(-x)))


@dataclass(frozen=True)
class Asked:
    """Questions ranked with the new numbers, and how many were asked in all (a guard answers some)."""

    rankings: list[tuple[Question, Ranking]]
    answerable: int
    others: int


def asked(worlds: Iterable[World], second: Mapping[str, float], weights: Mapping[str, float]) -> Asked:
    """The questions of these worlds, asked again."""
    found: list[tuple[Question, Ranking]] = []
    answerable = others = 0
    for world in worlds:
        found += looking(world, second, weights).rankings()
        answerable += sum(bool(question.right) for question in world.asked)
        others += sum(not question.right for question in world.asked)
    return Asked(found, answerable, others)


def answered(parts: Sequence[Asked], policy: Policy) -> tuple[float, float, float]:
    """Right, wrong and false answers with a policy, in per cent of the questions of their kind; the mean over the parts."""
    right, wrong, false = 100 * np.mean([_answered(part, policy) for part in parts], axis=0)
    return float(right), float(wrong), float(false)


def _answered(part: Asked, policy: Policy) -> tuple[float, float, float]:
    """Right and wrong answers of the questions that an entry answers, and false ones of those that none does."""
    shown = [
        (bool(question.right), ranking.best.entry in question.right)
        for question, ranking in part.rankings
        if ranking.best is not None and decide(ranking, policy).zone is Zone.ANSWER
    ]
    right = sum(is_right for _, is_right in shown)
    wrong = sum(answerable and not is_right for answerable, is_right in shown)
    false = sum(not answerable for answerable, _ in shown)
    return right / max(1, part.answerable), wrong / max(1, part.answerable), false / max(1, part.others)


def report(title: str, seen: Sequence[Observation], weights: Mapping[str, float]) -> None:
    """How well the confidence tells right from wrong, and what is right of what was said to be so sure."""
    chance, right = sureness(seen, weights), np.array([right for _, right in seen])
    told = f"; AUROC {auroc(chance[right], chance[~right]):.1f}" if right.any() and not right.all() else ""
    print(f"{title}: {len(seen)} questions, {100 * right.mean():.1f} % right{told}")
    for low in np.arange(0, 1, 0.1):
        inside = (chance >= low) & (chance < low + 0.1)
        if inside.any():
            print(f"  said {low:.1f} to {low + 0.1:.1f}: right {100 * right[inside].mean():5.1f} % of {inside.sum()}")


def paste(file: str, name: str, weights: Mapping[str, float]) -> None:
    """Put numbers in the place of those that a module of the matcher holds."""
    lines: list[str] = []
    line = "   "
    for item in (f'"{key}": {value},' for key, value in weights.items()):
        if len(line) + len(item) > 115:
            lines.append(line)
            line = "   "
        line += f" {item}"
    body = "\n".join([*lines, line])
    path = MATCHING / file
    text = path.read_text(encoding="utf-8")
    found, count = re.subn(rf"(?ms)^({name}: [^=]*= )\{{.*?\}}", f"\\g<1>{{\n{body}\n}}", text, count=1)
    if not count:
        raise SystemExit(f"{path.name} has no {name}")
    path.write_text(found, encoding="utf-8")


def main() -> None:
    """Fit, print, and paste if asked to."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("--write", action="store_true", help="put the numbers into the modules")
    options = parser.parse_args()
    worlds = [*own_worlds(), *public_worlds(options.data)]
    plain = [looking(world, {}) for world in worlds if world.name != "own withheld"]
    choices = [choice for world in plain for choice in fit_look.choices(world)]
    second = {name: round(weight, 2) + 0.0 for name, weight in fit_look.fit(choices).items()}
    print("The second look, right first candidates without it and with weights of other folds:")
    fit_look.report(choices)
    seen: dict[str, list[Observation]] = {}
    for world in worlds:
        seen.setdefault(world.name, []).extend(see(looking(world, second)))
    fitted: list[Observation] = []
    for name, rows in seen.items():
        fitted += rows * COUNTS[name] if name in COUNTS else rows[::PUBLIC_EVERY]
    for world in worlds:
        if world.name in ("own whole", "own thinned"):
            none = replace(world, asked=tuple(question for question in world.asked if not question.right))
            fitted += see(looking(none, second)) * COUNTS[world.name] * (UNANSWERED - 1)
    shape = for_it(fitted)
    whole, thinned = seen["own whole"], seen["own thinned"]
    real = [*whole, *whole, *thinned]  # each question was asked of two thinned ones
    weights = {name: round(weight, 2) + 0.0 for name, weight in as_sure_as_right(shape, real).items()}
    for name, rows in seen.items():
        report(name, rows, weights)
    kinds = ("own whole", "own thinned")
    parts = [asked([w for w in worlds if w.name == kind], second, weights) for kind in kinds]
    print("Answered at once, of our questions, to choose `Policy.answer` by:")
    for least in np.arange(0.9, 0.99, 0.005):
        right, wrong, false = answered(parts, Policy(answer=float(least)))
        print(f"  from {least:.3f}: right {right:.1f} %, wrong {wrong:.2f} %, false {false:.2f} %")
    print("LOOK =", second, "\nSHIPPED =", weights)
    if options.write:
        paste("look.py", "LOOK", second)
        paste("confidence.py", "SHIPPED", weights)


if __name__ == "__main__":
    main()
