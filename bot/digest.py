"""A week in a few lines, for the people who keep the knowledge. Pure; no words of anybody that they may not see."""

from __future__ import annotations

from collections.abc import Sequence

from bot.gaps import Gap
from bot.knowledge.base import KnowledgeBase
from bot.report import Report
from bot.say import day_in_words

MOST = 5  # lines of each kind


def digest(report: Report, gaps: Sequence[Gap], knowledge: KnowledgeBase) -> str:
    """Counts, what was not answered, what was thought unhelpful, what is due, and where to see more."""
    paragraphs = [
        [f"The advisor, {day_in_words(report.since)} to {day_in_words(report.until)}"],
        [_use(report)],
        _listed("Asked and not answered well", [_gap(gap) for gap in gaps[:MOST]]),
        _listed("Thought not helpful", [_unhelpful(row, knowledge) for row in report.feedback[:MOST] if row[2]]),
        _overdue(report),
        ["More: advisor report --out report.html; advisor gaps --patch suggests phrasings to accept or reject."],
    ]
    return "\n\n".join("\n".join(lines) for lines in paragraphs if lines)


def _use(report: Report) -> str:
    if not report.turns:
        return "Nobody asked anything."
    outcomes = ", ".join(f"{outcome.replace('_', ' ')} {count}" for outcome, count in report.outcomes)
    topics = ", ".join(f"{topic} {count}" for topic, count in report.topics[:MOST])
    thumbs = f" Helpful {report.up}, not helpful {report.down}." if report.up or report.down else ""
    return f"{_number(report.turns, 'message', 'messages')}: {outcomes}.{f' Most about: {topics}.' if topics else ''}{thumbs}"


def _listed(title: str, lines: list[str]) -> list[str]:
    return [f"{title}:", *(f"• {line}" for line in lines)] if lines else []


def _gap(gap: Gap) -> str:
    asked = f"“{gap.texts[0][0]}”" if gap.texts else (", ".join(gap.words[:MOST]) or "in words of too few to be shown")
    nearest = f"; nearest {gap.nearest[0][0]}" if gap.nearest else ""
    people, questions = _number(gap.people, "person", "people"), _number(gap.count, "question", "questions")
    return f"{asked} ({people}, {questions}{nearest})"


def _number(count: int, one: str, more: str) -> str:
    return f"{count} {one if count == 1 else more}"


def _unhelpful(row: tuple[str, int, int], knowledge: KnowledgeBase) -> str:
    entry, up, down = row
    found = knowledge.entries.get(entry)
    return f"{found.question if found else entry} ({down} not helpful, {up} helpful)"


def _overdue(report: Report) -> list[str]:
    late = len(report.overdue)
    if not late:
        return []
    first = report.overdue[0]
    more = f"{late} entries are past their day of review" if late > 1 else "One entry is past its day of review"
    return [f"{more}; the longest: {first.question} (due {day_in_words(first.due)}, {first.owner})."]
