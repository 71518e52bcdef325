"""Delivery: once, in order within a conversation, retried, resumed; and the fault test on a fake channel."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from collections.abc import AsyncIterator, Mapping
from datetime import UTC, datetime
from pathlib import Path

import pytest
from faults import MESSAGES, FaultTest

from adapters.delivery import Delivery
from bot.model import Outcome, Reply, Utterance, UtteranceKind
from bot.store.store import Store, open_store

ROOT = Path(__file__).parent.parent.parent


def now() -> datetime:
    return datetime.now(UTC)


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    async with open_store(f"sqlite+aiosqlite:///{tmp_path / 'a.db'}", tmp_path / "spool", now) as found:
        yield found


def utterance(number: int, conversation: str = "c") -> Utterance:
    return Utterance(UtteranceKind.TEXT, "hello", f"m{number}", "p", conversation, "fake", now())


class Sent:
    def __init__(self, failures: int = 0) -> None:
        self.replies: list[str] = []
        self.failures = failures

    async def __call__(self, reply: Reply, address: Mapping[str, str]) -> None:
        if self.failures:
            self.failures -= 1
            raise ConnectionError("no network")
        self.replies.append(reply.turn)


async def quick(u: Utterance) -> Reply:
    return Reply(turn=u.message_id, outcome=Outcome.ANSWERED)


async def test_a_redelivered_message_is_answered_once(store: Store) -> None:
    sent = Sent()
    delivery = Delivery(quick, store.claims, sent)
    done = await asyncio.gather(*(delivery.handle(utterance(1), {}) for _ in range(5)))
    assert (sorted(done), sent.replies) == ([False] * 4 + [True], ["m1"])


async def test_one_conversation_is_answered_in_order_and_others_meanwhile(store: Store) -> None:
    sent = Sent()

    async def slow_first(u: Utterance) -> Reply:
        await asyncio.sleep(0.2 if u.message_id == "m0" else 0)
        return await quick(u)

    delivery = Delivery(slow_first, store.claims, sent)
    people = [utterance(0), utterance(1), utterance(2, "other")]
    for u in people:
        await delivery.accept(u, {})
    await asyncio.gather(*(delivery.answer_accepted(u, {}) for u in people))
    assert sent.replies == ["m2", "m0", "m1"]


async def test_a_reply_that_can_not_be_sent_is_retried_then_kept_and_sent_at_the_next_start(store: Store) -> None:
    sent = Sent(failures=3)
    delivery = Delivery(quick, store.claims, sent, retry_seconds=(0.0, 0.0))
    assert await delivery.handle(utterance(1), {}) is False
    assert sent.replies == []
    assert await Delivery(quick, store.claims, sent).resume("fake", alone=True) == 1
    assert sent.replies == ["m1"]


async def test_a_passing_failure_costs_nothing(store: Store) -> None:
    sent = Sent(failures=1)
    assert await Delivery(quick, store.claims, sent, retry_seconds=(0.0,)).handle(utterance(1), {}) is True
    assert await Delivery(quick, store.claims, sent).resume("fake", alone=True) == 0
    assert sent.replies == ["m1"]


class TestFaultsOnAFakeChannel(FaultTest):
    def start(self, folder: Path) -> subprocess.Popen[bytes]:
        script = Path(__file__).parent / "fake_channel.py"
        return subprocess.Popen(
            [sys.executable, str(script), str(folder), str(MESSAGES)], env={**os.environ, "PYTHONPATH": str(ROOT)}
        )
