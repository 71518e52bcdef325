"""Files that only spare work: written whole, kept few, never needed."""

from __future__ import annotations

import os
import tempfile
from contextlib import suppress
from pathlib import Path


def write(path: Path, content: bytes) -> None:
    """Write a file as a whole: a reader sees the old one or the new one. OSError if it can't be written."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=".kept-")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        Path(temporary).replace(path)
    except OSError:
        Path(temporary).unlink(missing_ok=True)
        raise


def older(newest: Path, keep: int) -> list[Path]:
    """Files of the same kind (`kind-*`) beside the newest one, but for the `keep` youngest.

    Another process may be removing them as well.
    """
    others = []
    for path in newest.parent.glob(f"{newest.name.partition('-')[0]}-*{newest.suffix}"):
        with suppress(FileNotFoundError):
            others.append((path.stat().st_mtime, path))
    others.sort()
    return [path for _, path in others if path != newest][:-keep]
