"""The order in which people spoke, kept while claims are written side by side; from there on delivery keeps it."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field

PATIENCE = 2.0  # seconds: longer than a claim may take


@dataclass(frozen=True)
class Arrival:
    """One message's place behind the one before it in its conversation."""

    conversation: str
    before: asyncio.Event | None
    entered: asyncio.Event = field(default_factory=asyncio.Event)


class Order:
    """Who came when, for every conversation with somebody still on the way."""

    def __init__(self) -> None:
        self._last: dict[str, asyncio.Event] = {}

    def arrive(self, conversation: str) -> Arrival:
        """A place behind all who arrived before."""
        arrival = Arrival(conversation, self._last.get(conversation))
        self._last[conversation] = arrival.entered
        return arrival

    async def enter(self, arrival: Arrival) -> None:
        """Wait for the one before, and let the next in. Who does nothing more (a redelivery) enters all the same."""
        try:
            if arrival.before is not None:
                async with asyncio.timeout(PATIENCE):
                    await arrival.before.wait()
        except TimeoutError:
            return  # it is stuck; out of order is better than not at all
        finally:
            arrival.entered.set()
            if self._last.get(arrival.conversation) is arrival.entered:
                del self._last[arrival.conversation]
