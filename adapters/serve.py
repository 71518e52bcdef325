"""`advisor serve`: every channel that has settings, in one process and one event loop."""

from __future__ import annotations

import asyncio
import logging
import signal
from contextlib import AsyncExitStack
from pathlib import Path

from aiohttp import web

from adapters import logs
from adapters.bootstrap import make_advisor, make_channels, now, open_library
from adapters.channel import Parts
from adapters.settings import AllSettings, read_all
from adapters.web import make_app
from bot.errors import SettingsError
from bot.pace import Pace
from bot.store.keys import Pseudonyms, load_or_make_key
from bot.store.store import open_store

log = logging.getLogger(__name__)


def run(folder: Path, *, http: bool) -> int:
    """Serve until SIGTERM or SIGINT; exit code 0. SettingsError names everything that is wrong before it connects."""
    settings = read_all()
    problems = settings.problems(http=http)
    if problems:
        raise SettingsError("\n".join(problems))
    logs.set_up(settings.secrets())
    asyncio.run(_until_told(folder, settings, http=http))
    return 0


async def _until_told(folder: Path, settings: AllSettings, *, http: bool) -> None:
    stopping = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stopping.set)
    await serve(folder, settings, stopping, http=http)


async def serve(folder: Path, settings: AllSettings, stopping: asyncio.Event, *, http: bool) -> None:
    """Open the store, start every channel, and when `stopping` is set stop them in turn: what was accepted is answered."""
    own = settings.advisor
    library = open_library(folder, own.cache_dir)
    pseudonyms = Pseudonyms(load_or_make_key(own.data_dir / "key"))
    async with AsyncExitStack() as stack:
        store = await stack.enter_async_context(
            open_store(own.store_url(), own.data_dir / "spool.jsonl", now, own.retention())
        )
        advisor = make_advisor(
            library,
            store.log,
            operator=own.who_runs_it(),
            retention=own.retention(),
            pace=Pace(own.messages_per_minute),
        )
        parts = Parts(lambda: advisor, store.claims, pseudonyms, now)
        channels = make_channels(settings, parts, http=http)
        if http:
            runner = web.AppRunner(make_app(channels), access_log=None)
            await runner.setup()
            stack.push_async_callback(runner.cleanup)
            await web.TCPSite(runner, own.http_host, own.http_port).start()
            log.info("listening on %s port %d", own.http_host, own.http_port)
        for channel in channels:
            await channel.start()
            stack.push_async_callback(channel.stop)
            log.info("%s is on", channel.name)
        await stopping.wait()
        log.info("stopping: what was accepted is answered first")
