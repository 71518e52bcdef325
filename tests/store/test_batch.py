"""Writes made together: what goes wrong with one is told to that one alone."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

import pytest
from postgres import new_database, own_server
from sqlalchemy import create_engine, text
from sqlmodel.ext.asyncio.session import AsyncSession

from bot.errors import StoreUnavailable
from bot.model import Utterance, UtteranceKind
from bot.store.batch import Together
from bot.store.claims import Acceptance
from bot.store.spool import Record, Spool
from bot.store.store import Store, open_store

SLOWLY = """
create function slowly() returns trigger language plpgsql as 'begin perform pg_sleep(0.01); return new; end';
create trigger slowly before insert on claim for each row execute function slowly();
"""
NOON = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    async with open_store(f"sqlite+aiosqlite:///{tmp_path / 'a.db'}", tmp_path / "spool", lambda: NOON) as found:
        yield found


class Work:
    """Doubles numbers; cannot do 13, and finds the store down at 99."""

    def __init__(self) -> None:
        self.tried: list[Sequence[int]] = []

    async def __call__(self, _session: AsyncSession, numbers: Sequence[int]) -> list[int]:
        self.tried.append(numbers)
        if 99 in numbers:
            raise StoreUnavailable("down")
        if 13 in numbers:
            raise ValueError(13)
        return [2 * number for number in numbers]


async def written(store: Store, work: Work, *numbers: int) -> list[int | BaseException]:
    together = Together(store.sessions, work)
    return await asyncio.gather(*(together.write(number) for number in numbers), return_exceptions=True)


async def test_one_that_cannot_be_written_does_not_cost_the_others(store: Store) -> None:
    first, wrong, last = await written(store, Work(), 1, 13, 2)
    assert (first, last) == (2, 4)
    assert isinstance(wrong, ValueError)


async def test_while_the_store_is_down_the_rest_is_not_tried_one_by_one_and_each_is_told_for_itself(
    store: Store,
) -> None:
    work = Work()

    async def goes_down(session: AsyncSession, numbers: Sequence[int]) -> list[int]:
        if len(numbers) == 1 and numbers[0] != 1:
            raise StoreUnavailable("down")
        return await work(session, numbers)

    together = Together(store.sessions, goes_down)
    found = await asyncio.gather(*(together.write(number) for number in (1, 2, 13, 3)), return_exceptions=True)
    assert found[0] == 2
    assert [type(error) for error in found[1:]] == [StoreUnavailable] * 3
    assert len(set(map(id, found[1:]))) == 3
    assert work.tried == [[1, 2, 13, 3], [1]]


async def test_one_who_waits_no_more_costs_the_others_nothing(store: Store) -> None:
    together = Together(store.sessions, Work())
    tasks = [asyncio.create_task(together.write(number)) for number in (1, 2)]
    await asyncio.sleep(0)
    tasks[0].cancel()
    assert await tasks[1] == 4
    await together.close()
    assert tasks[0].cancelled()


async def test_two_processes_that_get_the_same_messages_in_another_order_claim_each_once(tmp_path: Path) -> None:
    def message(number: int) -> Utterance:
        return Utterance(UtteranceKind.TEXT, "what is a CIC", f"m{number:02}", "ann", f"c{number}", "test", NOON)

    with own_server() as server, new_database(server.url, "t") as url:
        async with (
            open_store(url, tmp_path / "a", lambda: NOON) as one,
            open_store(url, tmp_path / "b", lambda: NOON) as two,
        ):
            engine = create_engine(url)
            with engine.begin() as connection:
                connection.execute(text(SLOWLY))
            engine.dispose()
            both = await asyncio.gather(
                *(one.claims.accept(message(number), {}) for number in range(20)),
                *(two.claims.accept(message(number), {}) for number in reversed(range(20))),
            )
            assert both.count(Acceptance.UNSTORED) == 0
            assert both.count(Acceptance.NEW) == 20


async def test_what_is_spooled_during_a_replay_is_kept(tmp_path: Path) -> None:
    spool = Spool(tmp_path / "spool")
    spool.add({"kind": "finish", "message": "m1"})

    async def write(_record: Record) -> None:
        spool.add({"kind": "finish", "message": "m2"})

    assert await spool.replay(write) == 1
    assert len(spool) == 1
    assert "m2" in (tmp_path / "spool").read_text()
