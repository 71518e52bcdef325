"""The webhook: the claim is written before the 200, so what Telegram counts as delivered is never lost."""

from __future__ import annotations

import hmac
import json
import logging
from collections.abc import Awaitable, Callable
from typing import Any

from aiohttp import web

log = logging.getLogger(__name__)

PATH = "/telegram/webhook"
SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"  # noqa: S105  # the header's name, not the secret

Receive = Callable[[dict[str, Any]], Awaitable[None]]


def route(receive: Receive, secret: str) -> web.RouteDef:
    """The route Telegram posts to. `receive` returns when the update may be acknowledged."""

    async def take(request: web.Request) -> web.Response:
        given = request.headers.get(SECRET_HEADER, "")
        if not hmac.compare_digest(given.encode(errors="replace"), secret.encode()):
            log.warning("a post to the webhook without Telegram's secret was refused")
            return web.Response(status=403)
        try:
            raw = await request.json()
        except (json.JSONDecodeError, UnicodeDecodeError):
            return web.Response(status=400)
        if not isinstance(raw, dict) or not isinstance(raw.get("update_id"), int):
            return web.Response(status=400)
        await receive(raw)
        return web.Response()

    return web.post(PATH, take)
