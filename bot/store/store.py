"""The store: a log and claims over one database, with a spool for when it is down."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from bot.model import Retention
from bot.store import switch
from bot.store.claims import Claims
from bot.store.engine import open_engine
from bot.store.leader import Leaders
from bot.store.log import Log
from bot.store.sessions import Sessions
from bot.store.spool import Spool


@dataclass(frozen=True)
class Store:
    """What a channel needs to remember and to answer once."""

    log: Log
    claims: Claims
    sessions: Sessions
    spool: Spool
    clock: Callable[[], datetime]
    leaders: Leaders

    async def switch_off(self, reason: str) -> None:
        """Switch every process off, for the reason that people are told; on again with an empty one."""
        await switch.turn(self.sessions, reason, self.clock())


@asynccontextmanager
async def open_store(
    url: str, spool: Path, clock: Callable[[], datetime], retention: Retention | None = None
) -> AsyncIterator[Store]:
    """Open the database, upgrade it if need be, and close it at the end."""
    engine = await open_engine(url)
    try:
        sessions, records = Sessions(engine), Spool(spool)
        claims = Claims(sessions, records, clock)
        log = Log(sessions, records, claims, clock, retention or Retention())
        try:
            yield Store(log, claims, sessions, records, clock, Leaders(engine))
        finally:
            await claims.close()
            await log.close()
    finally:
        await engine.dispose()
