"""New claims written together: those that arrive while one transaction runs share the next.

A claim is due before a platform's acknowledgement, and a durable commit costs milliseconds: a thousand messages at once
must not wait for a thousand of them.
"""

from __future__ import annotations

import asyncio

from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from bot.store.sessions import Sessions
from bot.store.tables import Claim

TOGETHER = 200  # claims in one transaction; more would keep the first of them waiting


class ClaimWriter:
    """Writes claims of one store, as many together as have come."""

    def __init__(self, sessions: Sessions) -> None:
        self._sessions = sessions
        self._waiting: list[tuple[Claim, asyncio.Future[bool]]] = []
        self._writing: asyncio.Task[None] | None = None

    async def write(self, claim: Claim) -> bool:
        """Write a claim durably; False if its message has one already. StoreUnavailable if the store is down."""
        written: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        self._waiting.append((claim, written))
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
                async with self._sessions.begin() as session:
                    fresh = await _insert(session, [claim for claim, _ in batch])
            except Exception as error:
                for _, written in batch:
                    if not written.done():
                        written.set_exception(error)
            else:
                for claim, written in batch:
                    if not written.done():  # else whoever wanted it has been cancelled
                        written.set_result(claim.message in fresh)
                    fresh.discard(claim.message)  # of two for one message the first has it


async def _insert(session: AsyncSession, claims: list[Claim]) -> set[str]:
    """The messages of those inserted. One statement, in which a conflict undoes nothing: its row is left out."""
    dialect = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
    rows = {claim.message: claim.model_dump() for claim in reversed(claims)}  # the first of two for one message
    statement = dialect.insert(Claim).values(list(rows.values())).on_conflict_do_nothing()
    return set((await session.exec(statement.returning(col(Claim.message)))).scalars())
