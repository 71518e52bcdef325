"""Servers that are not ours: found where `.ci/peers` puts them, or the test is skipped with a reason.

ADVISOR_REQUIRE_PEERS=1, as in CI, makes a missing peer a failure. ADVISOR_PEERS names another folder than `.peers/`.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent


def npm_peer(package: str, *inside: str) -> Path:
    """A file of an npm package that a test talks to; skips or fails the test if it is not installed."""
    folder = Path(os.environ.get("ADVISOR_PEERS") or ROOT / ".peers") / "node_modules" / package
    path = folder.joinpath(*inside)
    if not path.exists():
        missing(f"the npm package {package} is not installed: run .ci/peers")
    return path


def missing(reason: str) -> None:
    """Skip this test, or fail it where peers are required."""
    if os.environ.get("ADVISOR_REQUIRE_PEERS") == "1":
        pytest.fail(reason)
    pytest.skip(reason)
