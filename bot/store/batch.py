"""Writes made together: those that arrive while one transaction runs share the next.

A durable commit costs milliseconds, whatever it holds, so a thousand messages at once must not wait for a thousand of
them. Nothing is promised earlier for it: a write returns when the transaction that holds it is committed.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Generic, TypeVar

from sqlalchemy.exc import IntegrityError
from sqlmodel.ext.asyncio.session import AsyncSession

from bot.store.sessions import Sessions

TOGETHER = 200  # in one transaction; more would keep the first of them waiting

Item = TypeVar("Item")
Result = TypeVar("Result")


class Together(Generic[Item, Result]):
    """One kind of write. `work` writes several items in a transaction, in order, and gives a result for each."""

    def __init__(
        self, sessions: Sessions, work: Callable[[AsyncSession, Sequence[Item]], Awaitable[Sequence[Result]]]
    ) -> None:
        self._sessions = sessions
        self._work = work
        self._waiting: list[tuple[Item, asyncio.Future[Result]]] = []
        self._writing: asyncio.Task[None] | None = None

    async def write(self, item: Item) -> Result:
        """Write an item durably. StoreUnavailable if the store is down."""
        written: asyncio.Future[Result] = asyncio.get_running_loop().create_future()
        self._waiting.append((item, written))
        if self._writing is None or self._writing.done():
            self._writing = asyncio.create_task(self._write_waiting())
        return await written

    async def close(self) -> None:
        """Wait for what is being written."""
        if self._writing is not None:
            await asyncio.wait({self._writing})

    async def _write_waiting(self) -> None:
        while self._waiting:
            batch, self._waiting = self._waiting[:TOGETHER], self._waiting[TOGETHER:]
            try:
                await self._write_batch(batch)
            except IntegrityError:  # another process wrote one of them in between: each for itself, and once more
                for one in batch:
                    await self._write_alone(one)
            except Exception as error:
                _fail(batch, error)

    async def _write_alone(self, one: tuple[Item, asyncio.Future[Result]]) -> None:
        for last in (False, True):
            try:
                await self._write_batch([one])
            except IntegrityError as error:
                if last:
                    _fail([one], error)
            except Exception as error:
                _fail([one], error)
                return
            else:
                return

    async def _write_batch(self, batch: Sequence[tuple[Item, asyncio.Future[Result]]]) -> None:
        async with self._sessions.begin() as session:
            results = await self._work(session, [item for item, _ in batch])
        for (_, written), result in zip(batch, results, strict=True):
            if not written.done():  # else whoever wanted it has been cancelled
                written.set_result(result)


def _fail(batch: Sequence[tuple[Item, asyncio.Future[Result]]], error: Exception) -> None:
    for _, written in batch:
        if not written.done():
            written.set_exception(error)
