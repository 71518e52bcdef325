"""The ablation: each variant leaves out what it says, and everything is as before when it is done."""

from __future__ import annotations

import pytest

from benchmarks.ablation import VARIANTS, Variant, measure, slipped
from benchmarks.worlds import Question
from bot.knowledge.schema import Language
from bot.matching import features, train
from bot.matching.index import Target
from bot.matching.repair import Repairer
from bot.matching.words import Words

TARGETS = (
    Target("pension", ("What happens to the pension?", "is my pension safe")),
    Target("lease", ("Can we rent the library?", "who signs the lease of the library")),
    Target("term-lot", ("What is a lot?", "explain lots")),
)
ASKED = (Question("is the pension safe", frozenset({"pension"})), Question("what are lots", frozenset({"term-lot"})))


def variant(name: str) -> Variant:
    return next(one for one in VARIANTS if one.name == name)


@pytest.mark.parametrize("name", [one.name for one in VARIANTS])
def test_every_variant_can_be_asked_and_leaves_no_trace(name: str) -> None:
    before = (features.GROUP_SIZES, features.PAIRS, train.RATE, train.RIVALS, Repairer.repair)
    with variant(name).matcher(TARGETS, Words(Language())) as made:
        first, three = map(float, measure(made, ASKED))
    assert 0 < first <= three <= 100
    assert (features.GROUP_SIZES, features.PAIRS, train.RATE, train.RIVALS, Repairer.repair) == before


def test_a_variant_is_without_its_part() -> None:
    words = Words(Language())
    with variant("without letter groups").matcher(TARGETS, words) as made:
        assert not any(name.startswith("c:") for name in made.index.vocabulary)
    with variant("without spelling repair").matcher(TARGETS, words) as made:
        assert not made.rank("is my penson safe").repaired
    with variant("without word vectors").matcher(TARGETS, words) as made:
        assert not made.index.meaning.any()
    with variant("without the glossary's terms").matcher(TARGETS, words) as made:
        assert [target.id for target in made.index.targets] == ["pension", "lease"]


def test_slips_are_the_same_each_time() -> None:
    assert slipped(ASKED) == slipped(ASKED)
    assert [one.text for one in slipped(ASKED)] != [one.text for one in ASKED]
