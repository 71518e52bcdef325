"""The project's one aiohttp application: what channels serve, health, and metrics."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence

from aiohttp import web

from adapters.channel import Channel, Health
from adapters.desk import Desk
from adapters.metrics import Metrics
from bot.errors import StoreUnavailable
from bot.store.store import Store

MAX_BODY = 1_000_000  # bytes; more is answered with 413
BODY_SECONDS = 5.0  # a body that takes longer to arrive is answered with 408

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@web.middleware
async def _whole_body(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Read the body first, in bounded time and size, so that no channel waits for one that never ends."""
    try:
        async with asyncio.timeout(BODY_SECONDS):
            await request.read()
    except TimeoutError:
        raise web.HTTPRequestTimeout(text="The body took too long to arrive.") from None
    return await handler(request)


def make_app(
    channels: Sequence[Channel], desk: Desk, store: Store, metrics: Metrics, refused: Callable[[], str] = str
) -> web.Application:
    """An application with every channel's routes. `refused` says why changed knowledge was not taken up, if so."""

    async def live(_request: web.Request) -> web.Response:
        return web.json_response({"live": True})

    async def ready(_request: web.Request) -> web.Response:
        states = {channel.name: channel.health() for channel in channels}
        states["store"] = await _store_health(store)
        revision = f"revision {desk.library.knowledge.revision}"
        states["knowledge"] = Health(True, f"{revision}; not taken up: {refused()}" if refused() else revision)
        body = {name: {"ok": state.ok, "detail": state.detail} for name, state in states.items()}
        return web.json_response(body, status=200 if all(state.ok for state in states.values()) else 503)

    async def figures(_request: web.Request) -> web.Response:
        return web.Response(body=await metrics.text(store), headers={"Content-Type": "text/plain; version=0.0.4"})

    app = web.Application(client_max_size=MAX_BODY, middlewares=[_whole_body])
    app.add_routes([web.get("/health/live", live), web.get("/health/ready", ready), web.get("/metrics", figures)])
    for channel in channels:
        app.add_routes(channel.routes())
    return app


async def _store_health(store: Store) -> Health:
    """A store that is down does not stop answers, but an operator must know."""
    try:
        await store.claims.count_open()
    except StoreUnavailable as error:
        return Health(False, str(error))
    return Health(True)
