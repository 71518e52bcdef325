"""What only one of several processes does, and once: whoever writes its row first does it."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import delete
from sqlalchemy.exc import IntegrityError
from sqlmodel import col

from bot.store.sessions import Sessions
from bot.store.tables import Done


async def first(sessions: Sessions, name: str, now: datetime) -> bool:
    """Whether this process is the first to say that it does this. StoreUnavailable if it can't be told."""
    try:
        async with sessions.begin() as session:
            session.add(Done(name=name, at=now))
    except IntegrityError:
        return False
    return True


async def undo(sessions: Sessions, name: str) -> None:
    """It could not be done after all: whoever comes next may. StoreUnavailable if that can't be kept."""
    async with sessions.begin() as session:
        await session.exec(delete(Done).where(col(Done.name) == name))
