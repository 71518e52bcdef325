"""Fit what the matcher ships: the second look, the confidence, and the threshold to answer from. Prints and pastes them.

Usage: python -m benchmarks.fit_confidence DATA [--write]. DATA is a folder with banking77, hwu64 and clinc150, each with
`tune-8-shot.jsonl` and `val.jsonl` (clinc150 also `out-of-scope-val.jsonl`), one {"text", "label"} a line. `--write` puts
the numbers into `look.py`, `confidence.py` and `decide.py` of `bot/matching/`; without it nothing is changed.

Which signals tell is learnt from all worlds (`worlds.py`); how sure to be on the whole from our own questions alone, half
of them asked of the whole knowledge and half of knowledge with every second phrasing withheld: together about as hard as
the questions of readers who have not seen the phrasings.
"""

from __future__ import annotations

import argparse
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks import fit_look
from benchmarks.scores import auroc
from benchmarks.worlds import World, own_worlds, public_worlds
from bot.matching.calibrate import Observation, as_sure_as_right, logistic
from bot.matching.confidence import SHIPPED, inputs
from bot.matching.matcher import Matcher

MATCHING = Path(__file__).parent.parent / "bot" / "matching"
COUNTS = {
    "own whole": 4,
    "own thinned": 2,
    "own withheld": 2,
}  # how often a question counts in the fit, against a public 1
PUBLIC_EVERY = 2  # every second public question is used: our field and our words count most
WORST = 0.01  # of the questions, answered wrongly: what the threshold is chosen for
ZERO = dict.fromkeys(SHIPPED, 0.0)


@dataclass(frozen=True)
class Seen:
    """What the confidence sees of a question: its inputs, whether the first is right, and whether anything is."""

    values: list[float]
    right: bool
    answerable: bool


def see(world: World) -> list[Seen]:
    """The questions of a world."""
    found = []
    for question, ranking in world.rankings():
        if ranking.best is not None:
            values = inputs({signal.name: signal.value for signal in ranking.best.signals})
            right = ranking.best.entry in question.right
            found.append(Seen([values[name] for name in SHIPPED], right, bool(question.right)))
    return found


def looking(world: World, weights: Mapping[str, float]) -> World:
    """The world with another second look."""
    matcher = Matcher(world.matcher.index, world.matcher.words, look=weights)
    return World(world.name, matcher, world.asked)


def sureness(seen: Iterable[Seen], weights: Mapping[str, float]) -> NDArray[np.float64]:
    """The confidence in each first candidate."""
    x = np.array([one.values for one in seen]) @ np.array([weights[name] for name in SHIPPED])
    return np.asarray(1 / (1 + np.exp(-x)))


def threshold(whole: Sequence[Seen], thinned: Sequence[Seen], weights: Mapping[str, float]) -> float:
    """The lowest confidence to answer from with no more than `WORST` wrong, and no more than `WORST` false, answers."""
    parts = [(seen, sureness(seen, weights)) for seen in (whole, thinned)]
    for at in np.arange(0.5, 0.99, 0.01):
        wrong = np.mean([_share(seen, sure, at, answerable=True) for seen, sure in parts])
        false = np.mean([_share(seen, sure, at, answerable=False) for seen, sure in parts])
        if max(wrong, false) <= WORST:
            return round(float(at), 2)
    return 0.99


def _share(seen: Sequence[Seen], sure: NDArray[np.float64], at: float, *, answerable: bool) -> float:
    """Of the questions that something, or nothing, answers: how many are answered wrongly from this confidence on."""
    rows = [not one.right and c >= at for one, c in zip(seen, sure, strict=True) if one.answerable is answerable]
    return float(np.mean(rows))


def report(title: str, seen: Sequence[Seen], weights: Mapping[str, float]) -> None:
    """How well the confidence tells right from wrong, and what is right of what was said to be so sure."""
    chance, right = sureness(seen, weights), np.array([one.right for one in seen])
    told = f"; AUROC {auroc(chance[right], chance[~right]):.1f}" if right.any() and not right.all() else ""
    print(f"{title}: {len(seen)} questions, {100 * right.mean():.1f} % right{told}")
    for low in np.arange(0, 1, 0.1):
        inside = (chance >= low) & (chance < low + 0.1)
        if inside.any():
            print(f"  said {low:.1f} to {low + 0.1:.1f}: right {100 * right[inside].mean():5.1f} % of {inside.sum()}")


def paste(file: str, name: str, weights: Mapping[str, float]) -> None:
    """Put numbers in the place of those that a module of the matcher holds."""
    path = MATCHING / file
    lines, line = [], "   "
    for item in (f'"{key}": {value},' for key, value in weights.items()):
        if len(line) + len(item) > 115:
            lines, line = [*lines, line], "   "
        line += f" {item}"
    body = "\n".join([*lines, line])
    text = path.read_text(encoding="utf-8")
    found, count = re.subn(rf"(?s)^({name}: [^=]*= )\{{.*?\}}", rf"\1{{\n{body}\n}}", text, count=1, flags=re.MULTILINE)
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
    choices = [
        choice for world in worlds if world.name != "own withheld" for choice in fit_look.choices(looking(world, {}))
    ]
    second = {name: round(weight, 2) for name, weight in fit_look.fit(choices).items()}
    print("The second look, right first candidates without it and with weights of other folds:")
    fit_look.report(choices)
    seen: dict[str, list[Seen]] = {}
    for world in worlds:
        seen.setdefault(world.name, []).extend(see(looking(world, second)))
    fitted: list[Observation] = []
    for name, rows in seen.items():
        counted = rows * COUNTS[name] if name in COUNTS else rows[::PUBLIC_EVERY]
        fitted += [(one.values, one.right) for one in counted]
    shape = logistic(fitted, ridge=1.0, centre=ZERO)
    whole, thinned = seen["own whole"], seen["own thinned"]
    real: list[Observation] = [(one.values, one.right) for one in (*whole, *whole, *thinned)]
    weights = {name: round(weight, 2) for name, weight in as_sure_as_right(shape, real).items()}
    for name, rows in seen.items():
        report(name, rows, weights)
    answer = threshold(whole, thinned, weights)
    print("LOOK =", second, "\nSHIPPED =", weights, "\nPolicy.answer =", answer)
    if options.write:
        paste("look.py", "LOOK", second)
        paste("confidence.py", "SHIPPED", weights)
        decide = MATCHING / "decide.py"
        text = decide.read_text(encoding="utf-8")
        decide.write_text(re.sub(r"(?m)^(    answer: float = )[\d.]+", rf"\g<1>{answer}", text), encoding="utf-8")


if __name__ == "__main__":
    main()
