"""Two processes on one PostgreSQL: one answer whoever gets the message, and kill -9 of one in the middle of it."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import pytest
from replica import AT_ONCE
from sqlalchemy import create_engine, text

ROOT = Path(__file__).parent.parent.parent
MESSAGES = 120


def start(database: str, folder: Path, name: str) -> subprocess.Popen[bytes]:
    script = Path(__file__).parent / "replica.py"
    command = [sys.executable, str(script), database, str(folder), name, str(MESSAGES)]
    return subprocess.Popen(command, env={**os.environ, "PYTHONPATH": str(ROOT)})


def sent(folder: Path) -> list[tuple[str, str]]:
    path = folder / "sent.jsonl"
    rows = [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []
    return [(row["message"], row["by"]) for row in rows]


def logged(database: str) -> int:
    engine = create_engine(database)
    with engine.connect() as connection:
        count = connection.execute(text("select count(*) from turn")).scalar_one()
    engine.dispose()
    return int(count)


@pytest.mark.parametrize("database", ["postgres"], indirect=True)
def test_a_message_that_reaches_two_processes_is_answered_by_one(database: str, tmp_path: Path) -> None:
    both = [start(database, tmp_path, name) for name in ("one", "two")]
    assert [process.wait(timeout=60) for process in both] == [0, 0]
    counted = Counter(message for message, _ in sent(tmp_path))
    assert counted == {f"m{number}": 1 for number in range(MESSAGES)}
    assert {by for _, by in sent(tmp_path)} == {"one", "two"}
    assert logged(database) == MESSAGES


@pytest.mark.parametrize("database", ["postgres"], indirect=True)
def test_one_of_two_is_killed_and_the_other_answers_what_it_had_accepted(database: str, tmp_path: Path) -> None:
    doomed, other = (start(database, tmp_path, name) for name in ("doomed", "other"))
    deadline = time.monotonic() + 60
    while sum(by == "doomed" for _, by in sent(tmp_path)) < 10 and time.monotonic() < deadline:
        time.sleep(0.005)
    assert doomed.poll() is None, "it was done before it could be killed: give it more messages"
    os.kill(doomed.pid, signal.SIGKILL)
    doomed.wait(timeout=30)
    assert other.wait(timeout=60) == 0
    counted = Counter(message for message, _ in sent(tmp_path))
    assert set(counted) == {f"m{number}" for number in range(MESSAGES)}
    twice = {message for message, count in counted.items() if count > 1}
    assert len(twice) <= AT_ONCE, "only what was between sending and marking at the kill may be answered twice"
    assert max(counted.values()) <= 2
    assert logged(database) == MESSAGES
