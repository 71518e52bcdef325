"""What people type in Slack, as they meant it: its markup taken off, names of people left out. Pure."""

from __future__ import annotations

import html
import re

_MARKUP = re.compile(r"<([@#!]?)([^<>|]*)(?:\|([^<>]*))?>")
COMMANDS = {
    "help": "help", "topics": "topics", "settings": "settings", "privacy": "privacy", "pause": "pause",
    "resume": "resume", "forget": "forget", "forget me": "forget", "mydata": "mydata", "my data": "mydata",
}  # fmt: skip
EXPORT = "mydata"


def as_typed(text: str) -> str:
    """The words without Slack's markup. Mentions go: the bot needs no name, and an id is nobody's question."""

    def shown(match: re.Match[str]) -> str:
        kind, target, label = match.groups()
        if kind == "@":
            return " "
        if kind == "#":
            return f"#{label}" if label else " "
        if kind == "!":
            return label or " "
        return label or target

    return html.unescape(re.sub(" {2,}", " ", _MARKUP.sub(shown, text))).strip()


def command_in(text: str) -> str:
    """The command that these words are, alone and whatever their case; empty if they are none."""
    return COMMANDS.get(" ".join(text.casefold().strip(" .!?/").split()), "")
