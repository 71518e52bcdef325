"""Seconds from saving a changed file until the running advisor answers from it: one topic, and all of the knowledge.

    PYTHONPATH=. .venv/bin/python benchmarks/reload_time.py [--page FILE]

The second process reads, checks, trains and asks the questions that it is given; people are answered from the old
knowledge meanwhile. Each row is the median of two changes. Writes its section of `docs/scaling.md`.
"""

from __future__ import annotations

import asyncio
import json
import shutil
import statistics
import tempfile
import time
from contextlib import suppress
from pathlib import Path

from adapters.bootstrap import Library, open_library
from adapters.reload import Reloader
from adapters.terminal.check import questions_of
from benchmarks.page import put, scaling_arguments, stamp, table
from bot.knowledge.load import default_folder, load_questions

CHANGES = 2
TOPIC, ENTRY = "tax", "charity-tax"
LEAD, TITLE = "Ask somebody who knows.", "A page of somebody who knows"


def small(folder: Path) -> Path:
    """One topic's questions and phrasings with made answers, in a folder of its own."""
    library = open_library(default_folder(), None)
    own = [entry for entry in library.knowledge.entries.values() if library.knowledge.topic_of[entry.id] == TOPIC]
    source = {"title": TITLE, "url": "https://a.org"}
    answer = {"nations": ["uk"], "status": "practice", "lead": LEAD, "known_to": "2026-11", "sources": [source]}
    entries = [
        {"id": one.id, "question": one.question, "phrasings": list(one.phrasings), "answers": [answer]} for one in own
    ]
    topic = {"id": TOPIC, "title": "Tax", "owner": "o", "review_every_months": 6}
    path = folder / "knowledge" / "topics" / f"{TOPIC}.yaml"
    path.parent.mkdir(parents=True)
    path.write_text(json.dumps({"topic": topic, "entries": entries}), encoding="utf-8")  # JSON is YAML
    return folder / "knowledge"


def whole(folder: Path) -> Path:
    """All of the shipped knowledge in a folder of its own."""
    shutil.copytree(default_folder(), folder / "knowledge")
    return folder / "knowledge"


async def measure(knowledge: Path, questions: Path | None, cache: Path) -> float:
    """The median of several changes, in seconds."""
    library = open_library(knowledge, cache)
    happened: asyncio.Queue[Library | str] = asyncio.Queue()

    async def tell(text: str) -> None:
        happened.put_nowait(text)

    reloader = Reloader(knowledge, questions, cache, happened.put_nowait, tell)
    watching = asyncio.create_task(reloader.run())
    path = knowledge / "topics" / f"{TOPIC}.yaml"
    text = path.read_text(encoding="utf-8")
    title = library.knowledge.entries[ENTRY].answers[0].sources[0].title  # a sentence would move the training, too
    seconds = []
    try:
        await asyncio.sleep(2)  # the second process starts; the first change waits until it has learnt what passes
        for number in range(CHANGES + 1):
            started = time.perf_counter()
            path.write_text(text.replace(title, f"{title} {number}"), encoding="utf-8")
            found = await asyncio.wait_for(happened.get(), 600)
            if isinstance(found, str):
                raise RuntimeError(found)
            seconds.append(time.perf_counter() - started)
    finally:
        watching.cancel()
        with suppress(asyncio.CancelledError):
            await watching
    return statistics.median(seconds[1:])


async def main() -> str:
    """The section."""
    started, rows = time.monotonic(), []
    shipped = questions_of(default_folder(), None)
    for name, make, questions in (
        ("one topic", small, None),
        ("all of it", whole, None),
        ("all of it, and every question asked", whole, shipped),
    ):
        with tempfile.TemporaryDirectory() as temporary:
            folder = Path(temporary)
            knowledge = make(folder)
            seconds = await measure(knowledge, questions, folder / "cache")
            count = len(open_library(knowledge, folder / "cache").knowledge.entries)
        asked = len(load_questions(questions)) if questions else 0
        rows.append([name, f"{count:,}", f"{asked:,}", f"{seconds:.1f} s"])
    return (
        f"{table(['changed knowledge', 'entries and terms', 'questions asked', 'until it answers'], rows)}\n"
        f"{stamp('reload_time.py', time.monotonic() - started, 'shared with others')}"
    )


if __name__ == "__main__":
    wanted = scaling_arguments(__doc__ or "", database=False).parse_args()
    put(wanted.page, "reload", asyncio.run(main()))
