"""One post a second in a channel, in the order in which they are ready, and no channel waits for another."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

INTERVAL = 1.0  # Slack's limit is about one message a second in a channel


class Pacer:
    """Gives out turns to post. `interval` 0 lifts the limit."""

    def __init__(self, interval: float = INTERVAL) -> None:
        self._interval = interval
        self._next: dict[str, float] = {}
        self._queues: dict[str, tuple[asyncio.Lock, int]] = {}

    @asynccontextmanager
    async def turn(self, channel: str) -> AsyncIterator[None]:
        """Wait for this channel's turn; the next one comes an interval after this one began."""
        lock, waiting = self._queues.get(channel, (asyncio.Lock(), 0))
        self._queues[channel] = (lock, waiting + 1)
        loop = asyncio.get_running_loop()
        try:
            async with lock:  # asyncio's lock is fair: first come, first served
                await asyncio.sleep(self._next.get(channel, 0.0) - loop.time())
                self._next[channel] = loop.time() + self._interval
                yield
        finally:
            lock, waiting = self._queues.pop(channel)
            if waiting > 1:
                self._queues[channel] = (lock, waiting - 1)
            self._forget(loop.time())

    def hold(self, channel: str, seconds: float) -> None:
        """Slack asked to wait: nobody posts there before."""
        until = asyncio.get_running_loop().time() + seconds
        self._next[channel] = max(self._next.get(channel, 0.0), until)

    def _forget(self, now: float) -> None:
        if len(self._next) > 1000:
            self._next = {channel: at for channel, at in self._next.items() if at > now}
