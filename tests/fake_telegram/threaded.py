"""The strict server in a thread of its own, so that it outlives the bot it talks to."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

from fake_telegram.server import FakeTelegram

Result = TypeVar("Result")


class Threaded:
    """The server, with a way to do things in its loop."""

    def __init__(self, telegram: FakeTelegram, loop: asyncio.AbstractEventLoop) -> None:
        self.telegram = telegram
        self._loop = loop

    def do(self, work: Coroutine[Any, Any, Result]) -> Result:
        """Do it in the server's loop and wait for it."""
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(120)

    def until(self, true: Callable[[], Any], seconds: float = 60.0) -> None:
        """Wait until it is so."""
        self.do(self.telegram.until(true, seconds))


@contextmanager
def threaded() -> Iterator[Threaded]:
    """A server that runs until the block ends."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    server = Threaded(FakeTelegram(), loop)
    server.do(server.telegram.__aenter__())
    try:
        yield server
    finally:
        server.do(server.telegram.__aexit__())
        loop.call_soon_threadsafe(loop.stop)
        thread.join(10)
        loop.close()
