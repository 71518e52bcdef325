"""The buttons under a message: what each says, what it carries, how they stand in rows. Pure; knows no SDK.

A button carries an option's code, 64 bytes at most, so that a tap needs no memory. Two marks of ours may stand around
it: `>` in front means "answer in a new message", `~2` behind means "the third page of the list". Both are checked
when they come back, and a forged one does nothing but show an answer somewhere else.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import quote

from adapters.telegram_bot.blocks import Say, clean, lists_options
from bot.model import Option, OptionKind, Outcome, Part, Reply
from bot.options import MAX_BYTES, encode, numbered

PER_PAGE = 8
MOST_BUTTONS = 100
LONGEST_TITLE = 120  # characters; a phone shows far fewer, a screen reader reads them all

_DATA = re.compile(r"(>?)([a-z](?::[A-Za-z0-9_-]{0,40}){0,2})(?:~(\d{1,2}))?")
_NAME = re.compile(r"[A-Za-z0-9_]{1,64}")


@dataclass(frozen=True)
class Button:
    """A button that either carries data back to the bot or opens a link."""

    title: str
    data: str = ""
    url: str = ""


Rows = tuple[tuple[Button, ...], ...]


@dataclass(frozen=True)
class Tapped:
    """What came back from a button: the option's code, whether it asks for a new message, and a page."""

    code: str
    fresh: bool = False
    page: int = 0


@dataclass(frozen=True)
class View:
    """How a reply is looked at: the page of a list, the code that asks for this list again, and the bot's name."""

    page: int = 0
    code: str = ""
    bot: str = ""


def read_data(data: str) -> Tapped | None:
    """The data of a tapped button; None for whatever is not ours."""
    match = _DATA.fullmatch(data) if len(data.encode(errors="replace")) <= MAX_BYTES else None
    return Tapped(match[2], bool(match[1]), int(match[3] or 0)) if match else None


def deep_link(bot: str, payload: str) -> str:
    """A link that opens the bot in private and starts it with `payload`."""
    if not _NAME.fullmatch(bot):
        raise ValueError(f"{bot!r} is no name of a bot")
    return f"https://t.me/{bot}?start={payload}"


def entry_payload(entry: str) -> str:
    """What a link to an entry carries; 64 characters of A-Z, a-z, 0-9, _ and - at most."""
    return f"e_{entry}"


def topic_payload(topic: str) -> str:
    """What a link to a topic carries."""
    return f"t_{topic}"


def rows(reply: Reply, view: View, say: Say, left_out: frozenset[str] = frozenset()) -> Rows:
    """The keyboard of a reply, in the order in which a thumb needs it. `left_out`: entries that were shortened."""
    found = [
        *_longer(reply, say, left_out),
        *_pairs([option for option in reply.options if option.kind in {OptionKind.NATION, OptionKind.ROLE}]),
        *_listed(reply, view, say),
        *_others(reply),
        *_thumbs(reply, view, say),
    ]
    kept, count = [], 0
    for row in found:
        count += len(row)
        if count <= MOST_BUTTONS and row:
            kept.append(row)
    return tuple(kept)


def _button(option: Option, *, fresh: bool = False, page: int = 0, mark: str = "") -> Button | None:
    """A button for an option; none if it can't be one (no words on it, or its code does not fit)."""
    title = clean(option.title).replace("\n", " ")
    try:
        data = f"{'>' * fresh}{encode(option)}{f'~{page}' if page else ''}"
    except ValueError:
        return None
    if not title or len(data.encode()) > MAX_BYTES:
        return None
    title = f"{mark}{title}"
    return Button(title if len(title) <= LONGEST_TITLE else f"{title[: LONGEST_TITLE - 1]}…", data)


def _row(*buttons: Button | None) -> tuple[Button, ...]:
    return tuple(button for button in buttons if button is not None)


def _longer(reply: Reply, say: Say, left_out: frozenset[str]) -> Iterator[tuple[Button, ...]]:
    """`Show all` and `Simpler`, side by side for one answer, each under its question for two."""
    alone = len(reply.parts) == 1
    simpler = [option for option in reply.options if option.kind is OptionKind.SIMPLER]
    for part in reply.parts:
        found = []
        if part.entry in left_out or part.plain:
            label = say("label_more")
            more = Option(
                OptionKind.MORE, part.entry, label if alone else f"{label}: {part.question}", nation=part.nation
            )
            found.append(_button(more, fresh=not alone))
        if alone:
            found += [_button(option) for option in simpler]
        yield _row(*found)


def _pairs(options: list[Option]) -> Iterator[tuple[Button, ...]]:
    for at in range(0, len(options), 2):
        yield _row(*(_button(option) for option in options[at : at + 2]))


def _listed(reply: Reply, view: View, say: Say) -> Iterator[tuple[Button, ...]]:
    """Questions and topics, one a row. In a list that is browsed or chosen from, the answer takes the list's place."""
    listed = [option for option in reply.options if option.kind in {OptionKind.ENTRY, OptionKind.TOPIC}]
    browsing = view.code.startswith(("t:", "c:topics"))
    fresh = not (browsing or reply.outcome is Outcome.CLARIFYING)
    numbers = {option: f"{number}. " for number, option in enumerate(numbered(reply.options), start=1)}
    last = (len(listed) - 1) // PER_PAGE
    page = min(view.page, last) if browsing else 0
    shown = listed[page * PER_PAGE : (page + 1) * PER_PAGE] if browsing else listed
    for option in shown:
        mark = numbers.get(option, "") if lists_options(reply) else ""
        yield _row(_button(option, fresh=fresh, mark=mark))
    if browsing and last > 0:
        turn = []
        if page > 0:
            turn.append(Button(say("label_back"), f"{view.code}{f'~{page - 1}' if page > 1 else ''}"))
        if page < last:
            turn.append(Button(say("label_next"), f"{view.code}~{page + 1}"))
        yield tuple(turn)
    if view.code.startswith("t:"):
        yield (Button(say("label_all_topics"), "c:topics"),)


def _others(reply: Reply) -> Iterator[tuple[Button, ...]]:
    kinds = {OptionKind.SOURCES, OptionKind.SEND_QUESTION, OptionKind.NONE, OptionKind.COMMAND}
    for option in reply.options:
        if option.kind in kinds:
            yield _row(_button(option))


def _thumbs(reply: Reply, view: View, say: Say) -> Iterator[tuple[Button, ...]]:
    """Whether it helped, and a way to pass it on; only under an answer."""
    if reply.outcome is not Outcome.ANSWERED or not reply.parts:
        return
    found: list[Button | None] = []
    if reply.turn:
        for value, label in (("up", "label_helpful"), ("down", "label_not_helpful")):
            found.append(_button(Option(OptionKind.FEEDBACK, reply.turn, say(label), entry=value)))
    if view.bot and not reply.private:
        found.append(Button(say("label_share"), url=_share(reply.parts[0], view.bot)))
    yield _row(*found)


def _share(part: Part, bot: str) -> str:
    link = quote(deep_link(bot, entry_payload(part.entry)), safe="")
    return f"https://t.me/share/url?url={link}&text={quote(clean(part.question), safe='')}"
