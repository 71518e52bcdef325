"""What a button needs to know of where it stands, written into its row's block_id, so that a tap needs no memory."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from adapters.slack_app.limits import BLOCK_ID

_SHAPE = re.compile(r"a1\|([dmch])\|([po]{0,2})\|([0-9.]{0,32})\|([A-Z0-9]{0,32})\|([0-9a-f]{0,32})\|([a-z0-9]{1,24})")


class Origin(StrEnum):
    """Which kind of talk a message belongs to."""

    DIRECT = "d"
    THREAD = "m"  # a mention in a channel, and what is said under it
    COMMAND = "c"  # a slash command or shortcut: its answers are for one person alone
    HOME = "h"


@dataclass(frozen=True)
class Tag:
    """Where a row of buttons stands."""

    origin: Origin
    thread: str = ""  # the thread's root
    asker: str = ""  # who asked; for an answer that others can see
    turn: str = ""
    private: bool = False  # only one person sees this message
    once: bool = False  # a choice: when it is made, the row goes

    def block_id(self, row: str) -> str:
        """The block_id of the row with that name. Other turns have others, as Slack wants of an updated message."""
        flags = ("p" if self.private else "") + ("o" if self.once else "")
        return "|".join(("a1", self.origin.value, flags, self.thread, self.asker, self.turn, row))[:BLOCK_ID]


def read(block_id: str) -> Tag | None:
    """The tag in a block_id; None where there is none of ours, as on messages of an older version."""
    found = _SHAPE.fullmatch(block_id)
    if found is None:
        return None
    origin, flags, thread, asker, turn, _row = found.groups()
    return Tag(Origin(origin), thread, asker, turn, private="p" in flags, once="o" in flags)
