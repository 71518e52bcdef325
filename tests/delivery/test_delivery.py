"""Delivery: once, in order within a conversation, retried, resumed; and the fault test on a fake channel."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from faults import MESSAGES, FaultTest

from adapters.delivery import Delivery, TryAgain, Undeliverable
from bot.model import Outcome, Reply, Utterance, UtteranceKind
from bot.store.claims import LEASE
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


async def test_a_reply_nobody_can_receive_is_done_with_and_said_in_the_log(
    store: Store, caplog: pytest.LogCaptureFixture
) -> None:
    async def blocked(reply: Reply, address: Mapping[str, str]) -> None:
        raise Undeliverable("blocked by the person")

    assert await Delivery(quick, store.claims, blocked).handle(utterance(1), {}) is True
    assert "blocked by the person" in caplog.text
    assert await Delivery(quick, store.claims, Sent()).resume("fake", alone=True) == 0


async def test_a_platform_that_asks_to_wait_is_obeyed_without_holding_up_others(store: Store) -> None:
    sent = Sent()
    waited: list[str] = []

    async def limited(reply: Reply, address: Mapping[str, str]) -> None:
        if reply.turn == "m0" and not waited:
            waited.append(reply.turn)
            raise TryAgain(0.2)
        await sent(reply, address)

    delivery = Delivery(quick, store.claims, limited, retry_seconds=())
    people = [utterance(0), utterance(1), utterance(2, "other")]
    assert await asyncio.gather(*(delivery.handle(u, {}) for u in people)) == [True, True, True]
    assert sent.replies == ["m2", "m0", "m1"]


async def test_a_platform_that_asks_to_wait_for_long_leaves_the_answer_for_later(store: Store) -> None:
    async def limited(reply: Reply, address: Mapping[str, str]) -> None:
        raise TryAgain(3600)

    assert await Delivery(quick, store.claims, limited).handle(utterance(1), {}) is False
    assert await Delivery(quick, store.claims, Sent()).resume("fake", alone=True) == 1


async def test_what_could_not_be_stored_in_time_is_still_answered_once(store: Store) -> None:
    sent = Sent()
    delivery = Delivery(quick, store.claims, sent)
    delivery.accept_unstored(utterance(1))
    assert await delivery.answer_accepted(utterance(1), {}) is True
    assert await delivery.handle(utterance(1), {}) is False
    assert sent.replies == ["m1"]


async def test_a_sweep_answers_what_was_left_once_its_lease_is_over(tmp_path: Path) -> None:
    clock = [now()]
    answered = asyncio.Event()
    async with open_store(f"sqlite+aiosqlite:///{tmp_path / 'b.db'}", tmp_path / "spool", lambda: clock[0]) as store:
        sent = Sent(failures=1)

        async def send(reply: Reply, address: Mapping[str, str]) -> None:
            await sent(reply, address)
            answered.set()

        delivery = Delivery(quick, store.claims, send, retry_seconds=())
        assert await delivery.handle(utterance(1), {}) is False
        sweeping = asyncio.create_task(delivery.sweep("fake", seconds=0.01))
        await asyncio.sleep(0.1)
        assert sent.replies == []
        clock[0] += LEASE
        await asyncio.wait_for(answered.wait(), 10)
        sweeping.cancel()
        with suppress(asyncio.CancelledError):
            await sweeping  # the store is closed only when it is out of it
        assert sent.replies == ["m1"]


async def test_one_that_waits_for_its_turn_keeps_its_lease_and_a_sweep_does_not_begin_it_again(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.store.claims.LEASE", timedelta(seconds=0.3))
    sent, gate = Sent(), asyncio.Event()

    async def first_waits(u: Utterance) -> Reply:
        if u.message_id == "m0":
            await gate.wait()
        return await quick(u)

    delivery = Delivery(first_waits, store.claims, sent)
    for u in (utterance(0), utterance(1)):
        await delivery.accept(u, {})
    answering = [asyncio.create_task(delivery.answer_accepted(u, {})) for u in (utterance(0), utterance(1))]
    await asyncio.sleep(0.6)
    other = Delivery(quick, store.claims, sent)  # as another process would
    assert await delivery.resume("fake") + await other.resume("fake") == 0
    gate.set()
    await asyncio.gather(*answering)
    assert sent.replies == ["m0", "m1"]


class TestFaultsOnAFakeChannel(FaultTest):
    def start(self, folder: Path) -> subprocess.Popen[bytes]:
        script = Path(__file__).parent / "fake_channel.py"
        return subprocess.Popen(
            [sys.executable, str(script), str(folder), str(MESSAGES)], env={**os.environ, "PYTHONPATH": str(ROOT)}
        )
