"""Several processes with one bot: one polls, the others wait, and one of them takes over when it ends."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from fake_telegram.rig import now, parts_of, settings_for
from fake_telegram.server import FakeTelegram
from fake_telegram.strict import Refused
from postgres import new_database, own_server
from sqlalchemy import create_engine, text
from telegram.error import NetworkError

from adapters.bootstrap import Library
from adapters.telegram_bot.alone import LonePoller
from adapters.telegram_bot.channel import TelegramChannel
from adapters.telegram_bot.pace import Unlimited
from bot.errors import AdvisorError
from bot.store import leader
from bot.store.store import open_store

ANN, BOB = 9871101, 9871102
RYE = "what does rye cost"


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(leader, "TRY_SECONDS", 0.05)


@asynccontextmanager
async def process(
    telegram: FakeTelegram, library: Library, database: str, spool: Path
) -> AsyncIterator[TelegramChannel]:
    """What one `advisor serve` is to the others: a store of its own on the same database, and the channel."""
    async with open_store(database, spool, now) as store:
        parts = replace(parts_of(library, store), alone=False)
        channel = TelegramChannel(settings_for(telegram), parts, pace=Unlimited(), conflict_wait=0.1)
        await channel.start()
        try:
            yield channel
        finally:
            await channel.stop()


async def test_one_polls_and_the_other_takes_over_when_it_ends(
    telegram: FakeTelegram, bread: Library, database: str, tmp_path: Path
) -> None:
    async with process(telegram, bread, database, tmp_path / "a") as first:
        second = process(telegram, bread, database, tmp_path / "b")
        waiting = await second.__aenter__()
        assert first.health().detail == "polling"
        assert waiting.health().ok
        assert "another process polls" in waiting.health().detail
        await telegram.says(ANN, RYE)
        await telegram.until(lambda: telegram.sent)
    await telegram.says(BOB, RYE)
    await telegram.until(lambda: len(telegram.sent) == 2)
    assert waiting.health().detail == "polling"
    await second.__aexit__(None, None, None)
    assert [sent.chat for sent in telegram.sent] == [ANN, BOB]


async def test_with_the_database_gone_polling_goes_on_until_another_process_has_taken_the_lock(
    telegram: FakeTelegram, bread: Library, tmp_path: Path
) -> None:
    with own_server() as server, new_database(server.url, "t") as url:
        async with process(telegram, bread, url, tmp_path / "a") as first:
            await asyncio.to_thread(server.stop)
            await telegram.says(ANN, RYE)
            await telegram.until(lambda: telegram.sent)
            assert first.health().detail == "polling"
            await asyncio.to_thread(server.start)
            cutter = create_engine(server.url, isolation_level="AUTOCOMMIT")
            async with asyncio.timeout(20), process(telegram, bread, url, tmp_path / "b"):
                while "waiting" not in first.health().detail:  # cut the holder off until the other is quicker
                    with cutter.connect() as connection:
                        cut = "select pg_terminate_backend(pid) from pg_locks where locktype = 'advisory' and granted"
                        connection.execute(text(cut))
                    await asyncio.sleep(0.2)
                await telegram.says(BOB, RYE)
                await telegram.until(lambda: len(telegram.sent) == 2)
            cutter.dispose()
    assert [sent.chat for sent in telegram.sent] == [ANN, BOB]


class Turns:
    """A lock that another process holds until `free` is set, and a poller that counts its beginnings."""

    def __init__(self, *failures: Exception) -> None:
        self.free = asyncio.Event()
        self.polls = asyncio.Event()
        self.begun = 0
        self._failures = list(failures)

    @asynccontextmanager
    async def lock(self, taken: Callable[[], None]) -> AsyncIterator[asyncio.Event]:
        if not self.free.is_set():
            taken()
        await self.free.wait()
        yield asyncio.Event()

    async def prepare(self) -> None:
        pass

    async def begin(self) -> None:
        self.begun += 1
        if self._failures:
            raise self._failures.pop(0)

    async def run(self) -> None:
        self.polls.set()
        await asyncio.Event().wait()

    async def confirm(self) -> None:
        pass


def alone(turns: Any) -> LonePoller:
    return LonePoller(turns, turns.lock, turns.prepare, again=0.01)


async def test_one_that_waits_and_fails_to_take_over_tries_again_whatever_it_was() -> None:
    turns = Turns(NetworkError("no route"), KeyError("a claim of another version"))
    poller = alone(turns)
    await poller.begin()
    turns.free.set()
    await asyncio.wait_for(turns.polls.wait(), 5)
    assert turns.begun == 3
    await poller.stop()
    await poller.release()


async def test_one_that_is_stopping_does_not_take_over() -> None:
    turns = Turns()
    poller = alone(turns)
    await poller.begin()
    await poller.stop()
    turns.free.set()
    await asyncio.sleep(0.05)
    assert turns.begun == 0
    await poller.release()


async def test_a_first_poll_that_fails_is_said_in_plain_words(
    telegram: FakeTelegram, bread: Library, tmp_path: Path
) -> None:
    refused = Refused(502, "Bad Gateway")
    telegram.fail_next.append(lambda method, _: refused if method == "getUpdates" else None)
    with pytest.raises(AdvisorError, match="did not let the bot begin"):
        async with process(telegram, bread, f"sqlite+aiosqlite:///{tmp_path / 'a.db'}", tmp_path / "a"):
            pass
