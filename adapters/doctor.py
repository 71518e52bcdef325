"""`advisor doctor`: what is wrong with the settings, the knowledge, the store and each channel, and how to mend it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path

from adapters.bootstrap import now, open_library
from adapters.channel import Check
from adapters.settings import AllSettings, read_all
from bot.errors import AdvisorError, KnowledgeError
from bot.store.store import open_store

Examine = Callable[[AllSettings], Awaitable[list[Check]]]


def run(folder: Path, say: Callable[[str], None]) -> int:
    """Say how everything is; exit code 1 if something is not well."""
    checks = asyncio.run(examine(folder, read_all()))
    for check in checks:
        mark = {True: "well ", False: "WRONG", None: "?    "}[check.ok]
        say(f"{mark} {check.what}: {check.detail}")
        if check.mend and not check.ok:
            say(f"      {check.mend}")
    return 1 if any(check.ok is False for check in checks) else 0


async def examine(folder: Path, settings: AllSettings) -> list[Check]:
    """Every check, in the order in which things are needed."""
    checks = [_knowledge(folder, settings), await _store(settings)]
    return checks + [check for channel in _channels(settings) for check in await channel(settings)]


def _channels(settings: AllSettings) -> list[Examine]:
    """Imported here and not before, so that a fault in one SDK leaves the other checks."""
    from adapters.slack_app.doctor import examine as slack
    from adapters.telegram_bot.doctor import examine as telegram

    return [slack, telegram]


def _knowledge(folder: Path, settings: AllSettings) -> Check:
    try:
        library = open_library(folder, settings.advisor.cache_dir)
    except KnowledgeError as error:
        return Check("knowledge", False, f"{len(error.problems)} problem(s)", "Run advisor check; it names each line.")
    return Check("knowledge", True, f"{len(library.knowledge.entries)} entries, revision {library.knowledge.revision}")


async def _store(settings: AllSettings) -> Check:
    own = settings.advisor
    mend = "See that ADVISOR_DATA_DIR can be written, or that ADVISOR_DATABASE_URL is right and its server runs."
    try:
        own.pseudonyms()
        async with open_store(own.store_url(), own.data_dir / "spool.jsonl", now):
            return Check("store", True, "opens, and has today's tables")
    except (AdvisorError, OSError) as error:
        return Check("store", False, str(error), mend)
