"""The off switch: a row for every time the advisor was switched off or on again, with the reason. The last one counts."""

from __future__ import annotations

from datetime import datetime

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from bot.store.sessions import Sessions
from bot.store.tables import Switch


async def reason(session: AsyncSession) -> str:
    """Why it is off; empty while it is on."""
    last = (await session.exec(select(Switch).order_by(col(Switch.id).desc()).limit(1))).first()
    return last.reason if last is not None else ""


async def turn(sessions: Sessions, why: str, now: datetime) -> None:
    """Switch off with a reason, or on with an empty one. StoreUnavailable if it can't be kept."""
    async with sessions.begin() as session:
        session.add(Switch(reason=why, at=now))
