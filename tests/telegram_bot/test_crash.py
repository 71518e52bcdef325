"""`advisor serve` killed with SIGKILL and started again: every update is answered, twice only what was in flight."""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from fake_telegram import small
from fake_telegram.threaded import Threaded, threaded
from fake_telegram.world import TOKEN, Json, Sent
from faults import MESSAGES, FaultTest

ROOT = Path(__file__).parent.parent.parent
ASKED = {**small.QUESTIONS, **{f"grow-{g}": f"Where is {g} grown?" for g in small.GRAINS}}
ANSWERS = {**small.LEADS, **{f"grow-{g}": f"{g} grows." for g in small.GRAINS}}
Asked = tuple[int, str]  # who asked for which entry


@pytest.fixture
def server() -> Iterator[Threaded]:
    with threaded() as found:
        yield found


def answered(sent: Sent) -> Asked:
    """Whose question a message answers."""
    (entry,) = (entry for entry, lead in ANSWERS.items() if lead in sent.text)
    return sent.chat, entry


def questions(server: Threaded, chats: int, each: int) -> dict[Asked, Json]:
    """`each` different questions from every chat, one chat after the other in turn, as updates."""
    entries = list(ASKED)[:each]
    asked = [(chat, entry) for entry in entries for chat in range(1001, 1001 + chats)]
    return {(chat, entry): server.telegram.world.says(chat, ASKED[entry]) for chat, entry in asked}


def start(server: Threaded, folder: Path) -> subprocess.Popen[bytes]:
    """`advisor serve`, on a store in the folder."""
    knowledge = folder / "knowledge"
    if not knowledge.exists():
        small.write(knowledge)
    environment = {
        **os.environ,
        "PYTHONPATH": str(ROOT),
        "ADVISOR_DATA_DIR": str(folder / "data"),
        "ADVISOR_CACHE_DIR": str(folder / "cache"),
        "ADVISOR_OPERATOR": "Anytown CVS",
        "TELEGRAM_BOT_TOKEN": TOKEN,
        "TELEGRAM_API_URL": server.telegram.url,
    }
    command = [sys.executable, "-m", "adapters.terminal.main", "serve", "--knowledge", str(knowledge)]
    with (folder / "serve.log").open("ab") as log:
        return subprocess.Popen(command, env=environment, cwd=ROOT, stderr=log)


def unfinished(folder: Path) -> set[Asked]:
    """The questions whose claim is written and not marked answered."""
    with sqlite3.connect(folder / "data" / "advisor.db") as database:
        rows = database.execute("select address, utterance from claim where state = 'received'").fetchall()
    database.close()
    entries = {question: entry for entry, question in ASKED.items()}
    return {(int(json.loads(a)["chat"]), entries[json.loads(u)["text"]]) for a, u in rows}


def test_killed_in_the_middle_of_200_updates_all_are_answered_and_twice_only_what_was_in_flight(
    server: Threaded, tmp_path: Path
) -> None:
    telegram = server.telegram
    asked = questions(server, chats=50, each=4)
    assert len(asked) == 200
    server.do(telegram.happen(*asked.values()))
    process = start(server, tmp_path)
    server.until(lambda: len(telegram.sent) >= 70)
    os.kill(process.pid, signal.SIGKILL)
    process.wait(30)
    before = {answered(sent) for sent in telegram.sent}
    assert 70 <= len(before) < 200, "it was killed in the middle"
    in_flight = before & unfinished(tmp_path)

    process = start(server, tmp_path)
    server.until(lambda: {answered(sent) for sent in telegram.sent} == set(asked) and not telegram.queue)
    time.sleep(1)  # whatever it might still say twice
    process.send_signal(signal.SIGTERM)
    assert process.wait(60) == 0
    counted = Counter(answered(sent) for sent in telegram.sent)
    assert set(counted) == set(asked)
    assert {who for who, times in counted.items() if times > 1} == in_flight
    assert max(counted.values()) <= 2
    for chat in {chat for chat, _ in asked}:
        order = list(dict.fromkeys(entry for who, entry in map(answered, telegram.sent) if who == chat))
        assert order == list(ASKED)[:4], "each chat is answered in order, across the kill"
    assert unfinished(tmp_path) == set()
    assert TOKEN not in (tmp_path / "serve.log").read_text()


class TestFaultsOnTelegram(FaultTest):
    """The core's fault test: four chats, so at a kill at most four answers are in flight."""

    CHATS = 4

    @pytest.fixture(autouse=True)
    def _served(self, server: Threaded) -> None:
        self.server = server
        self.asked = questions(server, self.CHATS, MESSAGES // self.CHATS)
        self.names = {who: f"m{number}" for number, who in enumerate(self.asked)}
        server.telegram.delay = 0.02

    def start(self, folder: Path) -> subprocess.Popen[bytes]:
        """Start it; all updates are there again each time, as if nothing had been confirmed."""
        telegram = self.server.telegram

        def keep(sent: Sent) -> None:
            with (folder / "sent.jsonl").open("a") as file:
                file.write(json.dumps({"message": self.names[answered(sent)]}) + "\n")

        telegram.on_sent = keep
        telegram.queue = []
        self.server.do(telegram.happen(*self.asked.values()))
        process = start(self.server, folder)
        threading.Thread(target=self._stop_when_done, args=(process, folder), daemon=True).start()
        return process

    def _stop_when_done(self, process: subprocess.Popen[bytes], folder: Path) -> None:
        """Tell it to stop once all is answered and confirmed, and nothing more was said for a while."""
        while process.poll() is None:
            done = len(set(self.sent(folder))) == MESSAGES and not self.server.telegram.queue
            if done:
                time.sleep(0.5)
                process.send_signal(signal.SIGTERM)
                return
            time.sleep(0.02)
