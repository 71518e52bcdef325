"""The conversation log as the core sees it. If the store is down people are answered from memory and nothing is lost:
the record goes to the spool and is written when the store answers again."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from datetime import datetime
from typing import Any

from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from bot.errors import StoreUnavailable
from bot.memory import ShortMemory
from bot.model import Memory, Nation, PersonSettings, Retention, Role, Turn, Utterance
from bot.redact import redact
from bot.store import privacy, switch, turns
from bot.store.batch import Together
from bot.store.claims import Claims
from bot.store.codec import last_from_json, storable
from bot.store.sessions import Sessions
from bot.store.spool import Record, Spool
from bot.store.tables import Conversation, Feedback, Person, TurnRow

log_ = logging.getLogger(__name__)


class Log:
    """Remembers turns, settings and feedback in the store."""

    def __init__(
        self, sessions: Sessions, spool: Spool, claims: Claims, clock: Callable[[], datetime], retention: Retention
    ) -> None:
        self._sessions = sessions
        self._spool = spool
        self._claims = claims
        self._clock = clock
        self._retention = retention
        self._turns = Together(sessions, turns.write)
        self._memory = ShortMemory()
        self._replaying: asyncio.Task[int] | None = None

    async def close(self) -> None:
        """Wait for turns that are being written; the store closes next."""
        if self._replaying is not None:
            await asyncio.wait({self._replaying})
        await self._turns.close()

    async def recall(self, utterance: Utterance) -> Memory:
        """What is known of the person and this conversation; from memory alone if the store is down."""
        try:
            await self.catch_up()
            async with self._sessions.begin() as session:
                person = await session.get(Person, utterance.person)
                conversation = await session.get(Conversation, utterance.conversation)
                off = await switch.reason(session)
        except StoreUnavailable:
            log_.warning("the store is down; message %s is answered from memory", utterance.message_id)
            return await self._memory.recall(utterance)
        settings = _settings_in(person)
        await self._memory.save_settings(utterance.person, settings)
        if conversation is None:
            return Memory(settings=settings, off=off)
        # answered before a crash and asked again now: the turn before it is what its words follow on from
        again = conversation.message == utterance.message_id
        kept = conversation.before if again else conversation.last
        mine = conversation.person == utterance.person and conversation.said is not None
        return Memory(
            settings=settings,
            nation=Nation(conversation.said) if mine and conversation.said else None,
            last=last_from_json(kept) if kept else None,
            off=off,
        )

    async def record(self, turn: Turn) -> None:
        """Keep a turn: one row a message, however often it is recorded; spooled if the store is down."""
        await self._memory.record(turn)
        # as they were when this turn was recalled; the store's own word is looked at once more when it is written
        paused = (await self._memory.settings_of(turn.utterance.person)).paused
        record = turns.record_of(turn, paused=paused, keep_text=self._retention.keep_text)
        try:
            await self.catch_up()
            await self._turns.write(record)
        except StoreUnavailable:
            self._spool.add(record)

    async def settings_of(self, person: str) -> PersonSettings:
        """What a person has set. StoreUnavailable if it can't be read."""
        async with self._sessions.begin() as session:
            return _settings_in(await session.get(Person, person))

    async def catch_up(self) -> int:
        """Write what was spooled; StoreUnavailable if the store is still down. Returns how many records.

        All who ask at once wait for the same writing.
        """
        written = 0
        while len(self._spool):
            if self._replaying is None or self._replaying.done():
                self._replaying = asyncio.create_task(self._spool.replay(self._write))
            written += await asyncio.shield(self._replaying)
        return written

    async def _write(self, record: Record) -> None:
        if record["kind"] == "turn":
            await self._turns.write(record)
        else:
            await self._claims.write_finish(record["message"])

    async def save_settings(self, person: str, settings: PersonSettings) -> None:
        """Keep what a person set. StoreUnavailable if it can't be kept: they must be told."""

        async def work(session: AsyncSession) -> None:
            row = await session.get(Person, person) or Person(id=person, seen_at=self._clock())
            row.nation = settings.nation.value if settings.nation else None
            row.role = settings.role.value if settings.role else None
            row.paused, row.greeted = settings.paused, settings.greeted
            session.add(row)

        await self._sessions.write(work)
        await self._memory.save_settings(person, settings)

    async def feedback(self, turn_id: str, person: str, value: str, reason: str = "") -> None:
        """Keep what a person thought of a reply of their own; the last word counts."""
        async with self._sessions.begin() as session:
            turn = (await session.exec(select(TurnRow).where(TurnRow.id == turn_id))).first()
            if turn is None or turn.person != person:
                return  # an old or forged button
            kept = storable(redact(reason))[:500] if self._retention.keep_text else ""
            row = Feedback(turn=turn_id, person=person, value=value, reason=kept, at=self._clock())
            await session.merge(row)

    async def forget(self, person: str) -> None:
        """Erase a person: no row, claim or spooled record is left. StoreUnavailable if it can't be done now."""
        await self.catch_up()  # or a record that is being replayed would be written after all
        await privacy.forget(self._sessions, person)
        self._spool.drop(person)
        await self._memory.forget(person)

    async def export(self, person: str) -> dict[str, Any]:
        """All that is kept of a person; empty if nothing is."""
        return await privacy.export(self._sessions, person)

    async def purge(self) -> int:
        """Take away what has been kept long enough. Safe to run at any time, and twice.

        Returns how many messages were given up, never answered, and says so in the log.
        """
        given_up = await privacy.purge(self._sessions, self._clock(), self._retention)
        if given_up:
            log_.error("%d messages could not be answered in time and are given up: their words are erased", given_up)
        return given_up


def _settings_in(row: Person | None) -> PersonSettings:
    if row is None:
        return PersonSettings()
    return PersonSettings(
        nation=Nation(row.nation) if row.nation else None,
        role=Role(row.role) if row.role else None,
        paused=row.paused,
        greeted=row.greeted,
    )
