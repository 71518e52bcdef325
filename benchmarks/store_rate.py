"""Turns logged per second through the store, on SQLite and on PostgreSQL, against a bare insert loop in the same run.

Usage: PYTHONPATH=. python benchmarks/store_rate.py [COUNT] [POSTGRES_URL]. A turn is what an answered message costs the
store: its claim, what is recalled, the record, the end of the claim. The bare loop is one insert of a row as long, one
commit each, by the database's own driver. Writes Markdown to standard output.
"""

from __future__ import annotations

import asyncio
import sqlite3
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path

import psycopg
from sqlalchemy import make_url

from bot.model import Outcome, Reply, Shown, Turn, Utterance, UtteranceKind
from bot.store.store import Store, open_store

TASKS = (1, 8, 32)
ROW = "x" * 600  # bytes of a turn's row, about


def now() -> datetime:
    """The time, aware UTC."""
    return datetime.now(UTC)


def utterance(run: str, number: int) -> Utterance:
    """A message of one of 500 people."""
    words = f"{run}-m{number}", f"{run}-p{number % 500}", f"{run}-c{number % 500}"
    return Utterance(UtteranceKind.TEXT, "do I keep my NHS pension if we spin out", *words, "bench", now())


async def one_turn(store: Store, run: str, number: int) -> None:
    """Everything the store does for one answered message."""
    made = utterance(run, number)
    await store.claims.accept(made, {"chat": str(number)})
    await store.log.recall(made)
    reply = Reply(turn=f"{run[:8]}-{number}", outcome=Outcome.ANSWERED)
    shown = (Shown("nhs-pension-on-transfer", "england", "0" * 16),)
    await store.log.record(Turn(reply.turn, made, reply, shown, (), 0.5, "0" * 16, 900, now(), about=("a",)))
    await store.claims.finish(made.message_id)


async def rate(work: Callable[[int], Awaitable[None]], count: int, tasks: int) -> float:
    """Calls per second, with so many under way at once."""
    numbers = iter(range(count))

    async def worker() -> None:
        for number in numbers:
            await work(number)

    started = time.perf_counter()
    await asyncio.gather(*(worker() for _ in range(tasks)))
    return count / (time.perf_counter() - started)


def bare_sqlite(folder: Path, count: int) -> float:
    """Inserts per second by sqlite3 alone: WAL, synchronous FULL, one commit each."""
    connection = sqlite3.connect(folder / "bare.db")
    connection.execute("pragma journal_mode=WAL")
    connection.execute("pragma synchronous=FULL")
    connection.execute("create table turn (id integer primary key, text text)")
    started = time.perf_counter()
    for _ in range(count):
        connection.execute("insert into turn (text) values (?)", (ROW,))
        connection.commit()
    return count / (time.perf_counter() - started)


def bare_postgres(url: str, count: int) -> float:
    """Inserts per second by psycopg alone, one commit each."""
    with psycopg.connect(
        make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
    ) as connection:
        connection.execute("create temporary table bare (id serial primary key, text text)")
        connection.commit()
        started = time.perf_counter()
        for _ in range(count):
            connection.execute("insert into bare (text) values (%s)", (ROW,))
            connection.commit()
        return count / (time.perf_counter() - started)


async def table(name: str, url: str, spool: Path, count: int, bare: float) -> None:
    """Print one database's rows."""
    async with open_store(url, spool, now) as store:
        for tasks in TASKS:
            run = f"{tasks}x{time.time_ns()}"
            found = await rate(lambda number, run=run: one_turn(store, run, number), count, tasks)  # type: ignore[misc]
            print(f"| {name} | {tasks} | {found:,.0f} | {bare:,.0f} | {found / bare:.2f} |")


async def main(count: int, postgres: str) -> None:
    """Print the table."""
    print("| store | at once | whole turns a second | bare inserts a second | ratio |\n| --- | --- | --- | --- | --- |")
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        url = f"sqlite+aiosqlite:///{folder / 'a.db'}"
        await table("SQLite", url, folder / "spool", count, bare_sqlite(folder, count))
        if postgres:
            await table("PostgreSQL", postgres, folder / "spool2", count, bare_postgres(postgres, count))


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]) if len(sys.argv) > 1 else 1000, sys.argv[2] if len(sys.argv) > 2 else ""))
