"""How a person says and taps on each channel. A new channel is one more driver here and one more line in `DRIVERS`.

What came of it is read from the store, which every channel writes alike, so a driver has nothing to report.
"""

from __future__ import annotations

import asyncio
import json
import sqlite3
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Any, Protocol

import slack_fake
import slack_world
from fake_telegram.rig import serving
from fake_telegram.server import FakeTelegram
from slack_peer import find_action

from adapters.bootstrap import open_library
from adapters.settings import Settings
from adapters.terminal.chat import Printer, Run, Session
from bot.model import Option, OptionKind
from bot.options import numbered

PERSON = 9871101


@dataclass(frozen=True)
class Kept:
    """One turn as the store has it."""

    outcome: str
    entries: list[str]
    nation: str | None
    options: tuple[Option, ...]


def turns(database: Path) -> list[Kept]:
    """Every turn kept, in order."""
    connection = sqlite3.connect(database)
    rows = connection.execute("select outcome, shown, nation, options from turn order by at").fetchall()
    connection.close()
    return [
        Kept(
            outcome,
            [shown["entry"] for shown in json.loads(shown)],
            nation,
            tuple(Option(OptionKind(k), value, title, entry) for k, value, title, entry in json.loads(options)),
        )
        for outcome, shown, nation, options in rows
    ]


class Driver(Protocol):
    """A person on a channel."""

    database: Path

    async def say(self, text: str) -> None:
        """Type a message."""

    async def tap(self, title: str) -> None:
        """Choose an option of the last answer."""


class OnTerminal:
    """Types into the chat; a tap is the option's number."""

    def __init__(self, session: Session, database: Path) -> None:
        self._session, self.database = session, database
        self._run = Run(session.pseudonyms, None, None)

    async def say(self, text: str) -> None:
        await self._session.ask(self._run.utterance(text))

    async def tap(self, title: str) -> None:
        titles = [option.title for option in numbered(turns(self.database)[-1].options)]
        await self.say(str(titles.index(title) + 1))


class OnTelegram:
    """Writes to the bot in private and taps the buttons under what it said last."""

    def __init__(self, telegram: FakeTelegram, database: Path) -> None:
        self._telegram, self.database = telegram, database

    async def say(self, text: str) -> None:
        await self._telegram.says(PERSON, text)

    async def tap(self, title: str) -> None:
        newest = max(self._telegram.sent, key=lambda sent: sent.at)
        await self._telegram.taps(newest, title)


class OnSlack:
    """Writes to the app in a direct message and taps what stands under what it said last."""

    def __init__(self, slack: slack_fake.FakeSlack, database: Path) -> None:
        self._slack, self.database = slack, database
        self._count = 0

    async def say(self, text: str) -> None:
        self._count += 1
        text = escape(text, quote=False)  # Slack hands &, < and > over as entities
        await self._slack.deliver(slack_fake.direct(text, f"1764000001.{self._count:06d}"))

    async def tap(self, title: str) -> None:
        said = [call.body for call in self._slack.calls if "blocks" in call.body and call.method != "views.publish"]
        await self._slack.deliver(
            slack_fake.tap(self._slack, said[-1], find_action(said[-1], title), channel="D1"), "interactive"
        )


@asynccontextmanager
async def on_terminal(knowledge: Path, folder: Path) -> AsyncIterator[Driver]:
    settings = Settings(data_dir=folder, cache_dir=folder / "cache")
    async with AsyncExitStack() as stack:
        session = Session(Printer(), settings)
        await session.open(knowledge, stack)
        yield OnTerminal(session, folder / "advisor.db")


@asynccontextmanager
async def on_telegram(knowledge: Path, folder: Path) -> AsyncIterator[Driver]:
    async with FakeTelegram() as telegram, serving(telegram, open_library(knowledge, None), folder):
        yield OnTelegram(telegram, folder / "telegram.db")


@asynccontextmanager
async def on_slack(knowledge: Path, folder: Path) -> AsyncIterator[Driver]:
    async with slack_fake.fake_slack() as slack:
        async with slack_world.running(open_library(knowledge, None), folder, slack.api_url):
            yield OnSlack(slack, folder / "a.db")
        assert slack.refused == []


DRIVERS: dict[str, Callable[[Path, Path], Any]] = {
    "terminal": on_terminal, "telegram": on_telegram, "slack": on_slack,
}  # fmt: skip


async def next_turn(driver: Driver, before: int) -> Kept:
    """The turn that comes after `before` turns."""
    for _ in range(1000):
        found = turns(driver.database)
        if len(found) > before:
            await asyncio.sleep(0.1)  # the answer is recorded before it is shown, and a tap needs it shown
            return found[before]
        await asyncio.sleep(0.01)
    raise AssertionError(f"nothing came of it after {before} turns")
