"""Taking up changed knowledge while the program runs: only if it is sound and no question test that passed now fails.

A second process reads, checks, trains and asks, so that nobody waits for it; the running one then reads what that left
in the cache. Broken edits never replace working knowledge, and going back is putting the old files back.
"""

from __future__ import annotations

import asyncio
import logging
import multiprocessing
from collections.abc import Awaitable, Callable
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from watchfiles import awatch

from adapters.bootstrap import Library, now, open_library
from adapters.terminal.ask import Asker
from adapters.terminal.measure import ask_question
from bot.errors import KnowledgeError
from bot.knowledge.lint import lint
from bot.knowledge.load import load_questions

log = logging.getLogger(__name__)

SETTLE_MS, STEP_MS = 200, 50  # files saved together are taken up together
MOST_TOLD = 5
AGAIN_SECONDS = 1.0  # before another second process is started

Key = tuple[str, str, tuple[str, ...]]


@dataclass(frozen=True)
class Verdict:
    """What the second process found: the revision, the questions that come out right, and what speaks against it."""

    revision: str
    passing: frozenset[Key] = frozenset()
    problems: tuple[str, ...] = ()


def judge(folder: Path, questions: Path | None, cache_dir: Path, before: frozenset[Key]) -> Verdict:
    """Read, check, train and ask. `before`: the questions that come out right with the knowledge in charge."""
    try:
        library = open_library(folder, cache_dir)
        errors = [p for p in lint(library.knowledge, now().date(), questions) if p.severity == "error"]
        results = asyncio.run(_ask(library, questions)) if questions else {}
    except KnowledgeError as error:
        return Verdict("", problems=tuple(f"{p.path}:{p.line}: {p.message}" for p in error.problems))
    told = [f"{p.path}:{p.line}: {p.message}" for p in errors]
    told += [
        f"tests/questions/{topic}.yaml: {text!r} came out right before and does not now"
        for (topic, text, context), passed in results.items()
        if not passed and (topic, text, context) in before
    ]
    return Verdict(library.knowledge.revision, frozenset(key for key, passed in results.items() if passed), tuple(told))


async def _ask(library: Library, questions: Path) -> dict[Key, bool]:
    asker = Asker(library)
    rows = load_questions(questions)
    return {
        (topic, question.text, question.context): (await ask_question(asker, topic, question)).passed
        for topic, question in rows
    }


class Reloader:
    """Watches a folder and puts its knowledge in charge when it may be."""

    def __init__(
        self,
        folder: Path,
        questions: Path | None,
        cache_dir: Path,
        install: Callable[[Library], None],
        tell: Callable[[str], Awaitable[None]],
    ) -> None:
        self._folder = folder
        self._questions = questions
        self._cache_dir = cache_dir
        self._install = install
        self._tell = tell
        self._passing: frozenset[Key] = frozenset()
        self.refused = ""  # why the files as they are now are not in charge

    async def run(self) -> None:
        """Until cancelled."""
        changed = asyncio.Event()
        watching = asyncio.create_task(self._watch(changed))
        try:
            learnt = False
            while True:
                with suppress(BrokenProcessPool), _second_process() as pool:
                    if not learnt:
                        self._passing = (await self._judged(pool)).passing
                        learnt = True
                    await self._follow(changed, pool)
                log.error("the process that judges changed knowledge ended; another is started")
                await asyncio.sleep(AGAIN_SECONDS)
        finally:
            watching.cancel()
            await asyncio.gather(watching, return_exceptions=True)

    async def _watch(self, changed: asyncio.Event) -> None:
        async for _ in awatch(self._folder, debounce=SETTLE_MS, step=STEP_MS):
            changed.set()

    async def _follow(self, changed: asyncio.Event, pool: ProcessPoolExecutor) -> None:
        """Take up every change, those made while one is judged together. BrokenProcessPool if the process ends."""
        while True:
            await changed.wait()
            changed.clear()
            try:
                await self._take_up(pool)
            except BrokenProcessPool:
                changed.set()  # the next process looks at the same change
                raise
            except Exception:  # whatever it is, the knowledge in charge stays, and the next change is looked at
                log.exception("changed knowledge could not be taken up; what was in charge stays")

    async def _judged(self, pool: ProcessPoolExecutor) -> Verdict:
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(pool, judge, self._folder, self._questions, self._cache_dir, self._passing)

    async def _take_up(self, pool: ProcessPoolExecutor) -> None:
        verdict = await self._judged(pool)
        if verdict.problems:
            more = len(verdict.problems) - MOST_TOLD
            self.refused = "; ".join(verdict.problems[:MOST_TOLD]) + (f"; and {more} more" if more > 0 else "")
            log.error("the changed knowledge is not taken up: %s", self.refused)
            await self._tell(f"The changed knowledge is not taken up, the old one stays: {self.refused}")
            return
        library = await asyncio.to_thread(open_library, self._folder, self._cache_dir)
        if library.knowledge.revision != verdict.revision:
            return  # saved again in between: that change comes next
        self.refused, self._passing = "", verdict.passing
        self._install(library)
        log.info("knowledge revision %s is in charge", verdict.revision)


def _second_process() -> ProcessPoolExecutor:
    return ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn"))
