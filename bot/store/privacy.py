"""What a person may ask of their record, and what time takes from it: export, erasure, purge."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, func, update
from sqlmodel import col, select

from bot.model import Outcome, Retention
from bot.store.claims import RAW_KEPT
from bot.store.sessions import Sessions
from bot.store.tables import Claim, Conversation, Done, Feedback, Person, TurnRow


async def export(sessions: Sessions, person: str) -> dict[str, Any]:
    """All that is kept of a person; empty if nothing is."""
    async with sessions.begin() as session:
        row = await session.get(Person, person)
        turns = await session.exec(select(TurnRow).where(TurnRow.person == person).order_by(col(TurnRow.at)))
        feedback = await session.exec(select(Feedback).where(Feedback.person == person))
        claims = await session.exec(select(Claim).where(Claim.person == person, Claim.state == "received"))
        texts = [claim for claim in claims.all() if claim.utterance and claim.utterance["kind"] == "text"]
        kept = {
            "settings": row.model_dump(exclude={"id"}) if row else {},
            "turns": [turn.model_dump(exclude={"person", "conversation"}) for turn in turns.all()],
            "feedback": [found.model_dump(exclude={"person"}) for found in feedback.all()],
            "being_answered": [claim.model_dump(include={"received_at", "utterance"}) for claim in texts],
        }
    return kept if any(kept.values()) else {}


async def forget(sessions: Sessions, person: str) -> None:
    """Erase a person: no row or claim is left. StoreUnavailable if it can't be done now."""
    async with sessions.begin() as session:
        for table in (TurnRow, Claim, Feedback, Conversation):
            await session.exec(delete(table).where(col(table.person) == person))
        await session.exec(delete(Person).where(col(Person.id) == person))


async def purge(sessions: Sessions, now: datetime, retention: Retention) -> int:
    """Take away what has been kept long enough. Safe to run at any time, and twice.

    Returns how many messages were given up: accepted, and not answered as long as their raw words may be kept.
    """
    old = now - timedelta(days=retention.row_days)
    async with sessions.begin() as session:
        answered = col(TurnRow.outcome) == Outcome.ANSWERED.value
        for which, days in ((answered, retention.answered_text_days), (~answered, retention.other_text_days)):
            past = col(TurnRow.at) < now - timedelta(days=days)
            await session.exec(update(TurnRow).where(which, past, col(TurnRow.text).is_not(None)).values(text=None))
        stale = col(Feedback.at) < now - timedelta(days=retention.other_text_days)
        await session.exec(update(Feedback).where(stale, col(Feedback.reason) != "").values(reason=""))
        old_turns = select(TurnRow.id).where(col(TurnRow.at) < old)
        await session.exec(delete(Feedback).where(col(Feedback.turn).in_(old_turns)))
        await session.exec(delete(TurnRow).where(col(TurnRow.at) < old))
        await session.exec(delete(Conversation).where(col(Conversation.at) < old))
        await session.exec(delete(Person).where(col(Person.seen_at) < old))
        await session.exec(delete(Done).where(col(Done.at) < old))
        past_keeping = col(Claim.received_at) < now - RAW_KEPT
        unanswered = select(func.count()).select_from(Claim).where(past_keeping, Claim.state == "received")
        given_up = (await session.exec(unanswered)).one()
        await session.exec(delete(Claim).where(past_keeping))
    return given_up
