"""The first form of an answer, for one screen of a phone: lead, what to take care of, three points, source. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from adapters.telegram_bot.blocks import Say, blocks, length
from bot.model import Part, Reply

MOST = 600  # characters as Telegram counts
POINTS = 3


def shorten(reply: Reply, say: Say, most: int = MOST) -> tuple[Reply, frozenset[str]]:
    """The reply within `most`, and the entries of which something was left out.

    Lead, caution, nation, status, date and one source always stay, also where a greeting or a second part takes it over
    `most`: what is unsettled must not hide behind a button.
    """
    if reply.expanded or not reply.parts:
        return reply, frozenset()
    wholes = reply.parts
    parts = [_least(part) for part in wholes]
    for number, whole in enumerate(wholes):

        def total(part: Part, at: int = number) -> int:
            return length(blocks(replace(reply, parts=(*parts[:at], part, *parts[at + 1 :])), say))

        now = total(parts[number])
        share = now + (most - now) // (len(wholes) - number)  # what one part leaves, the next may use
        for fuller in _growing(whole, parts[number]):
            if total(fuller) > share:
                break
            parts[number] = fuller
    left_out = frozenset(whole.entry for whole, part in zip(wholes, parts, strict=True) if part != whole)
    return replace(reply, parts=tuple(parts)), left_out


def _least(part: Part) -> Part:
    return replace(part, points=(), steps=(), note="", wording=None, links=part.links[:1])


def _growing(whole: Part, part: Part) -> Iterator[Part]:
    """Ever fuller forms of a part, the most needed first; each holds the one before it."""
    for count in range(1, min(POINTS, len(whole.points)) + 1):
        part = replace(part, points=whole.points[:count])
        yield part
    if not whole.points:
        for count in range(1, min(POINTS, len(whole.steps)) + 1):
            part = replace(part, steps=whole.steps[:count])
            yield part
    if whole.note:
        part = replace(part, note=whole.note)
        yield part
