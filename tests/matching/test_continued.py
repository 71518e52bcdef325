"""A change learnt on top: what changed is heard, everybody else's weights stay, and what is looked up is as if made anew."""

from __future__ import annotations

from dataclasses import replace
from itertools import product

import numpy as np
import pytest

from bot.knowledge.schema import Language
from bot.matching.continued import MOST, continued
from bot.matching.index import Index, Target, build
from bot.matching.matcher import Matcher
from bot.matching.rows import Rows
from bot.matching.texts import Reader
from bot.matching.words import Words
from bot.model import Nation

LANGUAGE = Language.model_validate({"concepts": [["boss", "manager"]], "scaffold": ["what", "is", "the", "a", "how"]})
SUBJECTS = ("pension", "lease", "grant", "tender", "ballot", "audit", "licence", "roof", "van", "kitchen")
FRAMES = ("what is the {} of the {}", "how long does the {} of a {} take", "who pays for the {} and its {}")
TARGETS = [
    Target(f"{one}-{other}", tuple(frame.format(one, other) for frame in FRAMES))
    for one, other in product(SUBJECTS, SUBJECTS[:6])
    if one != other
]
BEES = Target("bees", ("may we keep bees on the roof", "who allows a beehive up there", "are hives allowed on top"))


@pytest.fixture(scope="module")
def reader() -> Reader:
    return Reader(Words(LANGUAGE))


@pytest.fixture(scope="module")
def before(reader: Reader) -> Index:
    return build(TARGETS, reader.words)


def learnt(before: Index, targets: list[Target], reader: Reader) -> Index:
    made = continued(before, reader, targets, reader)
    assert made is not None
    return made.index


def best(index: Index, text: str, reader: Reader) -> str:
    found = Matcher(index, reader.words).rank(text).best
    assert found is not None
    return found.entry


def weights(index: Index) -> dict[tuple[str, str], float]:
    """By the names of feature and target."""
    names = list(index.vocabulary)
    rows, found = index.rows, {}
    for feature in range(len(names)):
        for at in range(int(rows.starts[feature]), int(rows.starts[feature + 1])):
            target = index.targets[int(rows.columns[at])].id
            found[names[feature], target] = float(rows.values[at] * rows.step[feature])
    return found


def test_a_new_entry_is_found_and_takes_nothing_from_the_others(before: Index, reader: Reader) -> None:
    index = learnt(before, [*TARGETS[:20], BEES, *TARGETS[20:]], reader)
    for text in ("who may keep bees there", "is a beehive allowed on the roof", "are we allowed hives"):
        assert best(index, text, reader) == "bees"
    asked = [(f"tell me what is the {t.id.replace('-', ' of the ')}", t.id) for t in TARGETS]
    assert [best(index, text, reader) for text, _ in asked] == [best(before, text, reader) for text, _ in asked]


def test_many_new_entries_leave_the_others_alone(reader: Reader) -> None:
    few = TARGETS[8:]
    index = learnt(build(few, reader.words), TARGETS, reader)
    assert [best(index, t.phrasings[1] + " here", reader) for t in TARGETS] == [t.id for t in TARGETS]


def test_a_new_way_to_ask_is_heard(before: Index, reader: Reader) -> None:
    told = replace(TARGETS[3], phrasings=(*TARGETS[3].phrasings, "the zebra question", "anything about a zebra"))
    assert best(before, "what about the zebra", reader) != told.id
    assert best(learnt(before, [*TARGETS[:3], told, *TARGETS[4:]], reader), "what about the zebra", reader) == told.id


def test_the_weights_of_all_others_stay(before: Index, reader: Reader) -> None:
    told = replace(TARGETS[3], phrasings=(*TARGETS[3].phrasings[1:], "the zebra question"))
    index = learnt(before, [*TARGETS[:3], told, *TARGETS[4:]], reader)
    was, now = weights(before), weights(index)
    step = dict(zip(index.vocabulary, index.rows.step, strict=True))
    for name in was.keys() | now.keys():
        if name[1] != told.id:
            assert abs(now.get(name, 0.0) - was.get(name, 0.0)) <= step[name[0]], name
    assert {name for name in now if name[1] == told.id} != {name for name in was if name[1] == told.id}
    others = [n for n in range(len(TARGETS)) if n != 3]
    assert np.array_equal(index.meaning[:, others], before.meaning[:, others])


