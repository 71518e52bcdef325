"""Opening the database, SQLite or PostgreSQL: private files, and the migrations applied before anything else."""

from __future__ import annotations

import os
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util.exc import CommandError
from sqlalchemy import URL, Connection, event, func, make_url, select
from sqlalchemy.exc import ArgumentError, OperationalError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from bot.errors import AdvisorError, StoreUnavailable

MIGRATIONS = Path(__file__).parent / "migrations"
BUSY_MS = 5000
UPGRADE_LOCK = 0x5350494E  # any number will do, as long as every version uses the same
POOL = 10  # connections a process keeps to PostgreSQL; see docs/scaling.md


def _pragmas(connection: Any, _record: Any) -> None:
    """WAL lets readers and a writer work at once; FULL keeps what was promised through a power cut."""
    cursor = connection.cursor()
    cursor.execute("PRAGMA journal_mode=WAL")
    cursor.execute("PRAGMA synchronous=FULL")
    cursor.execute(f"PRAGMA busy_timeout={BUSY_MS}")
    cursor.execute("PRAGMA foreign_keys=ON")
    cursor.close()


def _private_file(path: Path) -> None:
    """The folder 0700 and the file 0600 before SQLite makes it readable to others."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))


async def open_engine(url: str) -> AsyncEngine:
    """An engine over a database that has today's tables.

    AdvisorError if a newer program made it; StoreUnavailable if it can't be opened.
    """
    parsed = _url(url)
    sqlite = parsed.get_backend_name() == "sqlite"
    if sqlite and parsed.database and parsed.database != ":memory:":
        try:
            _private_file(Path(parsed.database))
        except OSError as error:
            raise StoreUnavailable(f"The store {parsed.database} can't be opened: {error.strerror}.") from error
    if sqlite:
        engine = create_async_engine(parsed)
        event.listen(engine.sync_engine, "connect", _pragmas)
    else:
        engine = create_async_engine(parsed, pool_pre_ping=True, pool_size=POOL, max_overflow=POOL)
    try:
        async with engine.begin() as connection:
            await connection.run_sync(_upgrade)
    except (OperationalError, OSError) as error:
        await engine.dispose()
        raise StoreUnavailable(f"The store can't be opened ({type(error).__name__}).") from error
    except BaseException:
        await engine.dispose()
        raise
    return engine


def _url(text: str) -> URL:
    """The address with the driver we use. AdvisorError if it is none, or of a database we do not speak."""
    try:
        parsed = make_url(text)
    except ArgumentError:
        raise AdvisorError(
            "ADVISOR_DATABASE_URL is not a database address. Write it as postgresql://user:password@host/name."
        ) from None
    if parsed.drivername in {"postgres", "postgresql"}:
        parsed = parsed.set(drivername="postgresql+psycopg")
    if parsed.drivername == "sqlite":
        parsed = parsed.set(drivername="sqlite+aiosqlite")
    if parsed.drivername not in {"postgresql+psycopg", "sqlite+aiosqlite"}:
        raise AdvisorError(f"The store can be SQLite or PostgreSQL, not {parsed.drivername}. Set ADVISOR_DATABASE_URL.")
    if parsed.drivername == "postgresql+psycopg" and find_spec("psycopg") is None:
        raise AdvisorError("PostgreSQL needs one more package: pip install 'spinout-advisor[postgres]'.")
    return parsed


def _lock(connection: Connection) -> None:
    """Let one process at a time look at and upgrade the tables; the lock ends with the transaction."""
    if connection.dialect.name == "postgresql":
        connection.execute(select(func.pg_advisory_xact_lock(UPGRADE_LOCK)))
    else:
        connection.exec_driver_sql("BEGIN IMMEDIATE")  # so that a half-made upgrade is rolled back, too


def alembic_config(connection: Connection | None = None) -> Config:
    """Alembic set up in code, so that an installed wheel needs no ini file."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["connection"] = connection
    return config


def _upgrade(connection: Connection) -> None:
    _lock(connection)
    config = alembic_config(connection)
    current = MigrationContext.configure(connection).get_current_revision()
    try:
        if current is not None:
            ScriptDirectory.from_config(config).get_revision(current)
    except CommandError as error:
        raise AdvisorError(
            f"The store was made by a newer version of this program (its revision {current} is not known here). "
            "Nothing was changed. Install the newer version, or set ADVISOR_DATA_DIR to another folder."
        ) from error
    command.upgrade(config, "head")
