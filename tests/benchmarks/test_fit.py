"""The fit of the second look and of the threshold, on made-up candidates with a known best answer."""

from __future__ import annotations

import ast
import shutil
from pathlib import Path

import numpy as np
import pytest

from benchmarks import fit_confidence, fit_look
from benchmarks.fit_confidence import Asked, answered, report, see
from benchmarks.fit_look import Choice, accuracy, fit
from benchmarks.sets import matcher_for
from benchmarks.worlds import Question, World, thinned
from bot.matching import matcher
from bot.matching.confidence import SHIPPED
from bot.matching.decide import Policy
from bot.matching.index import Target
from bot.matching.look import LOOK
from bot.matching.matcher import Ranking
from bot.matching.words import Reading
from bot.model import Candidate, Signal


def made(count: int = 300) -> list[Choice]:
    """Of two candidates the one with more `kin` is right, whatever the score says."""
    rng = np.random.default_rng(3)
    at = 1 + list(LOOK).index("kin")
    choices = []
    for number in range(count):
        parts = np.zeros((2, len(LOOK) + 1))
        parts[1] = rng.normal(size=len(LOOK) + 1) * 0.3
        first = parts[1, 0] * 0.2 + parts[1, at] + rng.normal() * 0.2 > 0
        choices.append(Choice(parts, np.array([not first, first]), number % fit_look.FOLDS, "own whole"))
    return choices


def test_the_part_that_tells_gets_the_weight() -> None:
    weights = fit(made())
    assert max(weights, key=lambda name: abs(weights[name])) == "kin"
    assert accuracy(made(), weights) > accuracy(made(), dict.fromkeys(LOOK, 0.0)) + 10


def ranking(confidence: float, entry: str) -> Ranking:
    return Ranking(
        (Candidate(entry, 0.9, "a phrasing", (Signal("weight", 2.0),)),), confidence, 1.0, Reading(("word",))
    )


def test_what_a_threshold_answers_is_right_wrong_or_false() -> None:
    right = [(Question("q", frozenset({"a"})), ranking(0.6 + n / 1000, "a")) for n in range(300)]
    wrong = [(Question("q", frozenset({"a"})), ranking(at, "b")) for at in (0.62, 0.75, 0.76)]
    false = [(Question("q", frozenset()), ranking(at, "a")) for at in (0.65, 0.9)]
    part = Asked(right + wrong + false, answerable=400, others=100)  # 97 questions and 98 others never got a ranking
    assert answered([part], Policy(answer=0.7)) == pytest.approx((50.0, 0.5, 1.0))
    assert answered([part, Asked([], 10, 10)], Policy(answer=0.7)) == pytest.approx((25.0, 0.25, 0.5))


def test_thinning_keeps_the_question_and_half_of_the_phrasings() -> None:
    target = Target("a", ("question", "one", "two", "three", "four"))
    parts = [thinned(target, fold).phrasings for fold in (0, 1)]
    assert all(part[0] == "question" for part in parts)
    assert sorted({text for part in parts for text in part[1:]}) == sorted(target.phrasings[1:])
    assert not set(parts[0][1:]) & set(parts[1][1:])


def test_numbers_are_pasted_where_they_belong(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path
    path = folder / "look.py"
    path.write_text('A = 1\nLOOK: Mapping[str, float] = {\n    "x": 1,\n}  # fmt: skip\nB = {"y": 2}\n')
    monkeypatch.setattr(fit_confidence, "MATCHING", folder)
    fit_confidence.paste("look.py", "LOOK", {"x": 3.5, "z": -1.0})
    assert path.read_text() == (
        'A = 1\nLOOK: Mapping[str, float] = {\n    "x": 3.5, "z": -1.0,\n}  # fmt: skip\nB = {"y": 2}\n'
    )
    with pytest.raises(SystemExit, match="has no SHIPPED"):
        fit_confidence.paste("look.py", "SHIPPED", {})


def test_the_fit_finds_the_numbers_it_replaces(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for file in ("look.py", "confidence.py"):
        shutil.copy(fit_confidence.MATCHING / file, tmp_path / file)
    monkeypatch.setattr(fit_confidence, "MATCHING", tmp_path)
    fit_confidence.paste("look.py", "LOOK", LOOK)
    fit_confidence.paste("confidence.py", "SHIPPED", SHIPPED)
    for file in ("look.py", "confidence.py"):
        assert ast.dump(ast.parse((tmp_path / file).read_text())) == ast.dump(
            ast.parse((Path(matcher.__file__).parent / file).read_text())
        )


def test_what_the_confidence_sees_of_a_world(capsys: pytest.CaptureFixture[str]) -> None:
    rows = [("keep my pension", "pension"), ("rent the library", "lease"), ("bid for the tender", "tender")]
    asked = (
        Question("is the pension kept", frozenset({"pension"})),
        Question("sing a song", frozenset()),
        Question("rent the library", frozenset({"lease"})),  # word for word: tells nothing
        Question("bid for a tender", frozenset({"tender"}), guarded=True),
    )
    seen = see(World("tiny", matcher_for(rows), asked))
    assert [right for _, right in seen] == [True, False]
    assert all(len(values) == len(SHIPPED) for values, _ in seen)
    report("tiny", seen, SHIPPED)
    assert capsys.readouterr().out.startswith("tiny: 2 questions, 50.0 % right; AUROC 100.0\n")
