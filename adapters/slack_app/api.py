"""Calls to Slack, with its refusals in the words of delivery: never, later, or a failure to try again."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import Any

import aiohttp
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from adapters.delivery import LONGEST_WAIT, RETRY_SECONDS, TryAgain, Undeliverable

log = logging.getLogger(__name__)

SECONDS = 10  # for one call
NEVER = {
    "channel_not_found", "is_archived", "not_in_channel", "user_not_in_channel", "user_not_found", "cannot_dm_bot",
    "restricted_action", "restricted_action_thread_locked", "restricted_action_read_only_channel", "thread_not_found",
    "cannot_reply_to_message", "messages_tab_disabled", "user_disabled", "account_inactive", "team_access_not_granted",
}  # fmt: skip
TokenFor = Callable[[str], str]


class SlackError(Exception):
    """Slack refused a call; `code` is its own word for why."""

    def __init__(self, method: str, code: str) -> None:
        self.code = code
        super().__init__(f"{method}: {code}")


class UrlGone(Exception):
    """A response_url that is over: used five times, or older than half an hour."""


class Api:
    """Slack's methods for every workspace, over one session."""

    def __init__(self, token_for: TokenFor, base_url: str, session: aiohttp.ClientSession) -> None:
        self._token_for = token_for
        self._base_url = base_url.rstrip("/") + "/"
        self.session = session
        self._clients: dict[str, AsyncWebClient] = {}

    def client(self, team: str) -> AsyncWebClient:
        """A client with the workspace's token. Retries nothing: delivery does, and it alone."""
        if team not in self._clients:
            self._clients[team] = make_client(self._token_for(team), self._base_url, self.session)
        return self._clients[team]

    async def call(self, team: str, method: str, **arguments: Any) -> dict[str, Any]:
        """Call a method. Undeliverable, TryAgain or SlackError say why not."""
        return await call(self.client(team), method, **arguments)

    async def respond(self, url: str, message: dict[str, Any]) -> None:
        """Answer where a person acted, for their eyes alone. UrlGone if Slack no longer takes it there."""
        async with self.session.post(url, json=message, timeout=aiohttp.ClientTimeout(total=SECONDS)) as answer:
            said = await answer.text()
            if answer.status == 429:
                raise TryAgain(_seconds(answer.headers.get("Retry-After")))
            if answer.status >= 500:
                raise SlackError("response_url", f"status {answer.status}")
            if answer.status >= 400 or '"ok":false' in said.replace(" ", ""):
                raise UrlGone


def make_client(token: str | None, base_url: str, session: aiohttp.ClientSession) -> AsyncWebClient:
    """A client that calls once and says what came of it."""
    return AsyncWebClient(
        token=token, base_url=base_url.rstrip("/") + "/", session=session, timeout=SECONDS, retry_handlers=[]
    )


async def call(client: AsyncWebClient, method: str, **arguments: Any) -> dict[str, Any]:
    """Call a method of Slack's and return what it says."""
    try:
        answer = await client.api_call(method, json=arguments)
    except SlackApiError as error:
        raise meaning(method, error) from None  # the SDK's own error repeats the whole answer
    return dict(answer.data) if isinstance(answer.data, dict) else {}


def meaning(method: str, error: SlackApiError) -> Exception:
    """What Slack's refusal of a call means: never, later, or a failure with Slack's word for it."""
    response = error.response
    status = getattr(response, "status_code", None) or getattr(response, "status", 0)
    data = getattr(response, "data", None)
    code = str(data.get("error", "")) if isinstance(data, dict) else ""
    if status == 429 or code in {"ratelimited", "rate_limited"}:
        return TryAgain(_seconds(response.headers.get("Retry-After")))
    if code in NEVER:
        return Undeliverable(f"{method}: {code}")
    return SlackError(method, code or f"status {status}")


def _seconds(header: str | None) -> float:
    return float(header) if header and header.isdigit() else 1.0


async def patiently(act: Callable[[], Awaitable[None]]) -> bool:
    """Do what has no claim behind it, such as sharing, with the same patience; False if it can't be done."""
    for wait in (*RETRY_SECONDS, None):
        try:
            await act()
        except Undeliverable as error:
            log.info("not done: %s", error)
            return False
        except TryAgain as error:
            pause: float | None = min(error.seconds, LONGEST_WAIT)
        except (SlackError, aiohttp.ClientError, TimeoutError) as error:
            log.warning("a call failed (%s)", error)
            pause = wait
        else:
            return True
        if wait is None or pause is None:
            return False
        await asyncio.sleep(pause)
    return False
