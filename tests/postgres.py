"""A real PostgreSQL for tests: the server named by ADVISOR_TEST_DATABASE_URL, or one of this system's own binaries.

Where there is neither, tests skip and say so; with ADVISOR_REQUIRE_PEERS=1 that is a failure.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import NullPool, create_engine, make_url, text

URL = "ADVISOR_TEST_DATABASE_URL"  # of a database whose user may create others, as postgresql+psycopg://...


class Server:
    """A server of our own: no network, one folder, trusted over its socket."""

    def __init__(self, binaries: Path) -> None:
        self._binaries = binaries
        self._folder = Path(tempfile.mkdtemp(prefix="advisor-postgres-"))
        self._user: str | None = None
        if os.geteuid() == 0:  # PostgreSQL refuses to run as root
            self._user = "postgres"
            shutil.chown(self._folder, "postgres")
        self._run("initdb", "-D", "data", "-U", "advisor", "--auth=trust", "-E", "UTF8", "--no-sync")
        self.start()

    def _run(self, program: str, *arguments: str) -> None:
        with tempfile.TemporaryFile() as output:
            done = subprocess.run(
                [str(self._binaries / program), *arguments],
                cwd=self._folder, user=self._user, stdout=output, stderr=output, check=False, timeout=60,
            )  # fmt: skip
            output.seek(0)
            assert done.returncode == 0, output.read().decode(errors="replace")

    def start(self) -> None:
        """Start it and wait until it takes connections."""
        settings = f"-c listen_addresses= -c unix_socket_directories={self._folder} -c fsync=off"
        self._run("pg_ctl", "-D", "data", "-w", "-l", "log", "-o", settings, "start")

    def stop(self, how: str = "immediate") -> None:
        """Stop it; `immediate` cuts every connection, as a crash does."""
        self._run("pg_ctl", "-D", "data", "-w", "-m", how, "stop")

    def remove(self) -> None:
        """Stop it and take away its folder."""
        with contextlib.suppress(AssertionError):
            self.stop()
        shutil.rmtree(self._folder, ignore_errors=True)

    @property
    def url(self) -> str:
        """The address of its first database."""
        return f"postgresql+psycopg://advisor@/postgres?host={self._folder}"


def binaries() -> Path | None:
    """The folder with initdb and pg_ctl, the newest version first."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda p: -int(p.parent.parent.name))
    on_path = shutil.which("initdb")
    return found[0].parent if found else Path(on_path).parent if on_path else None


def skip_or_fail(reason: str) -> None:
    """Skip with a reason, or fail where everything must be there."""
    if os.environ.get("ADVISOR_REQUIRE_PEERS") == "1":
        pytest.fail(reason)
    pytest.skip(reason)


@contextlib.contextmanager
def own_server() -> Iterator[Server]:
    """A server of this test's own, which it may stop and start."""
    place = binaries()
    if place is None:
        skip_or_fail("no PostgreSQL here: install the package postgresql")
        raise AssertionError  # skip_or_fail never returns
    server = Server(place)
    try:
        yield server
    finally:
        server.remove()


@contextlib.contextmanager
def new_database(server_url: str, name: str) -> Iterator[str]:
    """The address of a database made for one test and dropped after it."""
    engine = create_engine(server_url, isolation_level="AUTOCOMMIT", poolclass=NullPool)
    with engine.connect() as connection:
        connection.execute(text(f'create database "{name}"'))
    try:
        yield make_url(server_url).set(database=name).render_as_string(hide_password=False)
    finally:
        with engine.connect() as connection:
            connection.execute(text(f'drop database "{name}" with (force)'))
        engine.dispose()
