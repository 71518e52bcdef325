"""One part of a reply as blocks. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from adapters.slack_app.limits import Block
from adapters.slack_app.mrkdwn import bold, chunks, clip, context, escape, link, sections
from bot.model import Link, Part
from bot.say import Voice


def part_blocks(part: Part, voice: Voice, *, titled: bool = False) -> list[Block]:
    """Lead in bold, points, steps, what is for the asker, example wording, care, small print, sources."""
    blocks = sections(_lines(part, titled=titled))
    if part.note:
        blocks += sections(_labelled(voice.say("label_for_you"), part.note))
    if part.wording is not None:
        blocks += sections([escape(voice.say("label_example"))])
        blocks += code(part.wording.text)
        checks = [(voice.say("label_check"), check) for check in part.wording.checks]
        measured = (
            (voice.say("label_measure"), part.wording.measure),
            (voice.say("label_evidence"), part.wording.evidence),
        )
        blocks += sections(row for label, text in (*measured, *checks) if text for row in _labelled(label, text))
    if part.caution:
        blocks += sections(_labelled(voice.say("label_take_care"), part.caution))
    small = " ".join((*part.notices, *([part.checked] if part.checked else [])))
    blocks += context(escape(piece) for piece in chunks(small))
    blocks += sources(part.links, voice)
    return blocks


def code(text: str) -> list[Block]:
    """A text to copy: in a block of its own, spaces kept."""
    return [block for piece in chunks(text) for block in sections([f"```{escape(piece)}```"])]


def sources(links: tuple[Link, ...], voice: Voice) -> list[Block]:
    """Sources as links, each with its date."""
    return context(f"{escape(voice.say('label_source'))}: {linked(one)}" for one in links)


def linked(one: Link) -> str:
    """A source or contact as a link with its date; without the link in the one case that its address is huge."""
    title, dated = clip(one.title, 200), f", {escape(clip(one.dated, 60))}" if one.dated else ""
    found = link(title, one.url)
    return f"{found if len(found) < 2500 else escape(title)}{dated}"


def _lines(part: Part, *, titled: bool) -> Iterator[str]:
    if titled:
        yield from (f"_{escape(piece)}_" for piece in chunks(" ".join(part.question.split())) if piece.strip())
    named = part.nation is not None and part.nation.title not in part.lead
    lead = f"{part.nation.title}: {part.lead}" if named and part.nation else part.lead
    yield from (bold(piece) for piece in chunks(lead))
    for point in part.points:
        yield from _marked("• ", point)
    for number, step in enumerate(part.steps, start=1):
        yield from _marked(f"{number}. ", step)


def _marked(mark: str, text: str) -> Iterator[str]:
    for number, piece in enumerate(chunks(text)):
        yield f"{mark if not number else ''}{escape(piece)}"


def _labelled(label: str, text: str) -> Iterator[str]:
    for number, piece in enumerate(chunks(text)):
        yield f"{bold(label + ':') + ' ' if not number else ''}{escape(piece)}"
