"""How the advisor is used, counted for the people who keep it. Pure: nothing of a person, nothing of anybody's words."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Protocol

from bot.compose import review_due
from bot.knowledge.base import TERMS, KnowledgeBase

MOST = 20  # rows of a table that could grow without end


class Used(Protocol):
    """One turn as it is counted; `bot.store.reports.Use` is one."""

    @property
    def at(self) -> datetime: ...  # noqa: D102  # when it was answered, aware UTC
    @property
    def channel(self) -> str: ...  # noqa: D102
    @property
    def outcome(self) -> str: ...  # noqa: D102
    @property
    def nation(self) -> str: ...  # noqa: D102
    @property
    def entries(self) -> tuple[str, ...]: ...  # noqa: D102
    @property
    def micros(self) -> int: ...  # noqa: D102
    @property
    def feedback(self) -> frozenset[str]: ...  # noqa: D102


Counts = tuple[tuple[str, int], ...]


@dataclass(frozen=True)
class Overdue:
    """An entry whose review is past its day."""

    entry: str
    question: str
    owner: str
    due: date


@dataclass(frozen=True)
class Report:
    """The figures of a period, `since` to `until`, both days included."""

    since: date
    until: date
    turns: int
    by_week: Counts  # Mondays, as 2026-11-23
    outcomes: Counts
    channels: Counts
    nations: Counts
    topics: Counts
    entries: Counts  # the most shown
    feedback: tuple[tuple[str, int, int], ...]  # entry, thumbs up, thumbs down: those with most down first
    up: int
    down: int
    never: tuple[tuple[str, str], ...]  # entry and question, of those never shown in the period
    overdue: tuple[Overdue, ...]
    p50: int  # microseconds from utterance to reply
    p99: int


def summarise(uses: Sequence[Used], knowledge: KnowledgeBase, since: date, until: date) -> Report:
    """Count. Entries that are no longer in the knowledge are counted under their ids."""
    shown = Counter(entry for use in uses for entry in use.entries)
    ups = Counter(use.entries[0] for use in uses if use.entries and "up" in use.feedback)
    downs = Counter(use.entries[0] for use in uses if use.entries and "down" in use.feedback)
    rated = sorted({*ups, *downs}, key=lambda entry: (-downs[entry], -ups[entry], entry))
    topics = Counter(
        knowledge.topics[knowledge.topic_of[entry]].title
        for use in uses
        for entry in use.entries[:1]
        if entry in knowledge.topic_of
    )
    return Report(
        since=since,
        until=until,
        turns=len(uses),
        by_week=_weeks((use.at.date() for use in uses), since, until),
        outcomes=_counts(Counter(use.outcome for use in uses)),
        channels=_counts(Counter(use.channel for use in uses)),
        nations=_counts(Counter(use.nation or "not known" for use in uses if use.entries)),
        topics=_counts(topics),
        entries=_counts(shown)[:MOST],
        feedback=tuple((entry, ups[entry], downs[entry]) for entry in rated)[:MOST],
        up=sum("up" in use.feedback for use in uses),
        down=sum("down" in use.feedback for use in uses),
        never=tuple(
            (entry.id, entry.question)
            for entry in knowledge.entries.values()
            if entry.id not in shown and knowledge.topic_of[entry.id] != TERMS
        ),
        overdue=tuple(_overdue(knowledge, until)),
        p50=percentile([use.micros for use in uses], 50),
        p99=percentile([use.micros for use in uses], 99),
    )


def _counts(counter: Counter[str]) -> Counts:
    return tuple(sorted(counter.items(), key=lambda item: (-item[1], item[0])))


def _weeks(days: Iterable[date], since: date, until: date) -> Counts:
    """Every week of the period by its Monday, those without a turn too."""
    counted = Counter(_monday(day) for day in days)
    first, last = _monday(since), _monday(until)
    weeks = [first + timedelta(weeks=number) for number in range((last - first).days // 7 + 1)]
    return tuple((week.isoformat(), counted[week]) for week in weeks)


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())


def _overdue(knowledge: KnowledgeBase, today: date) -> list[Overdue]:
    found = []
    for entry in knowledge.entries.values():
        topic = knowledge.topics[knowledge.topic_of[entry.id]]
        due = review_due(entry, topic.review_every_months)
        if due is not None and due < today:
            found.append(Overdue(entry.id, entry.question, topic.owner, due))
    return sorted(found, key=lambda overdue: (overdue.due, overdue.entry))


def percentile(values: Sequence[int], share: int) -> int:
    """The nearest-rank percentile; 0 of nothing."""
    ranked = sorted(values)
    return ranked[max(0, -(-share * len(ranked) // 100) - 1)] if ranked else 0
