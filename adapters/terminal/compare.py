"""`advisor diff A B`: a changelog for people between two versions of the knowledge, each a folder or a git revision."""

from __future__ import annotations

import io
import shutil
import subprocess
import tarfile
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bot.errors import UsageError
from bot.knowledge.base import KnowledgeBase
from bot.knowledge.diff import Change, changes
from bot.knowledge.load import load

READ = ("knowledge/topics", "knowledge/language.yaml")  # an older version's messages need not be complete today


def run(before: str, after: str) -> int:
    """Print what changed. Exit code 0 whether or not anything did."""
    with _version(before) as old, _version(after) as new:
        found = changes(old, new)
    if not found:
        print("Nothing that people would notice has changed.")
    for kind, title in (("new", "New answers"), ("changed", "Changed answers"), ("gone", "Answers taken out")):
        _print(title, [change for change in found if change.kind == kind])
    return 0


def _print(title: str, found: list[Change]) -> None:
    if not found:
        return
    print(f"{title} ({len(found)})")
    for change in found:
        print(f"- {change.question} [{change.entry}, {change.topic}]")
        for detail in change.details:
            print(f"    {detail}")
    print()


@contextmanager
def _version(name: str) -> Iterator[KnowledgeBase]:
    folder = Path(name)
    if folder.is_dir():
        yield load(folder)
        return
    with tempfile.TemporaryDirectory() as temporary:
        with tarfile.open(fileobj=io.BytesIO(_archive(name))) as found:
            found.extractall(temporary, filter="data")
        yield load(Path(temporary) / "knowledge")


def _archive(revision: str) -> bytes:
    git = shutil.which("git")
    if git is None or revision.startswith("-"):
        raise UsageError(
            f"{revision} is no folder{'' if git else ', and there is no git here to look for a revision'}."
        )
    command = [git, "archive", "--format=tar", revision, "--", *READ]
    done = subprocess.run(command, capture_output=True, check=False)  # noqa: S603  # a list: nothing is interpreted
    if done.returncode != 0:
        said = done.stderr.decode(errors="replace").strip().splitlines()
        raise UsageError(f"{revision} is neither a folder nor a git revision with knowledge/ in it: {said[-1:]}")
    return done.stdout
