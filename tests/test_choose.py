"""Which text is right: for every shipped entry, five nations and every boundary day with its neighbours."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

import pytest

from adapters.bootstrap import Library
from bot.choose import Chosen, Fork, NoneExists, NotCovered, choose
from bot.knowledge.schema import Entry, Variant
from bot.model import Nation, Status

FOUR_AND_NONE = (None, *Nation)


def boundary_days(entry: Entry) -> Iterator[date]:
    """Today, and each day on which a text starts or ends, with its neighbours."""
    days = {date(2026, 11, 24)}
    for variant in entry.answers:
        days |= {variant.from_.first()} if variant.from_ else set()
        days |= {variant.to.last()} if variant.to else set()
    for day in days:
        yield from (day - timedelta(days=1), day, day + timedelta(days=1))


def test_every_entry_nation_and_boundary_day_has_exactly_one_result_and_never_another_nations(shipped: Library) -> None:
    seen: set[type] = set()
    for entry in shipped.knowledge.entries.values():
        if entry.choice is not None:
            continue
        for day in boundary_days(entry):
            for nation in FOUR_AND_NONE:
                found = choose(entry, nation, day)
                seen.add(type(found))
                if isinstance(found, Chosen | NoneExists):
                    assert found.variant.in_force_on(day), (entry.id, nation, day)
                    assert nation is None or nation in found.variant.scope, (entry.id, nation, day)
                    right = [v for v in entry.answers if v.in_force_on(day) and (nation is None or nation in v.scope)]
                    assert found.variant in right
                elif isinstance(found, Fork):
                    assert nation is None
                    assert len({v.lead for v in entry.answers if v.in_force_on(day)}) > 1, entry.id
                else:
                    assert not any(v.in_force_on(day) and nation in v.scope for v in entry.answers if nation), entry.id
                    assert all(any(n in v.scope for v in entry.answers) for n in found.covered)
    assert seen == {Chosen, NoneExists, Fork, NotCovered}, "the shipped knowledge no longer has each kind of case"


def variant(nations: str, lead: str, **kw: object) -> Variant:
    source = {"title": "A", "url": "https://a.example/"}
    return Variant.model_validate(
        {"nations": nations.split(), "status": "in-force", "lead": lead, "sources": [source], **kw}
    )


def entry(*answers: Variant) -> Entry:
    return Entry(id="x", question="X?", phrasings=("x",), answers=answers)


DAY = date(2020, 6, 1)


@pytest.mark.parametrize(
    ("day", "lead"), [(date(2019, 12, 31), "old"), (date(2020, 1, 1), "new"), (date(2020, 1, 2), "new")]
)
def test_the_day_before_on_and_after_a_change_has_its_own_text(day: date, lead: str) -> None:
    changing = entry(variant("uk", "old", to="2019-12-31"), variant("uk", "new", **{"from": "2020-01-01"}))
    found = choose(changing, Nation.WALES, day)
    assert isinstance(found, Chosen)
    assert found.variant.lead == lead


def test_a_partial_date_covers_its_first_and_last_day() -> None:
    june = entry(variant("uk", "june", to="2020-06", **{"from": "2020-06"}))
    inside = [
        isinstance(choose(june, None, d), Chosen) for d in (date(2020, 5, 31), DAY, date(2020, 6, 30), date(2020, 7, 1))
    ]
    assert inside == [False, True, True, False]


def test_one_text_is_shown_without_asking_the_nation() -> None:
    found = choose(entry(variant("scotland", "only")), None, DAY)
    assert found == Chosen(found.variant, unasked=True) if isinstance(found, Chosen) else False


def test_two_texts_fork_and_only_for_the_nations_that_have_one() -> None:
    found = choose(entry(variant("scotland", "a"), variant("wales", "b")), None, DAY)
    assert found == Fork((Nation.SCOTLAND, Nation.WALES))


def test_a_nation_without_a_text_never_gets_anothers() -> None:
    assert choose(entry(variant("scotland", "a")), Nation.WALES, DAY) == NotCovered((Nation.SCOTLAND,))


def test_none_exists_is_said_to_its_nation_and_does_not_force_a_fork() -> None:
    both = entry(variant("england", "yes"), variant("scotland", "no", status=Status.NONE_EXISTS))
    assert isinstance(choose(both, Nation.SCOTLAND, DAY), NoneExists)
    found = choose(both, None, DAY)
    assert isinstance(found, Chosen)
    assert found.variant.lead == "yes"
