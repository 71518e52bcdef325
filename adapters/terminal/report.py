"""`advisor report`: how the advisor was used, as one HTML file."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from pathlib import Path

from adapters.bootstrap import now
from adapters.report.page import page
from adapters.settings import read_settings
from adapters.terminal.ask import library_of
from adapters.terminal.gaps import find_gaps
from bot.errors import UsageError
from bot.report import summarise
from bot.store import reports
from bot.store.store import open_store

GAPS = 50


def run(folder: Path | None, out: Path, days: int) -> int:
    """Write the file and say where it is. Exit code 0."""
    settings, library, today = read_settings(), library_of(folder), now().date()
    since = today - timedelta(days=days - 1)

    async def read() -> list[reports.Use]:
        spool = settings.data_dir / "spool.jsonl"
        async with open_store(settings.store_url(), spool, now, settings.retention()) as store:
            return await reports.use(store.sessions, now() - timedelta(days=days))

    report = summarise(asyncio.run(read()), library.knowledge, since, today)
    found = find_gaps(library, days)[:GAPS]
    text = page(report, found, library.knowledge, settings.who_runs_it().name, settings.gaps_floor, today)
    try:
        out.write_text(text, encoding="utf-8")
    except OSError as error:
        raise UsageError(f"{out} can't be written: {error.strerror}. Give another place with --out.") from error
    print(f"Written to {out}: {report.turns} messages in {days} days, {len(found)} gaps.")
    return 0
