"""What the people who keep the knowledge are told where they talk: the week's digest, and changes not taken up.

Of several processes one says it, and once; what could not be said is said by whoever tries next.
"""

from __future__ import annotations

import asyncio
import hashlib
import logging
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, date, datetime, time, timedelta

from adapters.channel import Channel
from adapters.desk import Desk
from bot import gaps
from bot.digest import digest
from bot.errors import AdvisorError
from bot.matching import alike
from bot.report import summarise
from bot.store import once, reports
from bot.store.store import Store

log = logging.getLogger(__name__)

HOUR = 8  # UTC, on Mondays: the week before is told from then on
WEEK = timedelta(days=7)
LOOK_SECONDS = 300.0


class Maintainers:
    """Tells them through every channel that has a place for it. `floor`: see `bot.gaps`."""

    def __init__(self, channels: Sequence[Channel], desk: Desk, store: Store, floor: int) -> None:
        self._channels = channels
        self._desk = desk
        self._store = store
        self._floor = floor
        self._owed: set[str] = set()  # ours to say, and not said yet

    async def tell(self, text: str) -> None:
        """Say something now, if the same has not been said today. Never fails: what can't be said is in the log."""

        async def words() -> str:
            return text

        day = self._store.clock().date().isoformat()
        try:
            await self._once(f"told-{day}-{hashlib.sha256(text.encode()).hexdigest()[:32]}", words)
        except AdvisorError as error:
            log.warning("the maintainers could not be told: %s", error)
        except Exception:
            log.exception("the maintainers could not be told")

    async def tell_weekly(self) -> None:
        """Until cancelled: the digest of every week, from Monday morning on."""
        while True:
            monday = this_week(self._store.clock())
            try:
                await self.week(monday)
            except AdvisorError as error:
                log.warning("the weekly digest has to wait: %s", error)
            except Exception:
                log.exception("the weekly digest could not be told; it is tried again")
            await asyncio.sleep(LOOK_SECONDS)

    async def week(self, monday: date) -> None:
        """Tell of the seven days before a Monday, if nobody has."""
        await self._once(f"digest-{monday.isoformat()}", lambda: self._digest(monday))

    async def _once(self, name: str, words: Callable[[], Awaitable[str]]) -> None:
        wrong: list[Exception] = []
        for channel in self._channels:
            if channel.tells_maintainers:
                try:
                    await self._once_in(channel, f"{name}-{channel.name}", words)
                except Exception as error:  # one that does not take it must not keep it from the others
                    wrong.append(error)
        if wrong:
            raise wrong[0]

    async def _once_in(self, channel: Channel, name: str, words: Callable[[], Awaitable[str]]) -> None:
        sessions = self._store.sessions
        if not await once.first(sessions, name, self._store.clock()) and name not in self._owed:
            return
        self._owed.add(name)  # should the store go down, too, it is still for us to say
        try:
            await channel.tell_maintainers(await words())
        except BaseException:
            await once.undo(sessions, name)
            self._owed.discard(name)
            raise
        self._owed.discard(name)

    async def _digest(self, monday: date) -> str:
        start = datetime.combine(monday - WEEK, time(), UTC)
        library, sessions = self._desk.library, self._store.sessions
        uses = await reports.use(sessions, start, start + WEEK)
        report = summarise(uses, library.knowledge, start.date(), monday - timedelta(days=1))
        asked = await reports.asked(sessions, start, start + WEEK)
        scaffold = library.matcher.words.scaffold
        found = gaps.find(asked, lambda text: alike.plain(text, scaffold), alike.groups, self._floor)
        return digest(report, found, library.knowledge)


def this_week(now: datetime) -> date:
    """The Monday whose digest is due: the last one of which it is `HOUR` or later."""
    day = (now - timedelta(hours=HOUR)).date()
    return day - timedelta(days=day.weekday())
