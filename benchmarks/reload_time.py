"""Seconds from saving a changed file until the running advisor answers from it, and until every question was asked.

    PYTHONPATH=. .venv/bin/python benchmarks/reload_time.py [--page FILE]

The second process reads, checks, learns and asks; people are answered from the old knowledge meanwhile. Each figure is
the median of several changes. Writes its section of `docs/scaling.md`.
"""

from __future__ import annotations

import asyncio
import shutil
import statistics
import tempfile
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from adapters.bootstrap import Library, open_library
from adapters.reload import Reloader
from adapters.terminal.check import questions_of
from benchmarks.page import put, scaling_arguments, stamp, table
from bot.knowledge.load import default_folder, load_questions

TIMES = 3
TOPIC, ENTRY = "tax", "charity-tax"
NEW = """
  - id: made-up-{number}
    question: May a made-up body number {number} keep bees on the roof?
    phrasings: [who may keep bees on the roof of body {number}, are {number} beehives allowed up there]
    answers: [{{nations: [uk], status: practice, lead: "Ask who owns the roof.", known_to: 2026-11,
      sources: [{{title: A page of somebody who knows, url: "https://a.org"}}]}}]
"""
Change = Callable[[str, str, str, int], str]  # of a file's text: an entry's first phrasing and words, the number


def sentence(text: str, phrasing: str, lead: str, number: int) -> str:
    """An answer says something else."""
    return text.replace(lead, f"Number {number}, {lead}")


def asking(text: str, phrasing: str, lead: str, number: int) -> str:
    """An entry can be asked for in one more way."""
    return text.replace(f"- {phrasing}\n", f"- {phrasing}\n      - what about beehive number {number}\n", 1)


def entry(text: str, phrasing: str, lead: str, number: int) -> str:
    """One more entry."""
    return text.rstrip("\n") + NEW.format(number=number)


CHANGES: tuple[tuple[str, Change], ...] = (
    ("a sentence of an answer", sentence),
    ("one more phrasing", asking),
    ("one more entry", entry),
)


async def measure(knowledge: Path, questions: Path, cache: Path) -> list[list[str]]:
    """For each kind of change: until it answers, until every question was asked, and the same for going back."""
    library = open_library(knowledge, cache)
    happened: asyncio.Queue[Library | str] = asyncio.Queue()

    async def tell(text: str) -> None:
        happened.put_nowait(text)

    reloader = Reloader(knowledge, questions, cache, library, happened.put_nowait, tell)
    watching = asyncio.create_task(reloader.run())
    path = knowledge / "topics" / f"{TOPIC}.yaml"
    text = path.read_text(encoding="utf-8")
    own = library.knowledge.entries[ENTRY]
    words = own.phrasings[0], own.answers[0].lead[:20]

    async def save(changed: str) -> tuple[float, float]:
        started = time.perf_counter()
        path.write_text(changed, encoding="utf-8")
        found = await asyncio.wait_for(happened.get(), 600)
        answered = time.perf_counter() - started
        while not isinstance(found, str) and reloader.confirmed != found.knowledge.revision:
            with suppress(asyncio.QueueEmpty):  # it may yet be taken back, and that is told
                await asyncio.sleep(0.05)
                happened.get_nowait()
                found = happened.get_nowait()
        if isinstance(found, str):
            raise RuntimeError(found)
        return answered, time.perf_counter() - started

    lines = []
    try:
        await asyncio.sleep(2)  # the second process starts; the first change waits until it has learnt what passes
        await save(sentence(text, *words, 50))
        await save(text)
        for name, change in CHANGES:
            there, back = [], []
            for number in range(TIMES):
                there.append(await save(change(text, *words, number)))
                back.append(await save(text))
            times = [
                *map(statistics.median, zip(*there, strict=True)),
                *map(statistics.median, zip(*back, strict=True)),
            ]
            lines.append([name, *(f"{seconds:.1f} s" for seconds in times)])
            print(*lines[-1], flush=True)
    finally:
        watching.cancel()
        with suppress(asyncio.CancelledError):
            await watching
    return lines


async def main() -> str:
    """The section."""
    started = time.monotonic()
    questions = questions_of(default_folder(), None)
    if questions is None:
        raise SystemExit("there are no question files")
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        shutil.copytree(default_folder(), folder / "knowledge")
        lines = await measure(folder / "knowledge", questions, folder / "cache")
        count = len(open_library(folder / "knowledge", folder / "cache").knowledge.entries)
    head = ["the change", "until it answers", "every question asked", "going back: answers", "every question asked"]
    return (
        f"All of the shipped knowledge: {count:,} entries and terms, {len(load_questions(questions)):,} questions.\n\n"
        f"{table(head, lines)}\n{stamp('reload_time.py', time.monotonic() - started, 'shared with others')}"
    )


if __name__ == "__main__":
    wanted = scaling_arguments(__doc__ or "", database=False).parse_args()
    put(wanted.page, "reload", asyncio.run(main()))
