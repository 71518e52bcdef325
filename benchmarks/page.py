"""The page of results: each command replaces its own section, between two marks, and leaves the others."""

from __future__ import annotations

import argparse
import os
import platform
import re
import sqlite3
from collections.abc import Sequence
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TypeVar

T = TypeVar("T")
PAGE = Path(__file__).parent.parent / "docs" / "benchmarks.md"
SCALING = PAGE.with_name("scaling.md")
TITLE = "# Benchmarks\n\nWritten by the commands of `benchmarks/`, each its own section; `benchmarks/README.md` names them.\n"
ORDER = ("accuracy", "scope", "speed", "own", "ablation", "continued")
LIBRARIES = ("numpy", "rapidfuzz", "bm25s", "tantivy", "scikit-learn")


def arguments(about: str, *, data: bool = True) -> argparse.ArgumentParser:
    """The options that every command has."""
    parser = argparse.ArgumentParser(description=about, formatter_class=argparse.RawDescriptionHelpFormatter)
    if data:
        parser.add_argument("data", type=Path, help="folder with a folder for each set")
    parser.add_argument(
        "--sample", type=int, default=0, help="ask at most so many questions of a file, for a quick run"
    )
    parser.add_argument("--page", type=Path, default=PAGE, help="the page to write to")
    return parser


def scaling_arguments(about: str, *, database: bool = True) -> argparse.ArgumentParser:
    """The options of the commands that write to `docs/scaling.md`."""
    parser = argparse.ArgumentParser(description=about, formatter_class=argparse.RawDescriptionHelpFormatter)
    if database:
        parser.add_argument("--database", default="", help="a PostgreSQL to measure too; its tables are made")
    parser.add_argument("--page", type=Path, default=SCALING, help="the page to write to")
    return parser


def sampled(rows: Sequence[T], most: int) -> list[T]:
    """At most so many rows, spread over the file; 0 means all."""
    return [rows[at * len(rows) // most] for at in range(most)] if 0 < most < len(rows) else list(rows)


def fewest(*limits: int) -> int:
    """The smallest limit, where 0 is none."""
    return min((limit for limit in limits if limit), default=0)


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A Markdown table; the first column to the left, the others to the right."""
    lines = [head, ["---"] + ["---:"] * (len(head) - 1), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines) + "\n"


def stamp(command: str, seconds: float, used: str = "of which one is used") -> str:
    """When, with what, on what, and how to do it again. `used`: what of the cores."""
    found = [f"{name} {_version(name)}" for name in LIBRARIES if _version(name)]
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return (
        f"Measured {datetime.now(UTC).date()} in {seconds / 60:.1f} minutes on a {platform.machine()} {platform.system()} "
        f"machine with {cores} cores, {used}; Python {platform.python_version()}, "
        f"SQLite {sqlite3.sqlite_version}, {', '.join(found)}.\n\nAgain: `PYTHONPATH=. python benchmarks/{command}`\n"
    )


def _version(library: str) -> str:
    try:
        return version(library)
    except PackageNotFoundError:
        return ""


def left_out(missing: Sequence[str]) -> str:
    """A word about peers that are not installed."""
    return f"\nNot installed, so left out: {', '.join(missing)}.\n" if missing else ""


def put(page: Path, name: str, text: str) -> None:
    """Replace a section of the page, and leave what stands around it; add it in its order if the page has none yet."""
    old = page.read_text(encoding="utf-8") if page.exists() else TITLE
    section = re.compile(rf"<!-- {name} -->\n.*?<!-- end -->", re.DOTALL)
    if section.search(old):
        new = f"<!-- {name} -->\n{text.strip()}\n<!-- end -->"
        page.write_text(section.sub(lambda _: new, old, count=1), encoding="utf-8")
        return
    parts = dict(re.findall(r"<!-- (\w+) -->\n(.*?)\n<!-- end -->", old, re.DOTALL))
    parts[name] = text.strip()
    start = old.split("<!-- ", 1)[0].rstrip()
    sections = [
        f"<!-- {key} -->\n{parts[key]}\n<!-- end -->" for key in dict.fromkeys((*ORDER, *parts)) if key in parts
    ]
    page.parent.mkdir(parents=True, exist_ok=True)
    page.write_text("\n\n".join([start, *sections]) + "\n", encoding="utf-8")
