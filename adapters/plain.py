"""A reply as plain lines: what the terminal prints and what `--batch` returns. Pure; knows only the nouns."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from bot.model import Link, Part, Reply
from bot.options import numbered
from bot.say import Voice


class Kind(StrEnum):
    """What a line is, so that a terminal can colour and indent it."""

    LEAD = "lead"
    POINT = "point"
    STEP = "step"
    TEXT = "text"
    CAUTION = "caution"
    SMALL = "small"
    OPTION = "option"
    GAP = "gap"


@dataclass(frozen=True)
class Line:
    """One line before wrapping: `mark` stands before it and its continuation is indented under the text."""

    kind: Kind
    text: str = ""
    mark: str = ""


def lines(reply: Reply, voice: Voice) -> Iterator[Line]:
    """The reply, line by line, with labels in the words of `voice`."""
    for notice in reply.notices:
        yield Line(Kind.SMALL, notice)
    if reply.lead:
        yield Line(Kind.LEAD if not reply.parts else Kind.TEXT, reply.lead)
    for point in reply.points:
        yield Line(Kind.POINT, point, "- ")
    for link in reply.links:
        yield Line(Kind.SMALL, _source(link))
    for number, part in enumerate(reply.parts):
        if number or reply.lead or reply.notices:
            yield Line(Kind.GAP)
        yield from _part(part, voice)
    options = numbered(reply.options)
    if options:
        yield Line(Kind.GAP)
    for number, option in enumerate(options, start=1):
        yield Line(Kind.OPTION, option.title, f"{number}. ")


def _part(part: Part, voice: Voice) -> Iterator[Line]:
    named = part.nation is not None and part.nation.title not in part.lead
    yield Line(Kind.LEAD, f"{part.nation.title}: {part.lead}" if named and part.nation else part.lead)
    for point in part.points:
        yield Line(Kind.POINT, point, "- ")
    for number, step in enumerate(part.steps, start=1):
        yield Line(Kind.STEP, step, f"{number}. ")
    if part.note:
        yield Line(Kind.TEXT, f"{voice.say('label_for_you')}: {part.note}")
    if part.wording is not None:
        yield Line(Kind.TEXT, voice.say("label_example"))
        yield Line(Kind.TEXT, part.wording.text, "  ")
        for label, text in (("label_measure", part.wording.measure), ("label_evidence", part.wording.evidence)):
            if text:
                yield Line(Kind.TEXT, f"{voice.say(label)}: {text}", "  ")
        for check in part.wording.checks:
            yield Line(Kind.TEXT, f"{voice.say('label_check')}: {check}", "  ")
    if part.caution:
        yield Line(Kind.CAUTION, f"{voice.say('label_take_care')}: {part.caution}")
    if part.notices or part.checked:
        yield Line(Kind.SMALL, " ".join((*part.notices, *([part.checked] if part.checked else []))))
    for link in part.links:
        yield Line(Kind.SMALL, f"{voice.say('label_source')}: {_source(link)}")


def _source(link: Link) -> str:
    dated = f", {link.dated}" if link.dated else ""
    return f"{link.title}{dated} {link.url}".strip()


def as_text(reply: Reply, voice: Voice) -> str:
    """The whole reply as plain text."""
    return "\n".join(f"{line.mark}{line.text}" for line in lines(reply, voice))
