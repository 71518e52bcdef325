"""Turns logged per second through the store, on SQLite and on PostgreSQL, against a bare insert loop in the same run.

    PYTHONPATH=. .venv/bin/python benchmarks/store_rate.py [--turns 1000] [--database postgresql://...] [--page FILE]

A turn is what an answered message costs the store: its claim, what is recalled, the record, the end of the claim. The
bare loop is one insert of a row as long, one commit each, by the database's own driver. Writes its section of
`docs/scaling.md`.
"""

from __future__ import annotations

import asyncio
import sqlite3
import tempfile
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path

import psycopg
from sqlalchemy import make_url

from benchmarks.page import put, scaling_arguments, stamp, table
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
        connection.execute(
            "create table bare_insert (id serial primary key, text text)"
        )  # a temporary one is not durable
        connection.commit()
        started = time.perf_counter()
        for _ in range(count):
            connection.execute("insert into bare_insert (text) values (%s)", (ROW,))
            connection.commit()
        spent = time.perf_counter() - started
        connection.execute("drop table bare_insert")
        connection.commit()
        return count / spent


async def measured(name: str, url: str, spool: Path, count: int, bare: float) -> list[list[str]]:
    """One database's rows."""
    rows = []
    async with open_store(url, spool, now) as store:
        for tasks in TASKS:
            run = f"{tasks}x{time.time_ns()}"
            found = await rate(lambda number, run=run: one_turn(store, run, number), count, tasks)  # type: ignore[misc]
            rows.append([name, str(tasks), f"{found:,.0f}", f"{bare:,.0f}", f"{found / bare:.2f}"])
    return rows


async def main(count: int, postgres: str) -> str:
    """The section."""
    started = time.monotonic()
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        url = f"sqlite+aiosqlite:///{folder / 'a.db'}"
        rows = await measured("SQLite", url, folder / "spool", count, bare_sqlite(folder, count))
        if postgres:
            rows += await measured("PostgreSQL", postgres, folder / "spool2", count, bare_postgres(postgres, count))
    words = f"store_rate.py --turns {count}{' --database URL' if postgres else ''}"
    return (
        f"{table(['store', 'at once', 'whole turns a second', 'bare inserts a second', 'ratio'], rows)}\n"
        f"{stamp(words, time.monotonic() - started, 'which all share, the database too')}"
    )


if __name__ == "__main__":
    parser = scaling_arguments(__doc__ or "")
    parser.add_argument("--turns", type=int, default=1000, help="how many, for each row")
    wanted = parser.parse_args()
    put(wanted.page, "store", asyncio.run(main(wanted.turns, wanted.database)))
