"""Claims: a message is answered once, by whoever wrote its row first; after a crash by whoever finds its lease over."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, cast

from sqlalchemy import CursorResult, func, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from bot.errors import StoreUnavailable
from bot.model import Utterance
from bot.store.batch import Together
from bot.store.codec import utterance_from_json, utterance_to_json
from bot.store.sessions import Sessions
from bot.store.spool import Record, Spool
from bot.store.tables import Claim

LEASE = timedelta(seconds=30)
RAW_KEPT = timedelta(hours=24)

Address = Mapping[str, str]


class Acceptance(StrEnum):
    """What to do with a message that arrived."""

    NEW = "new"  # answer it; the claim is ours
    DUPLICATE = "duplicate"  # answered, or being answered: drop it
    UNSTORED = "unstored"  # the store is down: answer it all the same


class Claims:
    """The claims of one store."""

    def __init__(self, sessions: Sessions, spool: Spool, clock: Callable[[], datetime]) -> None:
        self._sessions = sessions
        self._new = Together(sessions, _insert)
        self._finished = Together(sessions, _finish)
        self._spool = spool
        self._clock = clock
        self.redelivered: Counter[str] = Counter()  # by channel: messages received again and dropped

    async def accept(self, utterance: Utterance, address: Address) -> Acceptance:
        """Claim a message before it is acknowledged. `address` is what its channel needs to send the answer."""
        now = self._clock()
        claim = Claim(
            message=utterance.message_id,
            person=utterance.person,
            leased_until=now + LEASE,
            received_at=now,
            utterance=utterance_to_json(utterance),
            address=dict(address),
        )
        try:
            if await self._new.write(claim):
                return Acceptance.NEW
            acceptance = await self._take_over(utterance.message_id, now)
        except StoreUnavailable:
            return Acceptance.UNSTORED
        self.redelivered[utterance.channel] += acceptance is Acceptance.DUPLICATE
        return acceptance

    async def close(self) -> None:
        """Wait for claims that are being written; the store closes next."""
        await self._new.close()
        await self._finished.close()

    async def _take_over(self, message: str, now: datetime) -> Acceptance:
        async with self._sessions.begin() as session:
            claim = await session.get(Claim, message)
            if claim is None or claim.state == "answered" or claim.leased_until > now:
                return Acceptance.DUPLICATE
            took = await self._lease(session, message, claim.leased_until, now)
        return Acceptance.NEW if took else Acceptance.DUPLICATE

    @staticmethod
    async def _lease(session: AsyncSession, message: str, old: datetime, now: datetime) -> bool:
        """Take the lease if nobody has since: compare and set in one statement, so that one of two replicas wins."""
        changed = await session.exec(
            update(Claim)
            .where(col(Claim.message) == message, col(Claim.state) == "received", col(Claim.leased_until) == old)
            .values(leased_until=now + LEASE)
        )
        return cast(CursorResult[Any], changed).rowcount == 1

    async def renew(self, message: str) -> None:
        """Hold the lease while a slow answer runs. Does nothing if the store is down."""
        try:
            async with self._sessions.begin() as session:
                await session.exec(
                    update(Claim)
                    .where(col(Claim.message) == message, col(Claim.state) == "received")
                    .values(leased_until=self._clock() + LEASE)
                )
        except StoreUnavailable:
            return

    async def pending(self, channel: str, *, alone: bool = False) -> list[tuple[Utterance, dict[str, str]]]:
        """A channel's messages accepted and not answered, oldest first, now leased to us.

        `alone`: no other process serves the channel, so every open claim of it is left over from a former run.
        Messages older than 24 hours are given up: their raw text may be kept no longer.
        """
        now = self._clock()
        found = []
        async with self._sessions.begin() as session:
            open_claims = select(Claim).where(Claim.state == "received").order_by(col(Claim.received_at))
            for claim in (await session.exec(open_claims)).all():
                if claim.utterance is None or now - claim.received_at > RAW_KEPT:
                    continue
                if claim.utterance["channel"] != channel:
                    continue
                if (alone or claim.leased_until <= now) and await self._lease(
                    session, claim.message, claim.leased_until, now
                ):
                    found.append((utterance_from_json(claim.utterance), dict(claim.address or {})))
        return found

    async def count_open(self) -> int:
        """How many messages are accepted and not answered. StoreUnavailable if it can't be told."""
        async with self._sessions.begin() as session:
            counted = await session.exec(select(func.count()).select_from(Claim).where(Claim.state == "received"))
            return counted.one()

    async def finish(self, message: str) -> None:
        """Mark a message answered and blank what was raw; spooled if the store is down."""
        try:
            await self.write_finish(message)
        except StoreUnavailable:
            self._spool.add(finish_record(message))

    async def write_finish(self, message: str) -> None:
        """The same; StoreUnavailable if the store is down."""
        await self._finished.write(message)


async def _insert(session: AsyncSession, claims: Sequence[Claim]) -> list[bool]:
    """Whether each is new. One statement, in which a conflict undoes nothing: its row is left out."""
    dialect = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
    rows = {claim.message: claim.model_dump() for claim in reversed(claims)}  # the first of two for one message
    in_order = [rows[message] for message in sorted(rows)]  # or two processes could each wait for the other's row
    statement = dialect.insert(Claim).values(in_order).on_conflict_do_nothing()
    fresh = set((await session.exec(statement.returning(col(Claim.message)))).scalars())
    found = []
    for claim in claims:
        found.append(claim.message in fresh)
        fresh.discard(claim.message)  # of two for one message the first has it
    return found


async def _finish(session: AsyncSession, messages: Sequence[str]) -> list[None]:
    values = {"state": "answered", "utterance": None, "address": None}
    await session.exec(update(Claim).where(col(Claim.message).in_(messages)).values(**values))
    return [None] * len(messages)


def finish_record(message: str) -> Record:
    """A finished claim as a spool record."""
    return {"kind": "finish", "message": message}
