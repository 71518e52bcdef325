"""What can happen to a store under load, on real components: it fills up, stops and starts, loses its connections, or the
clock steps. Every accepted utterance ends answered and logged."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from postgres import new_database, own_server
from sqlalchemy import Pool, create_engine, event, text
from talk import NOON

from adapters.delivery import Delivery
from bot.model import Outcome, Reply, Turn, Utterance, UtteranceKind
from bot.store.store import Store, open_store

MESSAGES = 60


class Desk:
    """Answers slowly, records the turn, and keeps what was sent."""

    def __init__(self, store: Store, clock: Callable[[], datetime]) -> None:
        self.sent: Counter[str] = Counter()
        self._store = store
        self._clock = clock
        self.delivery = Delivery(self._answer, store.claims, self._send)

    async def _answer(self, utterance: Utterance) -> Reply:
        await self._store.log.recall(utterance)
        reply = Reply(turn=f"t-{utterance.message_id}", outcome=Outcome.ANSWERED, lead=utterance.text)
        await self._store.log.record(Turn(reply.turn, utterance, reply, (), (), 0.5, "rev", 1, self._clock()))
        return reply

    async def _send(self, reply: Reply, address: Mapping[str, str]) -> None:
        self.sent[reply.turn.removeprefix("t-")] += 1

    async def take(self, number: int) -> None:
        made = Utterance(
            UtteranceKind.TEXT, "what is a CIC", f"m{number}", f"p{number}", f"c{number}", "fake", self._clock()
        )
        await self.delivery.handle(made, {})


def all_once() -> dict[str, int]:
    return {f"m{number}": 1 for number in range(MESSAGES)}


async def logged(store: Store) -> set[str]:
    found: set[str] = set()
    for number in range(MESSAGES):
        found |= {turn["message"] for turn in (await store.log.export(f"p{number}")).get("turns", [])}
    return found


async def test_a_database_stopped_and_started_under_load_costs_no_answer_and_no_record(tmp_path: Path) -> None:
    with own_server() as server, new_database(server.url, "t") as url:
        async with open_store(url, tmp_path / "spool", lambda: NOON) as store:
            desk = Desk(store, lambda: NOON)
            load = [asyncio.create_task(desk.take(number)) for number in range(MESSAGES // 3)]
            await asyncio.sleep(0.05)
            await asyncio.to_thread(server.stop)
            load += [asyncio.create_task(desk.take(number)) for number in range(MESSAGES // 3, 2 * MESSAGES // 3)]
            await asyncio.gather(*load)
            assert len(desk.sent) == 2 * MESSAGES // 3
            assert len(store.spool) > 0
            await asyncio.to_thread(server.start)
            await asyncio.gather(*(desk.take(number) for number in range(2 * MESSAGES // 3, MESSAGES)))
            await desk.delivery.resume("fake", alone=True)
            assert desk.sent.keys() == all_once().keys()
            assert max(desk.sent.values()) <= 2
            assert await logged(store) == set(all_once())
            assert len(store.spool) == 0


async def test_connections_cut_under_load_cost_nothing(tmp_path: Path) -> None:
    with own_server() as server, new_database(server.url, "t") as url:
        async with open_store(url, tmp_path / "spool", lambda: NOON) as store:
            desk = Desk(store, lambda: NOON)
            load = [asyncio.create_task(desk.take(number)) for number in range(MESSAGES)]
            engine = create_engine(server.url, isolation_level="AUTOCOMMIT")
            with engine.connect() as connection:
                cut = text("select pg_terminate_backend(pid) from pg_stat_activity where datname = 't'")
                for _ in range(3):
                    await asyncio.sleep(0.05)
                    connection.execute(cut)
            engine.dispose()
            await asyncio.gather(*load)
            await desk.delivery.resume("fake", alone=True)
            await store.log.catch_up()
            assert desk.sent.keys() == all_once().keys()
            assert await logged(store) == set(all_once())


@pytest.fixture
def most_pages() -> Iterator[list[int]]:
    """How many pages SQLite may have, set on every use of a connection: its own way to have a full disk."""
    allowed = [1_000_000]

    def limit(connection: Any, _record: Any, _proxy: Any) -> None:
        connection.cursor().execute(f"pragma max_page_count = {allowed[0]}")

    event.listen(Pool, "checkout", limit)
    yield allowed
    event.remove(Pool, "checkout", limit)


async def test_a_full_disk_costs_no_answer_and_the_record_is_written_when_there_is_room(
    tmp_path: Path, most_pages: list[int]
) -> None:
    url = f"sqlite+aiosqlite:///{tmp_path / 'a.db'}"
    async with open_store(url, tmp_path / "spool", lambda: NOON) as store:
        desk = Desk(store, lambda: NOON)
        most_pages[0] = 1  # SQLite takes this to mean: not one page more than there are
        await asyncio.gather(*(desk.take(number) for number in range(MESSAGES)))
        assert desk.sent == all_once()
        assert len(store.spool) > 0
        most_pages[0] = 1_000_000
        await store.log.catch_up()
        assert await logged(store) == set(all_once())
        assert len(store.spool) == 0


@pytest.mark.parametrize("step", [timedelta(hours=-2), timedelta(hours=2)])
async def test_a_clock_that_steps_answers_everything_once(database: str, tmp_path: Path, step: timedelta) -> None:
    clock = [NOON]
    async with open_store(database, tmp_path / "spool", lambda: clock[0]) as store:
        desk = Desk(store, lambda: clock[0])
        load = [asyncio.create_task(desk.take(number)) for number in range(MESSAGES // 2)]
        await asyncio.sleep(0.02)
        clock[0] += step
        load += [asyncio.create_task(desk.take(number)) for number in range(MESSAGES)]
        await asyncio.gather(*load)
        await desk.delivery.resume("fake")
        assert desk.sent == all_once()
        assert await logged(store) == set(all_once())
