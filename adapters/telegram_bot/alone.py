"""Polling by one process at a time: Telegram gives updates to one poller of a bot, so replicas take turns by a lock.

Who holds the lock polls, the others wait and take over when its process ends. If the database goes, and the lock with
it, the poller goes on: people are answered without a store too, and Telegram itself refuses a second poller meanwhile.
It gives way only when another process has taken the lock since.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager

from adapters.channel import Health
from adapters.telegram_bot.polling import Poller

log = logging.getLogger(__name__)

Lock = Callable[[Callable[[], None]], AbstractAsyncContextManager[asyncio.Event]]


class LonePoller:
    """A poller under a lock. `prepare` is awaited before polling begins, each time it does.

    `lock` waits until this process alone holds it, calls what it is given while another one does, and gives an event
    that is set when the hold is lost.
    """

    def __init__(
        self, poller: Poller, lock: Lock, prepare: Callable[[], Awaitable[None]], *, again: float = 5.0
    ) -> None:
        self._poller = poller
        self._lock = lock
        self._prepare = prepare
        self._again = again  # seconds until it is tried again when polling could not begin
        self._polling: asyncio.Task[None] | None = None
        self._holding: asyncio.Task[None] | None = None
        self._settled = asyncio.Event()  # it polls, or knows that it has to wait
        self._stopping = False

    async def begin(self) -> None:
        """Poll, or wait for the lock, from now on. What stands in the way of the first poll is raised."""
        self._holding = asyncio.create_task(self._hold())
        settled = asyncio.create_task(self._settled.wait())
        await asyncio.wait({self._holding, settled}, return_when=asyncio.FIRST_COMPLETED)
        settled.cancel()
        if self._holding.done():
            await self._holding

    def health(self) -> Health:
        """How polling goes, or that another process polls."""
        if self._polling is None:
            return Health(True, "waiting: another process polls")
        return self._poller.health()

    async def stop(self) -> None:
        """Poll no more, nor begin to; the lock of a poller stays held until `release`."""
        self._stopping = True
        ending = self._holding if self._polling is None else self._polling
        if ending is not None:
            ending.cancel()
            await asyncio.gather(ending, return_exceptions=True)

    async def release(self) -> None:
        """Confirm what was taken and let another process poll."""
        if self._polling is not None:
            await self._poller.confirm()
        if self._holding is not None:
            self._holding.cancel()
            await asyncio.gather(self._holding, return_exceptions=True)

    async def _hold(self) -> None:
        while True:
            async with self._lock(self._give_way) as lost:
                if self._polling is None and not self._stopping and not await self._took_over():
                    continue
                self._settled.set()
                await lost.wait()
            log.warning(
                "the lock on polling was lost with the database; polling goes on unless another process takes it"
            )

    async def _took_over(self) -> bool:
        try:
            await self._prepare()
            await self._poller.begin()
        except Exception as error:  # whatever it is, whoever waits must not be left without a poller
            if not self._settled.is_set():
                raise
            log.error("polling could not be taken over (%s); again in %g s", error, self._again)
            await asyncio.sleep(self._again)
            return False
        self._polling = asyncio.create_task(self._poller.run())
        return True

    def _give_way(self) -> None:
        if self._polling is not None:
            log.warning("another process polls now")
            self._polling.cancel()
            self._polling = None
        self._settled.set()
