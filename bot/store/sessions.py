"""Short transactions, and one answer to every way in which a database can be gone."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.ext.asyncio import AsyncEngine, async_sessionmaker
from sqlmodel.ext.asyncio.session import AsyncSession

from bot.errors import StoreUnavailable

SECONDS = 8.0  # a transaction that takes longer counts as a store that is down; SQLite waits 5 s for its lock


class Sessions:
    """Transactions on one engine."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._make = async_sessionmaker(engine, class_=AsyncSession, expire_on_commit=False)

    async def write(self, work: Callable[[AsyncSession], Awaitable[None]]) -> None:
        """A transaction that looks for rows and adds those missing; once more if somebody added one in between."""
        try:
            async with self.begin() as session:
                await work(session)
        except IntegrityError:
            async with self.begin() as session:
                await work(session)

    @asynccontextmanager
    async def begin(self) -> AsyncIterator[AsyncSession]:
        """A transaction, committed at the end. StoreUnavailable if the database is gone, full, locked or too slow."""
        try:
            async with asyncio.timeout(SECONDS), self._make() as session:
                yield session
                await session.commit()
        except IntegrityError:
            raise  # a row that is there already: the caller knows what it means
        except (DBAPIError, PoolTimeoutError, OSError, TimeoutError) as error:
            raise StoreUnavailable(f"The store did not take it ({type(error).__name__}).") from error
