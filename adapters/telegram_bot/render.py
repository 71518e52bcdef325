"""A reply as the messages to send: text in HTML and the keyboard under the last of them. Pure; knows no SDK."""

from __future__ import annotations

from dataclasses import dataclass

from adapters.telegram_bot.blocks import Say, blocks, seen
from adapters.telegram_bot.html import html
from adapters.telegram_bot.keyboards import Rows, View, rows
from adapters.telegram_bot.short import shorten
from adapters.telegram_bot.split import pages
from bot.model import Reply


@dataclass(frozen=True)
class Message:
    """One message: `plain` is what is seen of `html`."""

    html: str
    plain: str
    rows: Rows = ()


def render(reply: Reply, view: View, say: Say) -> tuple[Message, ...]:
    """The messages of a reply, in order; none if it says nothing."""
    short, left_out = shorten(reply, say)
    keyboard = rows(reply, view, say, left_out)
    found = pages(blocks(short, say))
    return tuple(
        Message(html(page), seen(page), keyboard if number == len(found) else ())
        for number, page in enumerate(found, start=1)
    )
