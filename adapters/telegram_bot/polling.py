"""The poll loop: an update is claimed before the offset moves, so a crash loses nothing.

The library's own updater confirms updates to Telegram before they are handled. Here the next `getUpdates` is the only
thing that confirms, and it is sent when every update before it has its claim in the store.
Updates are taken raw and read one by one, since one that can't be read must not hold up the others.
"""

from __future__ import annotations

import asyncio
import json
import logging
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlencode

from telegram.error import Conflict, InvalidToken, RetryAfter, TelegramError
from telegram.request import BaseRequest

from adapters.channel import Health
from bot.errors import AdvisorError

log = logging.getLogger(__name__)

ALLOWED_UPDATES = ("message", "callback_query", "inline_query")
LONG_POLL_SECONDS = 30
SLACK_SECONDS = 10  # the network's share of a long poll
BATCH = 100
FIRST_WAIT, LONGEST_WAIT = 1.0, 30.0
CONFLICT_WAIT = 5.0
TRIES_AT_START = 4
CONFLICT = (
    "Another program is polling Telegram with the same token, and Telegram serves only one. Stop the other one (an old "
    "process, a second replica, a developer's machine), or let all of them use one webhook: TELEGRAM_WEBHOOK_URL."
)

Receive = Callable[[dict[str, Any]], Awaitable[None]]


@contextmanager
def said_plainly() -> Iterator[None]:
    """Whatever Telegram answers while receiving begins, as an AdvisorError."""
    try:
        yield
    except TelegramError as error:
        raise AdvisorError(f"Telegram did not let the bot begin to receive: {error}.") from None


class Poller:
    """Polls one bot. `receive` returns when the update may be confirmed."""

    def __init__(
        self,
        base_url: str,
        request: BaseRequest,
        receive: Receive,
        *,
        long_poll: int = LONG_POLL_SECONDS,
        conflict_wait: float = CONFLICT_WAIT,
    ) -> None:
        self._base_url = base_url
        self._request = request
        self._receive = receive
        self._long_poll = long_poll
        self._conflict_wait = conflict_wait
        self._offset: int | None = None  # none: Telegram begins with the oldest it has not had confirmed
        self._trouble = ""
        self._last_poll = time.monotonic()

    def health(self) -> Health:
        """Whether the last poll went well, and not long ago."""
        if self._trouble:
            return Health(False, self._trouble)
        silent = time.monotonic() - self._last_poll
        if silent > self._long_poll + 2 * SLACK_SECONDS:
            return Health(False, f"no answer from Telegram for {silent:.0f} seconds")
        return Health(True, "polling")

    async def begin(self) -> None:
        """The first poll. AdvisorError if it does not succeed: another program polls with this token, for one."""
        with said_plainly():
            for attempt in range(1, TRIES_AT_START + 1):
                try:
                    await self._once(0)
                except Conflict:
                    if attempt == TRIES_AT_START:
                        raise AdvisorError(CONFLICT) from None
                    log.warning("another program is polling Telegram with this token; trying again")
                    await asyncio.sleep(self._conflict_wait)
                else:
                    return

    async def run(self) -> None:
        """Poll until cancelled, whatever happens on the way."""
        wait = FIRST_WAIT
        while True:
            try:
                await self._once(self._long_poll)
            except Conflict:
                self._say(CONFLICT)
                await asyncio.sleep(self._conflict_wait)
            except InvalidToken:
                self._say(
                    "Telegram no longer accepts TELEGRAM_BOT_TOKEN: was it revoked? Copy the new one and restart."
                )
                await asyncio.sleep(LONGEST_WAIT)
            except RetryAfter as error:
                seconds = error.retry_after
                await asyncio.sleep(seconds if isinstance(seconds, int | float) else seconds.total_seconds())
            except TelegramError as error:
                self._say(f"Telegram can't be reached ({type(error).__name__}); trying again")
                await asyncio.sleep(wait)
                wait = min(2 * wait, LONGEST_WAIT)
            else:
                if self._trouble:
                    log.info("polling Telegram works again")
                self._trouble, wait = "", FIRST_WAIT

    def _say(self, trouble: str) -> None:
        """Say it once in the log, not at every try."""
        if trouble != self._trouble:
            log.error("%s", trouble)
        self._trouble = trouble

    async def _once(self, seconds: int) -> None:
        for raw in await self._get(seconds, BATCH):
            number = raw.get("update_id") if isinstance(raw, dict) else None
            if not isinstance(number, int):
                log.error("an update without a number is passed over")
                continue
            await self._receive(raw)
            self._offset = number + 1

    async def confirm(self) -> None:
        """Tell Telegram what was taken, so that the next start need not see it again."""
        try:
            await self._get(0, 1)
        except TelegramError as error:
            log.info("the last updates were not confirmed (%s); they will be recognised next time", error)

    async def _get(self, seconds: int, limit: int) -> list[Any]:
        asked = {"timeout": seconds, "limit": limit, "allowed_updates": json.dumps(ALLOWED_UPDATES)}
        if self._offset is not None:
            asked["offset"] = self._offset
        url = f"{self._base_url}/getUpdates?{urlencode(asked)}"
        found = await self._request.post(url, read_timeout=seconds + SLACK_SECONDS)
        self._last_poll = time.monotonic()
        return found if isinstance(found, list) else []
