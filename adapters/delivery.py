"""Delivery: accept, answer, send, finish. The same for every channel; a channel brings only how to send.

Without a crash a message is answered exactly once. After a SIGKILL every accepted message is answered, twice only if
the kill fell between sending and marking. Messages of one conversation are answered in order, others at the same time.
"""

from __future__ import annotations

import asyncio
import logging
from collections import OrderedDict
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager, suppress

from bot.errors import StoreUnavailable
from bot.model import Reply, Utterance
from bot.store import claims as leases
from bot.store.claims import Acceptance, Claims

log = logging.getLogger(__name__)

Answer = Callable[[Utterance], Awaitable[Reply]]
Send = Callable[[Reply, Mapping[str, str]], Awaitable[None]]
RETRY_SECONDS = (0.5, 2.0, 8.0)
LONGEST_WAIT = 60.0  # seconds a platform may ask us to wait before one answer is left for the next sweep
SWEEP_SECONDS = 30.0
REMEMBERED = 10_000  # message ids kept in memory, against redelivery while the store is down


class Undeliverable(Exception):
    """The platform will never take this reply (blocked, chat gone): the message is done with, and the log says so."""


class TryAgain(Exception):
    """The platform asks us to wait `seconds` before sending this reply again."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        super().__init__(f"asked to wait {seconds:g} s")


class Delivery:
    """Delivers the answers of one channel."""

    def __init__(
        self, answer: Answer, claims: Claims, send: Send, retry_seconds: tuple[float, ...] = RETRY_SECONDS
    ) -> None:
        self._answer = answer
        self._claims = claims
        self._send = send
        self._retry_seconds = retry_seconds
        self._queues: dict[str, tuple[asyncio.Lock, int]] = {}
        self._unstored: OrderedDict[str, None] = OrderedDict()
        self._open: set[str] = set()  # being answered here: not to be begun again, whatever the clock says of leases

    async def handle(self, utterance: Utterance, address: Mapping[str, str]) -> bool:
        """Accept and answer; False for a message that is not to be answered (again)."""
        return await self.accept(utterance, address) and await self.answer_accepted(utterance, address)

    async def accept(self, utterance: Utterance, address: Mapping[str, str]) -> bool:
        """Write the claim. A channel calls this before it acknowledges; True means: now answer it."""
        message = utterance.message_id
        if message in self._open or message in self._unstored:
            self._claims.redelivered[utterance.channel] += 1
            return False
        self._open.add(message)
        try:
            acceptance = await self._claims.accept(utterance, address)
        except BaseException:
            self._open.discard(message)
            raise
        if acceptance is Acceptance.UNSTORED:
            self.accept_unstored(utterance)
        if acceptance is Acceptance.DUPLICATE:
            self._open.discard(message)
        return acceptance is not Acceptance.DUPLICATE

    def accept_unstored(self, utterance: Utterance) -> None:
        """Remember in this process alone that a message is being answered: its claim could not be written in time."""
        self._unstored[utterance.message_id] = None
        while len(self._unstored) > REMEMBERED:
            self._unstored.popitem(last=False)

    async def answer_accepted(self, utterance: Utterance, address: Mapping[str, str]) -> bool:
        """Answer an accepted message and mark it. False if it could not be sent: it stays pending and is tried again."""
        message = utterance.message_id
        self._open.add(message)
        try:
            async with self._holding(message), self._in_turn(utterance.conversation):
                reply = await self._answer(utterance)
                sent = await self._send_with_retries(reply, address, message)
                if sent:
                    await self._claims.finish(message)
                return sent
        finally:
            self._open.discard(message)

    async def resume(self, channel: str, *, alone: bool = False) -> int:
        """Answer what was accepted and not answered, as after a crash. `alone`: no other process serves the channel."""
        pending = await self._claims.pending(channel, alone=alone)
        left = [(utterance, address) for utterance, address in pending if utterance.message_id not in self._open]
        done = await asyncio.gather(*(self.answer_accepted(utterance, address) for utterance, address in left))
        return sum(done)

    async def sweep(self, channel: str, seconds: float = SWEEP_SECONDS) -> None:
        """Until cancelled: answer what another process left, and what could not be sent, once its lease is over."""
        while True:
            await asyncio.sleep(seconds)
            try:
                await self.resume(channel)
            except StoreUnavailable:
                log.warning("the store is down; answers left over on %s are looked for again in %g s", channel, seconds)

    @asynccontextmanager
    async def _in_turn(self, conversation: str) -> AsyncIterator[None]:
        """One at a time in a conversation. asyncio's lock is fair: first come, first served."""
        lock, waiting = self._queues.get(conversation, (asyncio.Lock(), 0))
        self._queues[conversation] = (lock, waiting + 1)
        try:
            async with lock:
                yield
        finally:
            lock, waiting = self._queues.pop(conversation)
            if waiting > 1:
                self._queues[conversation] = (lock, waiting - 1)

    @asynccontextmanager
    async def _holding(self, message: str) -> AsyncIterator[None]:
        """Renew the lease while it waits for its turn and is answered, so that no other process takes it over."""

        async def renew() -> None:
            while True:
                await asyncio.sleep(leases.LEASE.total_seconds() / 3)
                await self._claims.renew(message)

        task = asyncio.create_task(renew())
        try:
            yield
        finally:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task

    async def _send_with_retries(self, reply: Reply, address: Mapping[str, str], message: str) -> bool:
        waits = iter((*self._retry_seconds, None))
        waited = 0.0
        while True:
            try:
                await self._send(reply, address)
            except Undeliverable as error:
                log.warning("the answer to message %s can't be delivered: %s", message, error)
                return True
            except TryAgain as error:
                wait: float | None = error.seconds if waited + error.seconds <= LONGEST_WAIT else None
                why = str(error)
            except Exception as error:
                wait, why = next(waits), type(error).__name__
                if wait is None:
                    log.exception("the answer to message %s could not be sent; it stays pending", message)
                    return False
            else:
                return True
            if wait is None:
                log.error("the answer to message %s is not sent (%s); it is tried again later", message, why)
                return False
            log.warning("sending the answer to message %s failed (%s); again in %g s", message, why, wait)
            waited += wait
            await asyncio.sleep(wait)
