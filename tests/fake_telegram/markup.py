"""A strict reader of Telegram's HTML, from the Bot API's description: what is seen, and how many entities it has."""

from __future__ import annotations

import re
from dataclasses import dataclass

SIMPLE = {
    "b", "strong", "i", "em", "u", "ins", "s", "strike", "del", "code", "pre", "blockquote", "tg-spoiler",
}  # fmt: skip
NAMED = {"&lt;": "<", "&gt;": ">", "&amp;": "&", "&quot;": '"'}
_TOKEN = re.compile(r"<[^>]*>|&[^;\s]{1,8};|[^<&]+|[<&]")
_LINK = re.compile(r'<a href="([^"<>]*)">')


class BadMarkup(ValueError):
    """What Telegram answers with 400 `can't parse entities`."""


@dataclass(frozen=True)
class Entity:
    kind: str
    text: str
    url: str = ""


@dataclass(frozen=True)
class Seen:
    text: str
    entities: tuple[Entity, ...]


def units(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2


def parse(html: str) -> Seen:
    """BadMarkup for an unknown, unclosed or crossed tag, a bare < or &, or an unknown &name;."""
    text, entities = "", []
    open_tags: list[tuple[str, str, int]] = []
    for token in _TOKEN.findall(html):
        if token.startswith("</"):
            name = token[2:-1]
            if not open_tags or open_tags[-1][0] != name:
                raise BadMarkup(f"unexpected end tag {token}")
            _, url, start = open_tags.pop()
            if text[start:]:
                entities.append(Entity(name, text[start:], url))
        elif token.startswith("<"):
            link = _LINK.fullmatch(token)
            name = token[1:-1]
            if link:
                open_tags.append(("a", _characters(link[1]), len(text)))
            elif name in SIMPLE:
                open_tags.append((name, "", len(text)))
            else:
                raise BadMarkup(f"unsupported start tag {token}")
        elif token.startswith("&"):
            text += _character(token)
        else:
            text += token
    if open_tags:
        raise BadMarkup(f"no end tag for {open_tags[-1][0]}")
    return Seen(text, tuple(entities))


def _character(token: str) -> str:
    if token in NAMED:
        return NAMED[token]
    number = re.fullmatch(r"&#(\d{1,6});", token)
    if not number:
        raise BadMarkup(f"a bare {token}")
    return chr(int(number[1]))


def _characters(text: str) -> str:
    return re.sub(r"&[^;]*;?", lambda match: _character(match[0]), text)
