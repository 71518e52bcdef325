"""`advisor serve`: every channel that has settings, in one process and one event loop."""

from __future__ import annotations

import asyncio
import logging
import signal
from collections.abc import AsyncIterator, Callable, Coroutine, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from pathlib import Path

from aiohttp import web

from adapters import logs
from adapters.bootstrap import make_channels, now, open_library
from adapters.channel import Channel, Parts
from adapters.desk import Desk
from adapters.maintainers import Maintainers
from adapters.metrics import Metrics
from adapters.reload import Reloader
from adapters.settings import AllSettings, Settings, read_all
from adapters.terminal.check import questions_of
from adapters.web import make_app
from bot.errors import SettingsError, StoreUnavailable
from bot.store.store import Store, open_store

MakeChannels = Callable[[AllSettings, Parts, bool], list[Channel]]

log = logging.getLogger(__name__)

DRAIN_SECONDS = 15.0  # of the 20 after which service managers kill
PURGE_SECONDS = 3600.0  # raw words are kept for a day at most, and not for nearly two
PURGE_AGAIN_SECONDS = 300.0


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


async def serve(
    folder: Path, settings: AllSettings, stopping: asyncio.Event, *, http: bool, make: MakeChannels = make_channels
) -> None:
    """Open the store, start every channel, and when `stopping` is set stop them: what was accepted is answered first."""
    own = settings.advisor
    library = open_library(folder, own.cache_dir)
    pseudonyms = own.pseudonyms()
    async with AsyncExitStack() as stack:
        store = await stack.enter_async_context(
            open_store(own.store_url(), own.data_dir / "spool.jsonl", now, own.retention())
        )
        metrics = Metrics()
        desk = Desk(library, store, own, metrics.observe)
        shared = not own.store_url().startswith("sqlite")
        parts = Parts(desk.advisor, store.claims, pseudonyms, now, store.leaders, alone=not shared)
        channels = make(settings, parts, http)
        metrics.watch(desk, store, channels)
        maintainers = Maintainers(channels, desk, store, own.gaps_floor)
        of = folder, questions_of(folder, None), own.cache_dir
        reloader = Reloader(*of, library, desk.install, maintainers.tell)
        if http:
            app = make_app(channels, desk, store, metrics, lambda: reloader.refused)
            await stack.enter_async_context(_listening(app, own))
        stack.push_async_callback(_stop, channels)
        if not await _started(channels, stopping):
            return
        await stack.enter_async_context(_meanwhile(_purge_hourly(store, maintainers)))
        await stack.enter_async_context(_meanwhile(reloader.run()))
        await stack.enter_async_context(_meanwhile(maintainers.tell_weekly()))
        await stopping.wait()
        log.info("stopping: what was accepted is answered first")


async def _started(channels: Sequence[Channel], stopping: asyncio.Event) -> bool:
    """Start them one after the other; False if told to stop before all were on. What a channel can't do is raised."""

    async def start() -> None:
        for channel in channels:
            await channel.start()
            log.info("%s is on", channel.name)

    starting, told = asyncio.create_task(start()), asyncio.create_task(stopping.wait())
    await asyncio.wait({starting, told}, return_when=asyncio.FIRST_COMPLETED)
    told.cancel()
    if not starting.done():
        starting.cancel()
        await asyncio.gather(starting, return_exceptions=True)
        return False
    await starting
    return True


async def _stop(channels: Sequence[Channel]) -> None:
    """Every channel at once, and none for longer than DRAIN_SECONDS: what is then left is answered at the next start."""
    try:
        async with asyncio.timeout(DRAIN_SECONDS):
            for done in await asyncio.gather(*(channel.stop() for channel in channels), return_exceptions=True):
                if isinstance(done, Exception):
                    log.error("a channel did not stop cleanly", exc_info=done)
    except TimeoutError:
        log.warning("stopped after %g s with answers open; they are given at the next start", DRAIN_SECONDS)


@asynccontextmanager
async def _listening(app: web.Application, own: Settings) -> AsyncIterator[None]:
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    try:
        await web.TCPSite(runner, own.http_host, own.http_port).start()
        log.info("listening on %s port %d", own.http_host, own.http_port)
        yield
    finally:
        await runner.cleanup()


@asynccontextmanager
async def _meanwhile(work: Coroutine[None, None, None]) -> AsyncIterator[None]:
    """Work beside everything else, ended and waited for at the end."""
    task = asyncio.create_task(work)
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def _purge_hourly(store: Store, maintainers: Maintainers) -> None:
    while True:
        try:
            given_up = await store.log.purge()
            if given_up:
                await maintainers.tell(
                    f"{given_up} messages could not be answered within a day, because sending failed again and again, "
                    "and were given up. The log of that time says why."
                )
        except StoreUnavailable:
            log.warning("the store is down; what is past its time is purged when it answers")
            await asyncio.sleep(PURGE_AGAIN_SECONDS)
        else:
            await asyncio.sleep(PURGE_SECONDS)
