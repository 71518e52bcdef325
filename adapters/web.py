"""The project's one aiohttp application: what channels serve, and health."""

from __future__ import annotations

from collections.abc import Sequence

from aiohttp import web

from adapters.channel import Channel

MAX_BODY = 1_000_000  # bytes; more is answered with 413


def make_app(channels: Sequence[Channel]) -> web.Application:
    """An application with every channel's routes."""

    async def live(_request: web.Request) -> web.Response:
        return web.json_response({"live": True})

    async def ready(_request: web.Request) -> web.Response:
        states = {channel.name: channel.health() for channel in channels}
        body = {name: {"ok": state.ok, "detail": state.detail} for name, state in states.items()}
        return web.json_response(body, status=200 if all(state.ok for state in states.values()) else 503)

    app = web.Application(client_max_size=MAX_BODY)
    app.add_routes([web.get("/health/live", live), web.get("/health/ready", ready)])
    for channel in channels:
        app.add_routes(channel.routes())
    return app
