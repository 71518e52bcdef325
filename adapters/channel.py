"""What every network channel is to `advisor serve`: something that starts, stops and can say how it is."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from aiohttp import web

from bot.advisor import Advisor
from bot.store.claims import Claims
from bot.store.keys import Pseudonyms
from bot.store.leader import Leaders


@dataclass(frozen=True)
class Parts:
    """What a channel is given. `advisor` is a function, since knowledge may be replaced while the program runs."""

    advisor: Callable[[], Advisor]
    claims: Claims
    pseudonyms: Pseudonyms
    clock: Callable[[], datetime]
    leaders: Leaders  # for what only one process may do at a time
    alone: bool = True  # no other process serves these channels: what is pending is ours


@dataclass(frozen=True)
class Health:
    """How a channel is: connected, and if not, why in words for an operator."""

    ok: bool
    detail: str = ""


class Channel(Protocol):
    """A network channel. It answers what was pending when it starts, and what it accepted before it stops."""

    name: str

    async def start(self) -> None:
        """Connect, answer what is pending, begin to receive. AdvisorError says what is wrong and how to mend it."""

    async def stop(self) -> None:
        """Receive no more, answer what was accepted, disconnect."""

    def routes(self) -> Iterable[web.RouteDef]:
        """What it serves over HTTP; none in the modes that need no public address."""

    def health(self) -> Health:
        """How it is now."""

    @property
    def tells_maintainers(self) -> bool:
        """Whether it has a place where those who keep the knowledge are told things."""

    async def tell_maintainers(self, text: str) -> None:
        """Tell them there. Whatever goes wrong is raised."""


@dataclass(frozen=True)
class Check:
    """One thing `advisor doctor` looked at. `ok` is None where it could not be told."""

    what: str
    ok: bool | None
    detail: str = ""
    mend: str = ""  # what to do, if it is not well
