"""Turns as they are stored: what of one is kept, and writing several at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from typing import TypeVar

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from bot.memory import last_turn
from bot.model import Turn
from bot.redact import redact
from bot.store.codec import last_to_json, options_to_json, storable
from bot.store.spool import Record
from bot.store.tables import Conversation, Person, TurnRow

Row = TypeVar("Row", Person, Conversation)


def record_of(turn: Turn, *, paused: bool, keep_text: bool) -> Record:
    """A turn as it is stored or spooled: redacted, or without any text where it must not be kept."""
    utterance, reply = turn.utterance, turn.reply
    row = None
    if not paused:
        row = {
            "message": utterance.message_id,
            "id": turn.id,
            "person": utterance.person,
            "conversation": utterance.conversation,
            "channel": utterance.channel,
            "at": turn.at.isoformat(),
            "outcome": reply.outcome.value,
            "text": storable(redact(utterance.text)) if reply.keep_text and keep_text else None,
            "nation": reply.nation.value if reply.nation else None,
            "shown": [asdict(shown) for shown in turn.shown],
            "candidates": [[candidate.entry, round(candidate.score, 4)] for candidate in turn.candidates],
            "options": options_to_json(reply.options),
            "confidence": reply.confidence,
            "margin": turn.margin,
            "micros": turn.micros,
            "revision": turn.revision,
        }
    remembered = turn.about or reply.options or turn.said
    return {
        "kind": "turn",
        "person": utterance.person,
        "conversation": utterance.conversation,
        "message": utterance.message_id,
        "at": turn.at.isoformat(),
        "said": turn.said.value if turn.said else None,
        "last": last_to_json(last_turn(turn)) if remembered else None,
        "row": row,
    }


async def write(session: AsyncSession, records: Sequence[Record]) -> Sequence[None]:
    """Write turns in their order: one row a message, however often it is recorded. None for each."""
    people = await _found(session, Person, {record["person"] for record in records})
    talks = await _found(session, Conversation, {record["conversation"] for record in records})
    messages = {record["message"] for record in records}
    known = set((await session.exec(select(TurnRow.message).where(col(TurnRow.message).in_(messages)))).all())
    for record in records:
        at = datetime.fromisoformat(record["at"])
        person = people.setdefault(record["person"], Person(id=record["person"], seen_at=at))
        person.seen_at = at
        session.add(person)
        session.add(_followed_on(talks, record, at))
        if record["row"] is not None and not person.paused:
            row = TurnRow(**{**record["row"], "at": at})
            if row.message in known:
                await session.merge(row)
            else:
                session.add(row)
                known.add(row.message)
    return [None] * len(records)


async def _found(session: AsyncSession, table: type[Row], ids: set[str]) -> dict[str, Row]:
    return {row.id: row for row in (await session.exec(select(table).where(col(table.id).in_(ids)))).all()}


def _followed_on(talks: dict[str, Conversation], record: Record, at: datetime) -> Conversation:
    """The conversation with what its next follow-up needs."""
    made = Conversation(id=record["conversation"], person=record["person"], at=at)
    row = talks.setdefault(record["conversation"], made)
    if row.message != record["message"]:
        row.before = row.last
    if record["last"] is not None:
        row.last = record["last"]
    if row.person != record["person"] or record["said"] is not None:
        row.said = record["said"]
    row.person, row.message, row.at = record["person"], record["message"], at
    return row
