"""The second look: what leaves less of the question open wins, frames tell siblings apart, word for word stays first."""

from __future__ import annotations

import numpy as np
import pytest

from bot.knowledge.schema import Language
from bot.matching.frames import frames_of, lacking
from bot.matching.index import Target, build
from bot.matching.look import LOOK, Looked, shares_of, spread_of
from bot.matching.matcher import Matcher
from bot.matching.signals import Coverage
from bot.matching.words import Words

SCAFFOLD = Language.model_validate(
    {"scaffold": ["what", "is", "a", "the", "how", "do", "we", "can", "of", "for", "who"]}
)
TARGETS = [
    Target("pension-cost", ("how much does the pension cost", "what is the price of the pension")),
    Target("pension-length", ("how long does the pension run", "when does the pension end")),
    Target("lease", ("can we rent the library", "who signs the lease of the library")),
    Target("lease-fire", ("who signs the lease of the library after a fire",)),
]


def matcher(look: dict[str, float] | None = None) -> Matcher:
    words = Words(SCAFFOLD)
    return Matcher(build(TARGETS, words), words, look=LOOK if look is None else look)


def looked(score: float, target: int = 0, changes: dict[str, float] | None = None) -> Looked:
    parts = {**dict.fromkeys(("share", "kin", "gap", "ratio", "meaning"), 0.5), **(changes or {})}
    covered = Coverage(share=parts["share"], kin=parts["kin"], gap=parts["gap"])
    return Looked(target, score, covered, 0, parts["ratio"], parts["meaning"], False, {})


@pytest.mark.parametrize(
    ("better", "worse"),
    [({"share": 0.9}, {"share": 0.1}), ({"kin": 0.9}, {"kin": 0.1}), ({"gap": 0.1}, {"gap": 0.9}),
     ({"ratio": 0.9}, {"ratio": 0.1}), ({"meaning": 0.9}, {"meaning": 0.1})],
)  # fmt: skip
def test_what_leaves_less_open_or_comes_nearer_gains(better: dict[str, float], worse: dict[str, float]) -> None:
    weights = {name: weight for name, weight in LOOK.items() if name not in {"who", "asks", "when"}}
    assert looked(1.0, 0, better).bonus(weights) > looked(1.0, 0, worse).bonus(weights)


def test_the_second_look_changes_the_order_and_no_weights_leave_it() -> None:
    text = "who signs the lease of the library after a fire in spring"
    plain, again = matcher({}).rank(text), matcher().rank(text)
    assert plain.looked[0].score == max(one.score for one in plain.looked)
    assert again.best is not None
    assert again.best.entry == "lease-fire"
    assert again.margin > plain.margin


def test_a_phrasing_word_for_word_stays_first_whatever_the_weights() -> None:
    against = dict.fromkeys(LOOK, -5.0)
    ranking = matcher(against).rank("can we rent the library")
    assert ranking.exact
    assert ranking.best is not None
    assert ranking.best.entry == "lease"
    assert ranking.margin > 0


def test_candidates_are_listed_once_and_best_first() -> None:
    found = matcher().rank("how much is the library lease")
    assert len({c.entry for c in found.candidates}) == len(found.candidates) == len(TARGETS)
    assert [c.score for c in found.candidates[: len(found.looked)]] == sorted(
        (c.score for c in found.candidates[: len(found.looked)]), reverse=True
    )


def test_the_shares_of_all_targets_make_one() -> None:
    final = np.array([1.2, 1.0])
    shares = shares_of(final, [looked(0.9, 1), looked(0.8, 0)], np.array([0.8, 0.9, 0.2], np.float32))
    assert float(shares.sum()) == pytest.approx(1, abs=1e-5)
    assert shares[1] > shares[0] > shares[2]


def test_the_spread_is_nothing_where_one_has_it_all() -> None:
    assert spread_of(np.array([1.0, 0.0], np.float32)) == pytest.approx(0, abs=1e-6)
    assert spread_of(np.array([0.5, 0.5], np.float32)) == pytest.approx(np.log(2), abs=1e-5)


@pytest.mark.parametrize(
    ("text", "frames"),
    [
        ("how much is it", {"asks:cost"}),
        ("how long is it", {"asks:duration"}),
        ("how is it", {"asks:how"}),
        ("can a nurse join", {"asks:whether", "who:health"}),
        ("the commissioner says no", {"who:commissioner"}),
        ("what was the rule in 2010", {"when:change", "when:year"}),
        ("what happens next year", {"when:change"}),
        ("do we have to tell the union", {"asks:whether", "asks:duty", "who:union"}),
        ("room 3100", set()),
    ],
)
def test_the_frame_of_a_question(text: str, frames: set[str]) -> None:
    assert frames_of(text.split()) == frames


def test_only_what_the_entry_lacks_counts() -> None:
    asked = frames_of(["how", "much", "does", "a", "nurse", "pay", "after", "2026"])
    assert lacking(asked, asked) == {"who": 0, "asks": 0, "when": 0}
    assert lacking(asked, frames_of(["nurse"])) == {"who": 0, "asks": 1, "when": 2}
    assert lacking([], asked) == {"who": 0, "asks": 0, "when": 0}


def test_a_sibling_that_has_the_frame_comes_first() -> None:
    for text, entry in (("how much for the pension", "pension-cost"), ("how long for the pension", "pension-length")):
        best = matcher({"asks": -1.0}).rank(text).best
        assert best is not None
        assert best.entry == entry
