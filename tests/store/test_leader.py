"""One process at a time, on both databases; the next one takes over when the holder ends or its connection is cut."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack

from postgres import new_database, own_server
from sqlalchemy import create_engine, make_url, text
from sqlalchemy.ext.asyncio import create_async_engine

from bot.store.engine import open_engine
from bot.store.leader import Leaders


async def test_two_who_want_it_hold_it_one_after_the_other(database: str) -> None:
    engines = [await open_engine(database) for _ in range(2)]
    held: list[str] = []

    async def hold(name: str, leaders: Leaders) -> None:
        async with leaders.only_one("poll"):
            held.append(f"{name} begins")
            await asyncio.sleep(0.2)
            held.append(f"{name} ends")

    both = [Leaders(engine, try_seconds=0.02) for engine in engines]
    await asyncio.gather(hold("a", both[0]), hold("b", both[1]))
    assert held in (["a begins", "a ends", "b begins", "b ends"], ["b begins", "b ends", "a begins", "a ends"])
    async with both[0].only_one("poll"), asyncio.timeout(5), both[1].only_one("another name"):
        pass
    for engine in engines:
        await engine.dispose()


async def test_who_loses_its_connection_is_told_and_another_can_take_over() -> None:
    with own_server() as server, new_database(server.url, "t") as url:
        engines = [await open_engine(url) for _ in range(2)]
        first, second = (Leaders(engine, try_seconds=0.05) for engine in engines)
        async with AsyncExitStack() as stack:
            lost = await stack.enter_async_context(first.only_one("poll"))
            cutter = create_engine(server.url, isolation_level="AUTOCOMMIT")
            with cutter.connect() as connection:
                connection.execute(text("select pg_terminate_backend(pid) from pg_stat_activity where datname = 't'"))
            cutter.dispose()
            await asyncio.wait_for(lost.wait(), 10)
            async with asyncio.timeout(10), second.only_one("poll"):
                pass
        for engine in engines:
            await engine.dispose()


async def test_who_finds_every_connection_in_use_goes_on_waiting() -> None:
    with own_server() as server, new_database(server.url, "t") as url:
        engine = create_async_engine(make_url(url), pool_size=1, max_overflow=0, pool_timeout=0.05)
        leaders = Leaders(engine, try_seconds=0.02)
        holds = asyncio.Event()

        async def hold() -> None:
            async with leaders.only_one("poll"):
                holds.set()

        async with engine.connect():
            waiting = asyncio.create_task(hold())
            await asyncio.sleep(0.3)
        await asyncio.wait_for(waiting, 10)
        assert holds.is_set()
        await engine.dispose()
