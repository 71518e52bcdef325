"""Slack's own markup. Every text passes through here, so no mention, channel ping or link in it can come alive."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from urllib.parse import quote

from adapters.slack_app.limits import SECTION, Block

ROOM = SECTION - 100  # what is put around a chunk (stars, bullets, fences) fits in the rest


_UNSEEN = re.compile(
    r"[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff\U000e0000-\U000e007f]"
)  # controls, half characters, hidden tags


_NO_ADDRESS = re.compile(r"[\s<>|`]")  # would end the address, or what stands around it


_ESCAPED = {"&": 5, "<": 4, ">": 4}  # how long each is once escaped


def clean(text: str) -> str:
    """Without characters that nobody sees and that can't be sent, or could carry what nobody should read."""
    return _UNSEEN.sub("", text)


def escape(text: str) -> str:
    """The text as Slack shows it letter by letter: the three characters that begin anything else are escaped.

    A backtick would begin code that may never end, so it becomes an accent that looks like it.
    """
    return clean(text).replace("`", "ˋ").replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def bold(text: str) -> str:
    """Escaped and bold, on one line; a star in it would end the bold, so it becomes one that is only drawn."""
    text = " ".join(text.replace("*", "∗").split())
    return f"*{escape(text)}*" if text else ""


def link(title: str, url: str) -> str:
    """A link of ours: a source or a contact. Without an address that Slack can open, the title alone."""
    title = escape(" ".join(title.split()))
    if not url.startswith(("https://", "http://")):
        return title
    address = _NO_ADDRESS.sub(lambda found: quote(found[0]), clean(url)).replace("&", "&amp;")
    return f"<{address}|{title or address}>"


def clip(text: str, most: int) -> str:
    """At most so many characters, with an ellipsis where something went."""
    return text if len(text) <= most else text[: most - 1].rstrip() + "…"


def chunks(text: str, room: int = ROOM) -> Iterator[str]:
    """The text in pieces that fit once escaped, cut between words where there is a space to cut at."""
    while text:
        end, size = 0, 0
        while end < len(text) and (size := size + _ESCAPED.get(text[end], 1)) <= room:
            end += 1
        if end < len(text):
            space = text.rfind(" ", 1, end)
            end = space if space > 0 else end
        yield text[:end]
        text = text[end:].lstrip(" ")


def text_object(mrkdwn: str) -> Block:
    """A text in Slack's markup. Verbatim: what merely looks like a link or a name in it is left as it is."""
    return {"type": "mrkdwn", "text": mrkdwn, "verbatim": True}


def sections(lines: Iterable[str]) -> list[Block]:
    """Lines of markup, each at most a section long, in as few sections as hold them."""
    return [{"type": "section", "text": text_object(text)} for text in _packed(lines)]


def context(lines: Iterable[str]) -> list[Block]:
    """Small print."""
    return [{"type": "context", "elements": [text_object(text)]} for text in _packed(lines)]


def _packed(lines: Iterable[str]) -> Iterator[str]:
    held = ""
    for line in lines:
        if not line.strip():
            continue
        if held and len(held) + 1 + len(line) > SECTION:
            yield held
            held = ""
        held = f"{held}\n{line}" if held else line
    if held:
        yield held


def plain(text: str, most: int) -> Block:
    """A text that Slack shows as it is: on buttons, in menus, as titles. Never empty, which Slack refuses."""
    return {"type": "plain_text", "text": clip(" ".join(clean(text).split()), most) or "…", "emoji": False}
