"""A reply as Slack messages: the one renderer. Pure; knows only the nouns.

Everything is shortened to fit one message and the rest offered by a button, but for what the person asked to see whole:
that is as many messages as it takes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from adapters.plain import as_text
from adapters.slack_app.choices import feedback_block, option_blocks
from adapters.slack_app.limits import BLOCKS, TEXT, TOTAL, Block, weight
from adapters.slack_app.mrkdwn import bold, chunks, clip, context, escape, sections
from adapters.slack_app.parts import code, linked, part_blocks
from adapters.slack_app.shorten import ever_shorter, for_channel, nation_of
from adapters.slack_app.tags import Tag
from bot.model import Option, OptionKind, Outcome, Reply
from bot.options import encode
from bot.say import Voice

_RATED = {Outcome.ANSWERED, Outcome.FALLBACK, Outcome.OUT_OF_SCOPE}


@dataclass(frozen=True)
class Message:
    """What is posted. `text` is what notifications and screen readers read."""

    text: str
    blocks: tuple[Block, ...]


@dataclass(frozen=True)
class Frame:
    """Where a reply is shown, and what is said about it there."""

    tag: Tag
    short: bool = False  # in a channel, where others read it
    chosen: str = ""  # the option this answers, in words
    shared_by: str = ""  # the id of the person who shared it
    shareable: bool = False  # it may be offered to a channel
    rated: bool = True  # feedback is asked for where it makes sense


def is_public(reply: Reply) -> bool:
    """Whether others in a channel may see this reply to a mention: an answer may be, all else is the asker's alone."""
    return reply.outcome is Outcome.ANSWERED and bool(reply.parts) and not reply.private and not reply.expanded


def render(reply: Reply, frame: Frame, voice: Voice) -> tuple[Message, ...]:
    """The messages that show a reply: one, or more only where all of a long answer was asked for."""
    reply = for_channel(reply, voice) if frame.short else reply
    head = _head(reply, frame, voice)
    if not reply.expanded:
        for shorter in ever_shorter(reply, voice):
            message = _one(shorter, frame, voice, head)
            if fits(message.blocks):
                return (message,)
    return tuple(_pages(reply, head + _body(reply, voice), _foot(reply, frame, voice), voice))


def fits(blocks: Sequence[Block], most: int = BLOCKS) -> bool:
    """Whether Slack takes so many blocks, of such a size, in one message."""
    return len(blocks) <= most and weight(blocks) <= TOTAL


def _one(reply: Reply, frame: Frame, voice: Voice, head: list[Block]) -> Message:
    blocks = (*head, *_body(reply, voice), *_foot(reply, frame, voice))
    return Message(fallback_text(reply, voice), blocks or tuple(sections(["…"])))


def _head(reply: Reply, frame: Frame, voice: Voice) -> list[Block]:
    lines = []
    if frame.shared_by:  # the one live name: that of the person who pressed Share
        lines.append(escape(voice.say("slack_shared")).replace("{who}", f"<@{frame.shared_by}>"))
        lines += [bold(clip(part.question, 500)) for part in reply.parts[:1]]
    if frame.chosen:
        lines.append(escape(voice.say("slack_chose", choice=clip(frame.chosen, 200))))
    return context(lines)


def _body(reply: Reply, voice: Voice) -> list[Block]:
    blocks = context(escape(piece) for piece in chunks(reply.greeting))
    blocks += context(escape(piece) for notice in reply.notices for piece in chunks(notice))
    if reply.lead:
        strong = not reply.parts and reply.outcome in {Outcome.ANSWERED, Outcome.CLARIFYING}
        blocks += sections((bold if strong else escape)(piece) for piece in chunks(reply.lead))
    blocks += sections(f"• {escape(piece)}" for point in reply.points for piece in chunks(point))
    blocks += context(linked(one) for one in reply.links)
    for part in reply.parts:
        blocks += part_blocks(part, voice, titled=len(reply.parts) > 1)
    return blocks


def _foot(reply: Reply, frame: Frame, voice: Voice) -> list[Block]:
    choosing = reply.outcome in {Outcome.CLARIFYING, Outcome.FALLBACK} or bool(reply.offered)
    tag = replace(frame.tag, turn=reply.turn, once=choosing and not reply.parts)
    blocks = option_blocks(reply.options, tag, voice, share=share_code(reply) if frame.shareable else "")
    if frame.rated and reply.turn and _is_rated(reply):
        blocks.append(feedback_block(reply.turn, tag, voice))
    return blocks


def _is_rated(reply: Reply) -> bool:
    """Answers and honest gaps; not a question back, a refusal, a crisis or small talk."""
    return reply.outcome in _RATED and (bool(reply.parts) or reply.outcome is not Outcome.ANSWERED)


def share_code(reply: Reply) -> str:
    """The code of the entry and nation that a Share button offers to a channel; empty where there is not just one."""
    if len(reply.parts) != 1 or reply.outcome is not Outcome.ANSWERED:
        return ""
    part = reply.parts[0]
    nation = nation_of(part)
    if nation is None:
        return encode(Option(OptionKind.ENTRY, part.entry, ""))
    return encode(Option(OptionKind.NATION, nation.value, "", entry=part.entry))


def fallback_text(reply: Reply, voice: Voice) -> str:
    """The reply in plain words, escaped like all else."""
    greeting = f"{reply.greeting}\n" if reply.greeting else ""
    return _text(f"{greeting}{as_text(reply, voice)}")


def _text(words: str) -> str:
    """Words beside the blocks: as many as fit, escaped, and never none, which Slack refuses."""
    return escape(next(chunks(words.strip(), TEXT), "")) or "…"


def _pages(reply: Reply, body: list[Block], foot: list[Block], voice: Voice) -> list[Message]:
    pages: list[list[Block]] = [[]]
    for block in [*body, *foot]:
        if not fits([*pages[-1], block]):
            pages.append([])
        pages[-1].append(block)
    text = fallback_text(reply, voice)
    return [Message(text if not number else "…", tuple(page)) for number, page in enumerate(pages) if page] or [
        notice("…")
    ]


def export_messages(text: str) -> tuple[Message, ...]:
    """A long text as it is, such as all that is kept of a person: blocks to copy, over as many messages as it takes."""
    pages: list[tuple[str, list[Block]]] = []
    for piece in chunks(text):
        blocks = code(piece)
        if not pages or not fits([*pages[-1][1], *blocks]):
            pages.append((piece, []))
        pages[-1][1].extend(blocks)
    return tuple(Message(_text(piece), tuple(blocks)) for piece, blocks in pages if blocks)


def notice(text: str) -> Message:
    """A short message of the bot's own: a choice made, a thing shared."""
    return Message(_text(text), tuple(context(escape(piece) for piece in chunks(text))))


def letter(text: str) -> Message:
    """Several lines to people who did not ask, such as the maintainers: the first in bold."""
    first, *rest = text.split("\n")
    lines = [bold(piece) for piece in chunks(first)] + [escape(piece) for line in rest for piece in chunks(line)]
    return Message(_text(text), tuple(sections(lines)))
