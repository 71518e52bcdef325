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

from bot.errors import StoreUnavailable
from bot.store.sessions import Sessions

TOGETHER = 200  # in one transaction; more would keep the first of them waiting

Item = TypeVar("Item")
Result = TypeVar("Result")
Batch = Sequence[tuple[Item, "asyncio.Future[Result]"]]


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
            except StoreUnavailable as error:
                _fail(batch, error)
            except Exception:  # what is wrong with one of them must not cost the others
                await self._write_each(batch)

    async def _write_each(self, batch: Batch[Item, Result]) -> None:
        for number, one in enumerate(batch):
            try:
                try:
                    await self._write_batch([one])
                except IntegrityError:  # another process wrote it in between: once more
                    await self._write_batch([one])
            except StoreUnavailable as error:
                _fail(batch[number:], error)
                return
            except Exception as error:
                if not one[1].done():
                    one[1].set_exception(error)

    async def _write_batch(self, batch: Batch[Item, Result]) -> None:
        async with self._sessions.begin() as session:
            results = await self._work(session, [item for item, _ in batch])
        for (_, written), result in zip(batch, results, strict=True):
            if not written.done():  # else whoever wanted it has been cancelled
                written.set_result(result)


def _fail(batch: Batch[Item, Result], error: StoreUnavailable) -> None:
    """Tell each with an exception of its own: one raised in many tasks would gather the traces of all of them."""
    for _, written in batch:
        if not written.done():
            own = StoreUnavailable(*error.args)
            own.__cause__ = error.__cause__
            written.set_exception(own)
