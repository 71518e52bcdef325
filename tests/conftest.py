"""Every test runs with a clean environment and folders of its own."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator
from pathlib import Path

import pytest
from postgres import URL, new_database, own_server

from adapters.bootstrap import Library, open_library
from bot.knowledge.load import default_folder

KEPT = {"ADVISOR_REQUIRE_PEERS", "ADVISOR_PEERS", URL}  # they say what tests run against, not how the advisor is set


@pytest.fixture(scope="session")
def shared_cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One cache for a whole run: its files are named by content, so a test can only find what is right for it."""
    return tmp_path_factory.mktemp("cache")


@pytest.fixture(autouse=True)
def own_folders(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, shared_cache: Path) -> None:
    """No test reads or writes a user's data."""
    for name in list(os.environ):
        if name.startswith(("ADVISOR_", "SLACK_", "TELEGRAM_")) and name not in KEPT:
            monkeypatch.delenv(name)
    monkeypatch.setenv("ADVISOR_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("ADVISOR_CACHE_DIR", str(shared_cache))


@pytest.fixture(scope="session")
def shipped(shared_cache: Path) -> Library:
    """The shipped knowledge with its matcher, trained once a run."""
    return open_library(default_folder(), shared_cache)


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """The address of a PostgreSQL server that every test of a run shares."""
    if os.environ.get(URL):
        yield os.environ[URL]
    else:
        with own_server() as server:
            yield server.url


@pytest.fixture(params=["sqlite", "postgres"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of an empty database: a test that asks for it runs on SQLite and on PostgreSQL."""
    if request.param == "sqlite":
        yield f"sqlite+aiosqlite:///{tmp_path / 'a.db'}"
    else:
        with new_database(request.getfixturevalue("postgres_server"), f"t{secrets.token_hex(6)}") as url:
            yield url
