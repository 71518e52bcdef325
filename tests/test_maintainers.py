"""The week's digest: what it says, when it is due, and that of several processes one says it, once."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from adapters.bootstrap import Library
from adapters.desk import Desk
from adapters.maintainers import Maintainers, this_week
from adapters.settings import Settings
from bot.digest import digest
from bot.errors import AdvisorError, StoreUnavailable
from bot.gaps import Gap, Why
from bot.model import Outcome, Reply, Shown, Turn, Utterance, UtteranceKind
from bot.report import summarise
from bot.store import once
from bot.store.store import Store, open_store

MONDAY = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)


class Place:
    """A channel that has a place for maintainers, or fails to reach it."""

    tells_maintainers = True

    def __init__(self, name: str = "place") -> None:
        self.name = name
        self.told: list[str] = []
        self.broken = False

    async def tell_maintainers(self, text: str) -> None:
        if self.broken:
            raise AdvisorError("not in that channel")
        self.told.append(text)


def turn(number: int, at: datetime, outcome: Outcome, text: str, entry: str = "") -> Turn:
    u = Utterance(UtteranceKind.TEXT, text, f"m{number}", f"p{number}", f"c{number}", "test", at)
    shown = (Shown(entry, "uk", "0" * 16),) if entry else ()
    return Turn(f"t{number}", u, Reply(f"t{number}", outcome), shown, (), 0.5, "rev", 900, at)


def maintainers(place: Any, library: Library, store: Store, *more: Any) -> Maintainers:
    return Maintainers([place, *more], Desk(library, store, Settings()), store, floor=3)


@pytest.mark.parametrize(
    ("now", "due"),
    [
        (datetime(2026, 11, 23, 7, 59, tzinfo=UTC), date(2026, 11, 16)),
        (datetime(2026, 11, 23, 8, 0, tzinfo=UTC), date(2026, 11, 23)),
        (datetime(2026, 11, 29, 23, 0, tzinfo=UTC), date(2026, 11, 23)),
    ],
)
def test_a_week_is_due_from_monday_morning(now: datetime, due: date) -> None:
    assert this_week(now) == due


async def test_of_two_processes_one_tells_the_week_before(database: str, shipped: Library, tmp_path: Path) -> None:
    place = Place()
    async with (
        open_store(database, tmp_path / "a", lambda: MONDAY) as one,
        open_store(database, tmp_path / "b", lambda: MONDAY) as two,
    ):
        await one.log.record(turn(1, MONDAY - timedelta(days=2), Outcome.ANSWERED, "what is TUPE", "tupe"))
        for number in range(2, 5):
            await one.log.record(turn(number, MONDAY - timedelta(days=3), Outcome.FALLBACK, "who mends the moon"))
        await one.log.record(turn(5, MONDAY - timedelta(days=9), Outcome.ANSWERED, "too old", "tupe"))
        for number in range(6, 9):
            await one.log.record(turn(number, MONDAY, Outcome.FALLBACK, "who paints the sun"))
        for store in (one, two, one):
            await maintainers(place, shipped, store).week(date(2026, 11, 23))
    (told,) = place.told
    assert told.startswith("The advisor, 16 November 2026 to 22 November 2026\n")
    assert "4 messages: fallback 3, answered 1." in told
    assert "“who mends the moon” (3 people, 3 questions" in told
    assert "too old" not in told
    assert "who paints the sun" not in told


async def test_what_could_not_be_told_is_told_by_whoever_tries_next(
    shipped: Library, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    place = Place()
    place.broken = True
    async with open_store(f"sqlite+aiosqlite:///{tmp_path / 'a.db'}", tmp_path / "a", lambda: MONDAY) as store:
        found = maintainers(place, shipped, store)
        with pytest.raises(AdvisorError):
            await found.week(date(2026, 11, 23))
        await found.tell("a file is broken")
        assert "not in that channel" in caplog.text
        place.broken = False
        await found.week(date(2026, 11, 23))
        for _ in range(3):
            await found.tell("a file is broken")
    assert [text.split(",")[0] for text in place.told] == ["The advisor", "a file is broken"]


async def test_a_place_that_was_told_is_not_told_again_because_another_could_not_be(
    shipped: Library, tmp_path: Path
) -> None:
    good, bad = Place("good"), Place("bad")
    bad.broken = True
    async with open_store(f"sqlite+aiosqlite:///{tmp_path / 'a.db'}", tmp_path / "a", lambda: MONDAY) as store:
        found = maintainers(bad, shipped, store, good)
        for _ in range(2):
            with pytest.raises(AdvisorError):
                await found.week(date(2026, 11, 23))
        assert len(good.told) == 1
        bad.broken = False
        await found.week(date(2026, 11, 23))
    assert (len(good.told), len(bad.told)) == (1, 1)


async def test_a_week_is_not_lost_when_the_store_goes_down_with_the_channel(
    shipped: Library, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def down(*_: object) -> None:
        raise StoreUnavailable("down")

    place = Place()
    place.broken = True
    async with open_store(f"sqlite+aiosqlite:///{tmp_path / 'a.db'}", tmp_path / "a", lambda: MONDAY) as store:
        found = maintainers(place, shipped, store)
        with monkeypatch.context() as patch:
            patch.setattr(once, "undo", down)
            with pytest.raises(StoreUnavailable):
                await found.week(date(2026, 11, 23))
        place.broken = False
        for _ in range(2):
            await found.week(date(2026, 11, 23))
    assert len(place.told) == 1


def test_a_gap_of_too_few_people_is_told_without_words(shipped: Library) -> None:
    gap = Gap((), 2, (), 2, 2, ((Why.UNANSWERED, 2),), (("tupe", 0.4),))
    report = summarise([], shipped.knowledge, date(2026, 11, 16), date(2026, 11, 22))
    assert "in words of too few to be shown (2 people, 2 questions; nearest tupe)" in digest(
        report, [gap], shipped.knowledge
    )
