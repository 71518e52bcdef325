"""Records that could not be stored, kept in a file until the store answers again. It survives kill -9.

JSON Lines, readable to the owner only, at most 10,000 records or 20 MB; replayed in order. Records hold no more than
the store would: redacted text, keyed hashes.
"""

from __future__ import annotations

import json
import logging
import os
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

log = logging.getLogger(__name__)

MAX_RECORDS = 10_000
MAX_BYTES = 20_000_000

Record = dict[str, Any]


class Spool:
    """One file of records, written and replayed by one process."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._count = sum(1 for _ in self._read())

    def __len__(self) -> int:
        return self._count

    def add(self, record: Record) -> bool:
        """Keep a record; False if the spool is full, and then it is lost, with a warning in the log."""
        line = json.dumps(record).encode() + b"\n"
        size = self._path.stat().st_size if self._path.exists() else 0
        if self._count >= MAX_RECORDS or size + len(line) > MAX_BYTES:
            log.warning("the spool %s is full: a turn was answered but will not be in the log", self._path.name)
            return False
        self._path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        handle = os.open(self._path, os.O_CREAT | os.O_APPEND | os.O_WRONLY, 0o600)
        try:
            if self._torn():
                os.write(handle, b"\n")
            os.write(handle, line)
            os.fsync(handle)
        finally:
            os.close(handle)
        self._count += 1
        return True

    def _torn(self) -> bool:
        """Whether a crash left a line without its end."""
        with self._path.open("rb") as file:
            if file.seek(0, os.SEEK_END) == 0:
                return False
            file.seek(-1, os.SEEK_END)
            return file.read(1) != b"\n"

    def _read(self) -> list[Record]:
        try:
            lines = self._path.read_bytes().split(b"\n")
        except FileNotFoundError:
            return []
        records = []
        for line in lines:
            try:
                record = json.loads(line) if line.strip() else None
            except ValueError:
                log.warning("a line of the spool was cut by a crash and is left out")
                continue
            if isinstance(record, dict):
                records.append(record)
        return records

    async def replay(self, write: Callable[[Record], Awaitable[None]]) -> int:
        """Write every record in order, then take them out of the file. Whatever `write` raises leaves the rest in place.

        So does what is added meanwhile. One replay at a time.
        """
        records = self._read()
        done: set[str] = set()
        try:
            for record in records:
                await write(record)
                done.add(json.dumps(record))
        finally:
            if done or not records:
                self._keep([record for record in self._read() if json.dumps(record) not in done])
        return len(done)

    def drop(self, person: str) -> None:
        """Erase a person's records."""
        self._keep([record for record in self._read() if record.get("person") != person])

    def _keep(self, records: list[Record]) -> None:
        if not records:
            self._path.unlink(missing_ok=True)
        else:
            temporary = self._path.with_suffix(".new")
            handle = os.open(temporary, os.O_CREAT | os.O_TRUNC | os.O_WRONLY, 0o600)
            with os.fdopen(handle, "wb") as file:
                file.writelines(json.dumps(record).encode() + b"\n" for record in records)
                file.flush()
                os.fsync(file.fileno())
            temporary.replace(self._path)
        self._count = len(records)
