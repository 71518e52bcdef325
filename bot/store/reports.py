"""What maintainers read out of the log: questions that were not well answered, and how it is used. Never a person."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement
from sqlmodel import col, select

from bot.gaps import CLOSE, Asked, Why
from bot.model import Outcome
from bot.store.sessions import Sessions
from bot.store.tables import Feedback, TurnRow

LOOKED_AT = {Outcome.ANSWERED, Outcome.CLARIFYING, Outcome.FALLBACK, Outcome.OUT_OF_SCOPE}


async def asked(sessions: Sessions, since: datetime, until: datetime | None = None) -> list[Asked]:
    """Questions with their text, unanswered, thumbed down, sent or close calls, oldest first; `until` is left out."""
    async with sessions.begin() as session:
        feedback: dict[str, set[str]] = defaultdict(set)
        for row in (await session.exec(select(Feedback))).all():
            feedback[row.turn].add(row.value)
        turns = (
            await session.exec(
                select(TurnRow)
                .where(*_between(since, until), col(TurnRow.text).is_not(None))
                .where(col(TurnRow.outcome).in_([outcome.value for outcome in LOOKED_AT]))
                .order_by(col(TurnRow.at))
            )
        ).all()
    found = [(turn, _why(turn, feedback[turn.id])) for turn in turns]
    return [
        Asked(turn.text or "", turn.person, why, tuple((entry, share) for entry, share in turn.candidates[:3]))
        for turn, why in found
        if why
    ]


def _between(since: datetime, until: datetime | None) -> list[ColumnElement[bool]]:
    at = col(TurnRow.at)
    return [at >= since] if until is None else [at >= since, at < until]


def _why(turn: TurnRow, said: set[str]) -> frozenset[Why]:
    reasons = set()
    if turn.outcome in {Outcome.FALLBACK.value, Outcome.OUT_OF_SCOPE.value}:
        reasons.add(Why.UNANSWERED)
    elif turn.candidates and turn.margin < CLOSE:
        reasons.add(Why.CLOSE)
    if "down" in said:
        reasons.add(Why.DOWN)
    if "sent" in said:
        reasons.add(Why.SENT)
    return frozenset(reasons)


@dataclass(frozen=True)
class Use:
    """One turn as a report counts it: nothing of the person, nothing of the words."""

    at: datetime
    channel: str
    outcome: str
    nation: str
    entries: tuple[str, ...]  # shown
    micros: int
    feedback: frozenset[str]


async def use(sessions: Sessions, since: datetime, until: datetime | None = None) -> list[Use]:
    """Every turn since then, oldest first; `until` is left out."""
    async with sessions.begin() as session:
        feedback: dict[str, set[str]] = defaultdict(set)
        for row in (await session.exec(select(Feedback))).all():
            feedback[row.turn].add(row.value)
        turns = (await session.exec(select(TurnRow).where(*_between(since, until)).order_by(col(TurnRow.at)))).all()
    return [
        Use(
            turn.at,
            turn.channel,
            turn.outcome,
            turn.nation or "",
            tuple(shown["entry"] for shown in turn.shown),
            turn.micros,
            frozenset(feedback[turn.id]),
        )
        for turn in turns
    ]
