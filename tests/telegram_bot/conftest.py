"""A strict Telegram, the small knowledge, and the real channel between them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from fake_telegram import small
from fake_telegram.rig import serving
from fake_telegram.server import FakeTelegram

from adapters.bootstrap import Library, open_library


@pytest.fixture(scope="session")
def bread(tmp_path_factory: pytest.TempPathFactory) -> Library:
    """The small knowledge, trained once."""
    return open_library(small.write(tmp_path_factory.mktemp("bread")), None)


@pytest.fixture
async def telegram() -> AsyncIterator[FakeTelegram]:
    """The server alone."""
    async with FakeTelegram() as server:
        yield server


@pytest.fixture
async def served(telegram: FakeTelegram, bread: Library, tmp_path: Path) -> AsyncIterator[FakeTelegram]:
    """The server with the bot polling it."""
    async with serving(telegram, bread, tmp_path):
        yield telegram
