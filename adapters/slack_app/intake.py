"""Between hearing and answering: the claim is written before Slack is told, and the answer runs on its own.

Slack waits three seconds for its acknowledgement, so the claim gets one; a store that is slower is caught up with.
"""

from __future__ import annotations

import asyncio
import logging
from collections import OrderedDict
from collections.abc import Coroutine
from contextlib import suppress
from typing import Any, TypeVar

from adapters.delivery import Delivery
from adapters.slack_app.hearing import Heard
from adapters.slack_app.order import Arrival, Order
from adapters.slack_app.status import StatusLine
from bot.store.claims import Claims

log = logging.getLogger(__name__)

Result = TypeVar("Result")

CLAIM_SECONDS = 1.0
REMEMBERED = 10_000  # messages: against redelivery while the store is slow
GIVEN_UP_AFTER = 10.0  # seconds that stopping waits for answers under way; the rest is answered at the next start


class Intake:
    """Accepts what was heard and answers it."""

    def __init__(
        self, delivery: Delivery, claims: Claims, status: StatusLine, claim_seconds: float = CLAIM_SECONDS
    ) -> None:
        self._delivery = delivery
        self._claims = claims
        self._status = status
        self._claim_seconds = claim_seconds
        self._seen: OrderedDict[str, None] = OrderedDict()
        self._order = Order()
        self._arrivals: dict[str, Arrival] = {}
        self._claiming = 0
        self._calm = asyncio.Event()
        self._calm.set()
        self._tasks: set[asyncio.Task[Any]] = set()
        self._late: dict[str, asyncio.Task[bool]] = {}  # claims still being written when Slack was told
        self.unsent = 0  # answers that could not be posted since the start, and are tried again

    @property
    def busy(self) -> bool:
        """Whether anything is under way."""
        return bool(self._tasks)

    async def accept(self, heard: Heard) -> bool:
        """Claim it, within a second; True means: acknowledge, then `answer` it. Never fails, whatever the store does."""
        message = heard.utterance.message_id
        if message in self._seen:
            self._claims.redelivered[heard.utterance.channel] += 1
            return False
        self._seen[message] = None
        while len(self._seen) > REMEMBERED:
            self._seen.popitem(last=False)
        arrival = self._order.arrive(heard.utterance.conversation)
        claiming = self.spawn(self._delivery.accept(heard.utterance, heard.address.as_mapping()))
        self._claiming += 1
        self._calm.clear()
        try:
            done, _ = await asyncio.wait({claiming}, timeout=self._claim_seconds)
        finally:
            self._claiming -= 1
            if not self._claiming:
                self._calm.set()
        if done and claiming.exception() is None:
            if not claiming.result():
                self.spawn(self._order.enter(arrival))
                return False
        else:
            log.warning("message %s is answered before its claim is written; the store is slow or failing", message)
            self._delivery.accept_unstored(heard.utterance)
            self._late[message] = claiming
        self._arrivals[message] = arrival
        return True

    async def calm(self) -> None:
        """Wait while claims are being written, so that acknowledgements come before answers; a second at most."""
        with suppress(TimeoutError):
            async with asyncio.timeout(self._claim_seconds):
                await self._calm.wait()

    def answer(self, heard: Heard) -> None:
        """Answer what was accepted, and return at once."""
        self.spawn(self._answer(heard))

    def spawn(self, work: Coroutine[Any, Any, Result]) -> asyncio.Task[Result]:
        """Run something beside all else; `drain` waits for it, and its failure is in the log."""
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._ended)
        return task

    async def drain(self, seconds: float) -> None:
        """Wait for what is under way; what takes longer is stopped and answered at the next start."""
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=seconds)
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _answer(self, heard: Heard) -> None:
        message = heard.utterance.message_id
        self._status.begin(heard.address)
        try:
            await self._order.enter(self._arrivals.pop(message))
            sent = await self._delivery.answer_accepted(heard.utterance, heard.address.as_mapping())
        finally:
            await self._status.end(heard.address)
        self.unsent += not sent
        claiming = self._late.pop(message, None)
        if claiming is not None and sent:  # the claim came after its answer: mark it, or it would be answered again
            await asyncio.wait({claiming})
            await self._claims.finish(message)

    def _ended(self, task: asyncio.Task[Any]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and task.exception() is not None:
            log.error("something beside an answer failed", exc_info=task.exception())
