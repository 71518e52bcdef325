"""The fault test that every channel inherits: kill it in the middle, start it again, count the answers.

A channel's test subclasses `FaultTest` and says how to start the channel as a process that reads messages and writes
what it sent to a file, one JSON object a line.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import time
from collections import Counter
from pathlib import Path

MESSAGES = 40


class FaultTest:
    """Subclass it in a channel's tests as `TestFaults`."""

    def start(self, folder: Path) -> subprocess.Popen[bytes]:
        """Start the channel: it accepts MESSAGES messages, m0, m1, ... and appends {"message": ...} to sent.jsonl."""
        raise AssertionError("a channel's test says how to start it")

    @staticmethod
    def sent(folder: Path) -> list[str]:
        """Ids of the messages answered so far; a line cut by the kill does not count."""
        path = folder / "sent.jsonl"
        lines = path.read_text().splitlines() if path.exists() else []
        found = []
        for line in lines:
            try:
                found.append(json.loads(line)["message"])
            except ValueError:
                continue
        return found

    def test_killed_in_the_middle_every_accepted_message_is_answered_twice_only_if_in_flight(
        self, tmp_path: Path
    ) -> None:
        kills = 0
        for after in (3, 11, 23):
            process = self.start(tmp_path)
            deadline = time.monotonic() + 60
            while len(self.sent(tmp_path)) < after and process.poll() is None and time.monotonic() < deadline:
                time.sleep(0.005)
            if process.poll() is None:
                os.kill(process.pid, signal.SIGKILL)
                kills += 1
            process.wait(timeout=30)
        assert kills, "the channel was done before it could be killed: slow it down"
        assert self.start(tmp_path).wait(timeout=60) == 0
        counted = Counter(self.sent(tmp_path))
        assert set(counted) == {f"m{number}" for number in range(MESSAGES)}
        twice = [message for message, count in counted.items() if count > 1]
        assert all(count <= 1 + kills for count in counted.values())
        assert len(twice) <= kills * 4, f"{twice} were answered twice; only what was being sent at a kill may be"

    def test_started_again_after_the_end_nothing_is_answered_again(self, tmp_path: Path) -> None:
        assert self.start(tmp_path).wait(timeout=60) == 0
        first = self.sent(tmp_path)
        assert self.start(tmp_path).wait(timeout=60) == 0
        assert self.sent(tmp_path) == first
        assert len(first) == MESSAGES
