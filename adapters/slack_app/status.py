"""The status line, "is looking that up", under a question that takes a moment, where this Slack can show it; harmless where it can't."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass

import aiohttp

from adapters.delivery import TryAgain, Undeliverable
from adapters.slack_app.address import Address, Surface
from adapters.slack_app.api import Api, SlackError

log = logging.getLogger(__name__)

AFTER = 0.3  # seconds: a quick answer needs no status
PATIENCE = 1.0  # seconds a status may hold up the answer it announces
_NEVER_HERE = {"unknown_method", "missing_scope", "not_allowed_token_type", "feature_not_enabled", "access_denied"}


@dataclass
class _Shown:
    task: asyncio.Task[None]
    called: bool = False


class StatusLine:
    """Shows and takes away the status of answers under way."""

    def __init__(self, api: Api, words: Callable[[], str], after: float = AFTER) -> None:
        self._api = api
        self._words = words
        self._after = after
        self._works = True
        self._shown: dict[tuple[str, str], _Shown] = {}

    def begin(self, address: Address) -> None:
        """Show it in a moment, unless `end` comes first."""
        if not self._works or not address.message or address.surface not in {Surface.DIRECT, Surface.CHANNEL}:
            return
        key = (address.channel, address.message)
        if key not in self._shown:
            self._shown[key] = _Shown(asyncio.create_task(self._show(key, address)))

    async def end(self, address: Address) -> bool:
        """Before the answer is posted, so that the status can't come after it. True if it was shown."""
        shown = self._shown.pop((address.channel, address.message), None)
        if shown is None:
            return False
        if shown.called:  # too late to stop it: it must be over before the answer, which takes it away
            await asyncio.wait({shown.task}, timeout=PATIENCE)
        shown.task.cancel()
        with suppress(asyncio.CancelledError):
            await shown.task
        return shown.called

    async def clear(self, address: Address) -> None:
        """Take it away where no post of ours does."""
        await self._set(address, "")

    async def _show(self, key: tuple[str, str], address: Address) -> None:
        await asyncio.sleep(self._after)
        if key in self._shown:
            self._shown[key].called = True
        await self._set(address, self._words())

    async def _set(self, address: Address, words: str) -> None:
        thread = address.thread or address.message
        method = "assistant.threads.setStatus"
        try:
            await self._api.call(address.team, method, channel_id=address.channel, thread_ts=thread, status=words)
        except SlackError as error:
            if error.code in _NEVER_HERE:
                self._works = False
                log.info("no status line here (%s); people see the answer alone", error.code)
        except (Undeliverable, TryAgain, aiohttp.ClientError, TimeoutError) as error:
            log.debug("no status line this time (%s)", error)
