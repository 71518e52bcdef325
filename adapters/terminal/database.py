"""`advisor db`, `advisor off` and `advisor on`: what an operator does to the store."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable

from adapters.bootstrap import now
from adapters.settings import read_settings
from bot.store.store import Store, open_store


def _with_store(work: Callable[[Store], Awaitable[None]]) -> int:
    settings = read_settings()

    async def run() -> None:
        spool = settings.data_dir / "spool.jsonl"
        async with open_store(settings.store_url(), spool, now, settings.retention()) as store:
            await work(store)

    asyncio.run(run())
    return 0


def _person(channel: str, workspace: str, user: str) -> str:
    return read_settings().pseudonyms().person(channel, workspace, user)


def upgrade() -> int:
    """Bring the store's tables to this version. Opening it does that."""

    async def done(_store: Store) -> None:
        print("The store is at this version.")

    return _with_store(done)


def purge() -> int:
    """Take away what is past its time."""

    async def work(store: Store) -> None:
        given_up = await store.log.purge()
        print("What was past its time is gone.")
        if given_up:
            print(f"{given_up} of it were messages that were never answered, because sending failed for a day.")

    return _with_store(work)


def export(channel: str, workspace: str, user: str) -> int:
    """Print all that is kept of a person, as JSON; {} if nothing is."""

    async def work(store: Store) -> None:
        kept = await store.log.export(_person(channel, workspace, user))
        print(json.dumps(kept, indent=2, ensure_ascii=False, default=str))

    return _with_store(work)


def forget(channel: str, workspace: str, user: str) -> int:
    """Erase a person."""

    async def work(store: Store) -> None:
        person = _person(channel, workspace, user)
        kept = await store.log.export(person)
        await store.log.forget(person)
        print("Erased." if kept else "Nothing was kept of that person on this channel; see that the ids are right.")

    return _with_store(work)


def switch(reason: str) -> int:
    """Switch every process that shares the store off, or on with an empty reason."""
    sentence = reason.strip() if not reason or reason.rstrip().endswith((".", "!", "?")) else f"{reason.strip()}."

    async def work(store: Store) -> None:
        await store.switch_off(sentence)
        print(f"Off. People are told: {sentence}" if sentence else "On.")

    return _with_store(work)
