"""A reply as blocks of styled text, the form in which it is shortened and split: markup is written only at the end.

Length is counted as Telegram counts it: UTF-16 units of what is seen, not of the HTML.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from bot.model import Link, OptionKind, Outcome, Part, Reply
from bot.options import numbered

Say = Callable[[str], str]  # the bot's own words by name

_UNSEEN = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")  # Telegram drops these; they are no part of a text
_LONE = re.compile(r"[\ud800-\udfff]")  # half a character can't be sent as UTF-8


class Style(StrEnum):
    """How a span is shown. A screen reader reads them all alike, so no meaning hangs on one."""

    PLAIN = "plain"
    BOLD = "bold"
    ITALIC = "italic"
    COPY = "copy"  # a tap copies it


@dataclass(frozen=True)
class Span:
    """A run of text in one style, a link if it has a url."""

    text: str
    style: Style = Style.PLAIN
    url: str = ""

    @property
    def is_entity(self) -> bool:
        """Whether it counts against Telegram's limit on entities."""
        return self.style is not Style.PLAIN or bool(self.url)


@dataclass(frozen=True)
class Block:
    """A paragraph, a point or a source: what is not cut in two without need. `gap`: an empty line stands before it."""

    spans: tuple[Span, ...]
    gap: bool = False

    @property
    def text(self) -> str:
        """What is seen."""
        return "".join(span.text for span in self.spans)


def units(text: str) -> int:
    """Length in UTF-16 units, as Telegram counts."""
    return len(text) + sum(1 for char in text if ord(char) > 0xFFFF)


def clean(text: str) -> str:
    """Text as it can be sent."""
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\t", " ")
    return _LONE.sub("\N{REPLACEMENT CHARACTER}", _UNSEEN.sub("", text)).strip()


def length(blocks: Sequence[Block]) -> int:
    """How long the blocks are as one message."""
    return units(seen(blocks))


def seen(blocks: Sequence[Block]) -> str:
    """What is seen of the blocks as one message."""
    lines = [("\n\n" if block.gap else "\n") * bool(number) + block.text for number, block in enumerate(blocks)]
    return "".join(lines)


def _block(text: str, style: Style = Style.PLAIN, *, mark: str = "", gap: bool = False) -> Iterator[Block]:
    text = clean(text)
    if text:
        spans = (Span(mark),) if mark else ()
        yield Block((*spans, Span(text, style)), gap)


def blocks(reply: Reply, say: Say) -> tuple[Block, ...]:
    """The whole reply."""
    return tuple(_reply(reply, say))


def _reply(reply: Reply, say: Say) -> Iterator[Block]:
    yield from _block(reply.greeting)
    for notice in reply.notices:
        yield from _block(notice, Style.ITALIC)
    yield from _block(reply.lead, gap=bool(reply.greeting))
    for point in reply.points:
        yield from _block(point, mark="• ")
    for link in reply.links:
        yield from _link(link)
    for part in reply.parts:
        yield from _part(part, say)
    if lists_options(reply):
        for number, option in enumerate(numbered(reply.options), start=1):
            yield from _block(option.title, mark=f"{number}. ", gap=number == 1)


def lists_options(reply: Reply) -> bool:
    """Whether the choices stand in the text too: a phone cuts a long button short, and a typed number must make sense."""
    entries = [option for option in reply.options if option.kind is OptionKind.ENTRY]
    return reply.outcome is Outcome.CLARIFYING and len(entries) > 1


def _part(part: Part, say: Say) -> Iterator[Block]:
    named = part.nation is not None and part.nation.title not in part.lead
    yield from _block(f"{part.nation.title}: {part.lead}" if named and part.nation else part.lead, Style.BOLD, gap=True)
    for point in part.points:
        yield from _block(point, mark="• ")
    for number, step in enumerate(part.steps, start=1):
        yield from _block(step, mark=f"{number}. ")
    yield from _labelled(say("label_for_you"), part.note)
    if part.wording is not None:
        yield from _block(say("label_example"), Style.BOLD, gap=True)
        yield from _block(part.wording.text, Style.COPY)
        yield from _labelled(say("label_measure"), part.wording.measure)
        yield from _labelled(say("label_evidence"), part.wording.evidence)
        for check in part.wording.checks:
            yield from _labelled(say("label_check"), check)
    yield from _labelled(say("label_take_care"), part.caution)
    yield from _block(" ".join((*part.notices, part.checked)), Style.ITALIC)
    for link in part.links:
        yield from _link(link, say("label_source"))


def _labelled(label: str, text: str) -> Iterator[Block]:
    text = clean(text)
    if text:
        yield Block((Span(f"{label}:", Style.BOLD), Span(f" {text}")))


def _link(link: Link, label: str = "") -> Iterator[Block]:
    title, url = clean(link.title), clean(link.url)
    if not title and not url:
        return
    label = f"{label}: " if label else ""
    dated = f", {clean(link.dated)}" if clean(link.dated) else ""
    spans = (Span(label), Span(title or url, url=url), Span(dated))
    yield Block(tuple(span for span in spans if span.text))
