"""`advisor gaps`: what people asked and did not get, in groups; with `--patch` as a change to the knowledge to accept or not."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from pathlib import Path

from adapters.bootstrap import Library, now
from adapters.settings import read_settings
from adapters.terminal.ask import library_of
from adapters.terminal.check import questions_of
from adapters.terminal.patch import patch
from bot import gaps
from bot.matching import alike
from bot.store import reports
from bot.store.store import open_store


def find_gaps(library: Library, days: int) -> tuple[gaps.Gap, ...]:
    """The gaps of the last days, out of the store."""
    settings = read_settings()

    async def read() -> list[gaps.Asked]:
        spool = settings.data_dir / "spool.jsonl"
        async with open_store(settings.store_url(), spool, now, settings.retention()) as store:
            return await reports.asked(store.sessions, now() - timedelta(days=days))

    scaffold = library.matcher.words.scaffold
    return gaps.find(asyncio.run(read()), lambda text: alike.plain(text, scaffold), alike.groups, settings.gaps_floor)


def run(folder: Path | None, questions: Path | None, *, days: int, limit: int, as_patch: bool) -> int:
    """Print the gaps, or the patch. Exit code 0."""
    library = library_of(folder)
    found = find_gaps(library, days)[:limit]
    if as_patch:
        where = questions_of(folder, questions)
        print("".join(patch(library, found, where)), end="")
        return 0
    for gap in found:
        _print(gap)
    print(f"{len(found)} groups in the last {days} days. A question asked by fewer people than the floor is not shown.")
    return 0


def _print(gap: gaps.Gap) -> None:
    why = ", ".join(f"{reason} {count}" for reason, count in gap.why)
    print(f"{gap.people} people, {gap.count} questions ({why})")
    for text, people in gap.texts:
        print(f"  {text!r} ({people} people)" if people > 1 else f"  {text!r} (sent)")
    if gap.hidden:
        words = f"; words of several: {', '.join(gap.words)}" if gap.words else ""
        print(f"  and {gap.hidden} asked by too few to be shown{words}")
    print(f"  nearest: {', '.join(f'{entry} {share:.2f}' for entry, share in gap.nearest) or 'nothing'}\n")
