"""Opening the database: pragmas for SQLite, private files, and the migrations applied before anything else."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util.exc import CommandError
from sqlalchemy import Connection, event
from sqlalchemy.engine import make_url
from sqlalchemy.exc import OperationalError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from bot.errors import AdvisorError, StoreUnavailable

MIGRATIONS = Path(__file__).parent / "migrations"
BUSY_MS = 5000


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
    parsed = make_url(url)
    sqlite = parsed.get_backend_name() == "sqlite"
    if sqlite and parsed.database and parsed.database != ":memory:":
        try:
            _private_file(Path(parsed.database))
        except OSError as error:
            raise StoreUnavailable(f"The store {parsed.database} can't be opened: {error.strerror}.") from error
    engine = create_async_engine(url, pool_pre_ping=not sqlite)
    if sqlite:
        event.listen(engine.sync_engine, "connect", _pragmas)
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


def alembic_config(connection: Connection | None = None) -> Config:
    """Alembic set up in code, so that an installed wheel needs no ini file."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["connection"] = connection
    return config


def _upgrade(connection: Connection) -> None:
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