def test_what_is_looked_up_is_as_if_made_from_scratch(before: Index, reader: Reader) -> None:
    told = replace(TARGETS[3], phrasings=("the zebra question", *TARGETS[3].phrasings))
    targets = [BEES, *reversed(TARGETS[4:]), told, *TARGETS[1:3]]  # one is gone, the others stand in another order
    index, scratch = learnt(before, targets, reader), build(targets, reader.words)
    for name in ("targets", "stems", "known", "keys", "denying", "frames", "exact"):
        assert getattr(index, name) == getattr(scratch, name), name
    for name in ("phrasings", "stem_weight", "stem_meaning", "cover"):
        assert np.array_equal(getattr(index, name), getattr(scratch, name)), name
    assert all(map(np.array_equal, index.own_forms, scratch.own_forms))
    assert set(index.vocabulary) >= set(scratch.vocabulary)


def test_the_same_change_gives_the_same_index(before: Index, reader: Reader) -> None:
    one, other = (learnt(before, [*TARGETS, BEES], reader) for _ in range(2))
    assert np.array_equal(one.rows.values, other.rows.values)
    assert np.array_equal(one.meaning, other.meaning)


def test_an_entry_that_is_gone_is_not_found(before: Index, reader: Reader) -> None:
    index = learnt(before, TARGETS[1:], reader)
    assert TARGETS[0].id not in {best(index, text, reader) for text in TARGETS[0].phrasings}
    assert [best(index, t.phrasings[0], reader) for t in TARGETS[1:]] == [t.id for t in TARGETS[1:]]


def test_a_nation_may_change_without_a_step_of_training(before: Index, reader: Reader) -> None:
    made = continued(before, reader, [replace(TARGETS[0], nations=frozenset({Nation.WALES})), *TARGETS[1:]], reader)
    assert made is not None
    assert made.changed == frozenset()
    assert weights(made.index) == weights(before)


def test_words_that_change_touch_only_the_phrasings_that_have_them(reader: Reader) -> None:
    targets = [*TARGETS, BEES]
    before = build(targets, reader.words)
    other = Reader(Words(LANGUAGE.model_copy(update={"concepts": (("boss", "manager"), ("beehive", "apiary"))})))
    made = continued(before, reader, targets, other)
    assert made is not None
    assert made.changed == {"bees"}
    assert best(made.index, "who allows an apiary", other) == "bees"


def test_too_much_change_is_left_to_a_training(before: Index, reader: Reader) -> None:
    told = [replace(target, phrasings=(*target.phrasings, f"zebra {target.id}")) for target in TARGETS[: MOST + 1]]
    assert continued(before, reader, [*told, *TARGETS[MOST + 1 :]], reader) is None
    assert continued(before, reader, [BEES], reader) is None


@pytest.mark.parametrize("seed", range(5))
def test_replaced_rows_hold_the_new_weights_and_the_old_ones(seed: int) -> None:
    rng = np.random.default_rng(seed)
    dense = rng.normal(size=(6, 9)).astype(np.float32) * (rng.random((6, 9)) < 0.4)
    rows = Rows.of(dense)
    new = rng.normal(size=(2, 11)).astype(np.float32) * 3
    moved = np.array([3, -1, 0, 5, -1, 1])  # of six targets two are left out, and two are new: 2 and 4
    made = rows.replaced(moved, 6, np.array([2, 4]), new)
    wanted = np.zeros((6, 11), np.float32)
    for old, place in enumerate(moved):
        if place >= 0:
            wanted[place, :9] = dense[old]
    wanted[[2, 4]] = new
    got = np.array([[made[feature, target] for feature in range(11)] for target in range(6)])
    assert np.allclose(got, wanted, atol=1.1 * float(made.step.max()))
    assert np.allclose(made.of_targets(np.array([4, 0])), got[[4, 0]])
