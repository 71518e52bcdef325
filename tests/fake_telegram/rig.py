"""The real channel with a real store over the small knowledge, talking to the strict server."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

from pydantic import SecretStr

from adapters.bootstrap import Library, make_advisor
from adapters.channel import Parts
from adapters.settings import TelegramSettings
from adapters.telegram_bot.channel import TelegramChannel
from adapters.telegram_bot.pace import Pace, Unlimited
from bot.advisor import Advisor
from bot.model import Operator
from bot.store.keys import Pseudonyms
from bot.store.store import Store, open_store
from fake_telegram.server import FakeTelegram
from fake_telegram.world import TOKEN

OPERATOR = Operator("Anytown CVS", "help@anytown.example", "https://anytown.example/privacy")


def now() -> datetime:
    return datetime.now(UTC)


def settings_for(telegram: FakeTelegram, **more: object) -> TelegramSettings:
    return TelegramSettings(bot_token=SecretStr(TOKEN), api_url=telegram.url, **more)  # type: ignore[arg-type]


@asynccontextmanager
async def store_in(folder: Path) -> AsyncIterator[Store]:
    async with open_store(f"sqlite+aiosqlite:///{folder / 'telegram.db'}", folder / "spool.jsonl", now) as store:
        yield store


def parts_of(library: Library, store: Store, advisor: Advisor | None = None) -> Parts:
    made = advisor or make_advisor(library, store.log, operator=OPERATOR)
    return Parts(lambda: made, store.claims, Pseudonyms(b"k" * 32), now, store.leaders)


@asynccontextmanager
async def serving(
    telegram: FakeTelegram,
    library: Library,
    folder: Path,
    *,
    pace: Pace | None = None,
    settings: TelegramSettings | None = None,
) -> AsyncIterator[TelegramChannel]:
    """The channel, started; stopped in good order at the end."""
    async with store_in(folder) as store:
        settings = settings or settings_for(telegram)
        channel = TelegramChannel(settings, parts_of(library, store), pace=pace or Unlimited(), start_waits=(0.05,))
        await channel.start()
        try:
            yield channel
        finally:
            await channel.stop()
