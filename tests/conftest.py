"""Every test runs with a clean environment and folders of its own."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from adapters.bootstrap import Library, open_library
from bot.knowledge.load import default_folder


@pytest.fixture(autouse=True)
def own_folders(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No test reads or writes a user's data."""
    for name in list(os.environ):
        if name.startswith(("ADVISOR_", "SLACK_", "TELEGRAM_")) and name not in {
            "ADVISOR_REQUIRE_PEERS",
            "ADVISOR_PEERS",
        }:
            monkeypatch.delenv(name)
    monkeypatch.setenv("ADVISOR_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("ADVISOR_CACHE_DIR", str(tmp_path / "cache"))


@pytest.fixture(scope="session")
def shipped() -> Library:
    """The shipped knowledge with its matcher, trained once."""
    return open_library(default_folder(), None)
