"""One process at a time: a lock in the store that several processes share, held while its holder lives.

PostgreSQL: an advisory lock of a connection kept open for it, so it is free at once when its holder dies. SQLite: a lock
on a file beside the database, for processes of one machine.
"""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

fcntl: Any = None  # not there on Windows: one process is the only way there
with contextlib.suppress(ImportError):
    import fcntl

log = logging.getLogger(__name__)

TRY_SECONDS = 2.0
GONE = (SQLAlchemyError, OSError)  # the database, or a free connection to it


class _Waiting:
    """What is done while another process holds a name."""

    def __init__(self, name: str, taken: Callable[[], None]) -> None:
        self._name = name
        self._taken = taken
        self._said = False

    def say(self) -> None:
        """Tell whoever waits, and the log once."""
        if not self._said:
            log.info("another process holds %s; waiting", self._name)
        self._said = True
        self._taken()


class Leaders:
    """The locks of one store, by name."""

    def __init__(self, engine: AsyncEngine, try_seconds: float | None = None) -> None:
        self._engine = engine
        self._try_seconds = TRY_SECONDS if try_seconds is None else try_seconds

    @asynccontextmanager
    async def only_one(self, name: str, taken: Callable[[], None] = lambda: None) -> AsyncIterator[asyncio.Event]:
        """Wait until this process alone holds the name, and hold it. The event is set if the hold is lost.

        `taken` is called each time it is seen that another process holds it.
        """
        waiting = _Waiting(name, taken)
        if self._engine.dialect.name == "postgresql":
            async with self._in_postgres(name, waiting) as lost:
                yield lost
        else:
            async with self._in_a_file(name, waiting) as lost:
                yield lost

    @asynccontextmanager
    async def _in_postgres(self, name: str, waiting: _Waiting) -> AsyncIterator[asyncio.Event]:
        number = int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], "big", signed=True)
        connection = await self._wait_for(number, waiting)
        lost = asyncio.Event()
        keeping = asyncio.create_task(self._keep(connection, lost))
        try:
            yield lost
        finally:
            keeping.cancel()
            await asyncio.gather(keeping, return_exceptions=True)
            await _let_go(connection)

    async def _wait_for(self, number: int, waiting: _Waiting) -> AsyncConnection:
        while True:
            try:
                connection = await self._engine.connect()
            except GONE:
                await asyncio.sleep(self._try_seconds)
                continue
            try:
                ours = await connection.scalar(select(func.pg_try_advisory_lock(number)))
                await connection.commit()
            except GONE:
                ours = None  # the database went: nobody knows
            if ours:
                return connection
            await _let_go(connection)
            if ours is False:
                waiting.say()
            await asyncio.sleep(self._try_seconds)

    async def _keep(self, connection: AsyncConnection, lost: asyncio.Event) -> None:
        """See that the connection, and the lock with it, still stands."""
        while True:
            await asyncio.sleep(self._try_seconds)
            try:
                await connection.execute(select(1))
                await connection.commit()
            except GONE:
                lost.set()
                return

    @asynccontextmanager
    async def _in_a_file(self, name: str, waiting: _Waiting) -> AsyncIterator[asyncio.Event]:
        database = self._engine.url.database
        if not database or database == ":memory:":
            yield asyncio.Event()  # nobody else can see a database in memory
            return
        if fcntl is None:
            yield asyncio.Event()
            return
        with Path(f"{database}.{name}.lock").open("w") as file:  # noqa: ASYNC230  # a file on this disk, opened once
            while True:
                try:
                    fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    break
                except OSError:
                    waiting.say()
                    await asyncio.sleep(self._try_seconds)
            yield asyncio.Event()


async def _let_go(connection: AsyncConnection) -> None:
    """Close it for good, which gives its lock up."""
    await connection.invalidate()
    await connection.close()
