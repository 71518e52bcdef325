"""How fast messages may go out: Telegram allows a bot about 30 a second, and 20 a minute in one group.

It spaces sending out so that Telegram seldom has to refuse; what it refuses all the same is tried again by Delivery.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict

OVERALL, OVERALL_SECONDS = 30, 1.0
GROUP, GROUP_SECONDS = 20, 60.0
GROUPS_REMEMBERED = 1000


class Bucket:
    """At most `size` at once, refilled over `seconds`; who comes when it is empty waits, first come, first served."""

    def __init__(self, size: int, seconds: float) -> None:
        self._step = seconds / size
        self._allowance = seconds - self._step
        self._next = 0.0  # when the next one would be on time, were they evenly spaced

    def reserve(self, now: float) -> float:
        """Take a place; seconds to wait for it."""
        self._next = max(self._next, now - self._allowance)
        wait = max(0.0, self._next - now)
        self._next += self._step
        return wait


class Pace:
    """The pace of one bot."""

    def __init__(self) -> None:
        self._overall = Bucket(OVERALL, OVERALL_SECONDS)
        self._groups: OrderedDict[str, Bucket] = OrderedDict()

    async def wait(self, chat: str) -> None:
        """Until a message may be sent to the chat. Ids of groups are negative."""
        now = asyncio.get_running_loop().time()
        if chat.startswith("-"):
            group = self._groups.setdefault(chat, Bucket(GROUP, GROUP_SECONDS))
            self._groups.move_to_end(chat)
            while len(self._groups) > GROUPS_REMEMBERED:
                self._groups.popitem(last=False)
            await asyncio.sleep(group.reserve(now))
            now = asyncio.get_running_loop().time()
        wait = self._overall.reserve(now)
        if wait:
            await asyncio.sleep(wait)


class Unlimited(Pace):
    """No pace at all, for a server that allows it and for measuring."""

    async def wait(self, chat: str) -> None:
        """At once."""
