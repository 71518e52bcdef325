"""Shorter versions of a reply. Pure. What goes is offered again by a button."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from bot.model import Nation, Option, OptionKind, Part, Reply
from bot.say import Voice

CHANNEL_POINTS = 3
_LONGEST_LEAD = 600


def for_channel(reply: Reply, voice: Voice) -> Reply:
    """What others in a channel see: lead, three points, one source. No note for a role: that is the asker's own."""
    points = max(1, CHANNEL_POINTS // max(1, len(reply.parts)))
    short = tuple(
        replace(p, points=p.points[:points], steps=(), note="", wording=None, links=p.links[:1]) for p in reply.parts
    )
    kept = tuple(o for o in reply.options if o.kind is not OptionKind.ENTRY)
    return _with_ways(reply, replace(reply, parts=short, options=kept), voice)


def ever_shorter(reply: Reply, voice: Voice) -> Iterator[Reply]:
    """The reply, then versions of it with less and less in them, the last of which fits anywhere."""
    yield reply
    for points, steps, wording in ((6, 14, False), (6, 0, False), (3, 0, False), (0, 0, False)):
        parts = tuple(
            replace(p, points=p.points[:points], steps=p.steps[:steps], wording=p.wording if wording else None)
            for p in reply.parts
        )
        yield _with_ways(reply, replace(reply, parts=parts), voice)
    first = tuple(
        Part(
            entry=p.entry,
            question=p.question[:_LONGEST_LEAD],
            nation=p.nation,
            nations=p.nations,
            status=p.status,
            lead=p.lead[:_LONGEST_LEAD],
            links=p.links[:1],
            checked=p.checked[:_LONGEST_LEAD],
        )
        for p in reply.parts[:1]
    )
    bare = replace(
        reply, parts=first, points=(), links=reply.links[:1], lead=reply.lead[:_LONGEST_LEAD], greeting="",
        notices=tuple(notice[:_LONGEST_LEAD] for notice in reply.notices[:1]), options=reply.options[:25],
    )  # fmt: skip
    yield _with_ways(reply, bare, voice)


def nation_of(part: Part) -> Nation | None:
    """The nation that shows this text again: its own, or the first of those it holds for."""
    return part.nation or (part.nations[0] if 0 < len(part.nations) < len(Nation) else None)


def _with_ways(whole: Reply, short: Reply, voice: Voice) -> Reply:
    """With a button for each part that lost something: all of it, or the sources that went."""
    shown = {(part.entry, part.nation): part for part in short.parts}
    several = len(whole.parts) > 1
    ways = []
    for part in whole.parts:
        less = shown.get((part.entry, part.nation))
        title = f"{part.nation.title if part.nation else part.question}: " if several else ""
        if less is None or (less.points, less.steps, less.note, less.wording) != (
            part.points, part.steps, part.note, part.wording,
        ):  # fmt: skip
            ways.append(Option(OptionKind.MORE, part.entry, title + voice.say("label_more"), nation=nation_of(part)))
        elif less.links != part.links:
            ways.append(
                Option(OptionKind.SOURCES, part.entry, title + voice.say("label_sources"), nation=nation_of(part))
            )
    return replace(short, options=(*ways, *short.options))
