"""Taking up changed knowledge while the program runs: only if it is sound and no question test that passed now fails.

A second process reads, checks, learns and asks (`judging.py`), so that nobody waits for it. What a change may touch is
asked before it takes charge, a second or two after it was saved; every other question right after, and if one of them
fails, the change is taken back. Broken edits never replace working knowledge, and going back is putting the old files back.
"""

from __future__ import annotations

import asyncio
import logging
import multiprocessing
from collections.abc import Awaitable, Callable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

from watchfiles import awatch

from adapters.bootstrap import Library, open_library
from adapters.judging import Came, Judge, Key, Verdict, failing

log = logging.getLogger(__name__)

SETTLE_MS, STEP_MS = 200, 50  # files saved together are taken up together
MOST_TOLD = 5
AGAIN_SECONDS = 1.0  # before another second process is started
TOGETHER = 300  # questions asked before it is looked whether the files changed again: less than a second

T = TypeVar("T")


@dataclass(frozen=True)
class Confirmed:
    """Knowledge with which every question was asked, and what came of each."""

    library: Library
    came: Mapping[Key, Came] = field(default_factory=dict)


@dataclass(frozen=True)
class Trial:
    """Knowledge in charge with which some questions are still to be asked."""

    library: Library
    came: Mapping[Key, Came]
    rest: tuple[Key, ...]


class Reloader:
    """Watches a folder and puts its knowledge in charge when it may be. `library` is what is in charge at first."""

    def __init__(
        self,
        folder: Path,
        questions: Path | None,
        cache_dir: Path,
        library: Library,
        install: Callable[[Library], None],
        tell: Callable[[str], Awaitable[None]],
    ) -> None:
        self._of = folder, questions, cache_dir
        self._install = install
        self._tell = tell
        self._confirmed = Confirmed(library)
        self._trial: Trial | None = None
        self._changed = asyncio.Event()
        self.refused = ""  # why the files as they are now are not in charge

    @property
    def confirmed(self) -> str:
        """The revision with which every question was asked last."""
        return self._confirmed.library.knowledge.revision

    async def run(self) -> None:
        """Until cancelled."""
        watching = asyncio.create_task(self._watch())
        try:
            learnt = False
            while True:
                with suppress(BrokenProcessPool), _second_process(*self._of) as pool:
                    if not learnt:
                        library = self._confirmed.library
                        came = await _in(pool, _first, library.knowledge.revision)
                        self._confirmed = Confirmed(library, came)
                        learnt = True
                    await self._follow(pool)
                log.error("the process that judges changed knowledge ended; another is started")
                await asyncio.sleep(AGAIN_SECONDS)
        finally:
            watching.cancel()
            await asyncio.gather(watching, return_exceptions=True)

    async def _watch(self) -> None:
        async for _ in awatch(self._of[0], debounce=SETTLE_MS, step=STEP_MS):
            self._changed.set()

    async def _follow(self, pool: ProcessPoolExecutor) -> None:
        """Take up every change, those made while one is judged together. BrokenProcessPool if the process ends."""
        while True:
            try:
                if self._trial and not self._changed.is_set():
                    await self._ask_on(pool, self._trial)
                else:
                    await self._changed.wait()
                    self._changed.clear()
                    await self._take_up(pool)
            except BrokenProcessPool:
                self._changed.set()  # the next process looks at the same change
                raise
            except Exception:  # whatever it is, the knowledge in charge stays, and the next change is looked at
                self._trial = None
                log.exception("changed knowledge could not be taken up; what was in charge stays")

    async def _take_up(self, pool: ProcessPoolExecutor) -> None:
        """Judge the files as they are now against what was confirmed last."""
        confirmed = self._confirmed
        verdict = await _in(pool, _look, confirmed.library.knowledge.revision, confirmed.came)
        if verdict.problems:
            await self._refuse("The changed knowledge is not taken up, the old one stays", verdict.problems)
            return
        folder, _, cache_dir = self._of
        library = await asyncio.to_thread(open_library, folder, cache_dir)
        if library.knowledge.revision != verdict.revision:
            return  # saved again in between: that change comes next
        self.refused, self._trial = "", Trial(library, verdict.came, verdict.rest)
        self._install(library)
        log.info("knowledge revision %s is in charge", verdict.revision)

    async def _ask_on(self, pool: ProcessPoolExecutor, trial: Trial) -> None:
        """Ask the next questions; after the last the knowledge is confirmed, and at a failure it is taken back."""
        confirmed = self._confirmed
        found = await _in(pool, _ask, trial.library.knowledge.revision, trial.rest[:TOGETHER])
        came, rest = {**trial.came, **found}, trial.rest[TOGETHER:]
        problems = failing(found, confirmed.came)
        if problems:
            self._trial = None
            self._install(confirmed.library)
            await self._refuse("The changed knowledge is taken back, the old one is in charge again", problems)
        elif rest:
            self._trial = Trial(trial.library, came, rest)
        else:
            self._trial, self._confirmed = None, Confirmed(trial.library, came)
            log.info("knowledge revision %s is confirmed: every question was asked", trial.library.knowledge.revision)

    async def _refuse(self, what: str, problems: Sequence[str]) -> None:
        more = len(problems) - MOST_TOLD
        self.refused = "; ".join(problems[:MOST_TOLD]) + (f"; and {more} more" if more > 0 else "")
        log.error("%s: %s", what, self.refused)
        await self._tell(f"{what}: {self.refused}")


def _second_process(folder: Path, questions: Path | None, cache_dir: Path) -> ProcessPoolExecutor:
    context = multiprocessing.get_context("spawn")
    return ProcessPoolExecutor(1, context, _become_judge, (folder, questions, cache_dir))


async def _in(pool: ProcessPoolExecutor, work: Callable[..., T], *given: object) -> T:
    return await asyncio.get_running_loop().run_in_executor(pool, work, *given)


# What runs in the second process: it has one judge.
_judges: list[Judge] = []


def _become_judge(folder: Path, questions: Path | None, cache_dir: Path) -> None:
    _judges.append(Judge(folder, questions, cache_dir))


def _look(confirmed: str, came: Mapping[Key, Came]) -> Verdict:
    return _judges[0].look(confirmed, came)


def _ask(revision: str, keys: Sequence[Key]) -> dict[Key, Came]:
    return _judges[0].ask(revision, keys)


def _first(revision: str) -> dict[Key, Came]:
    return _judges[0].first(revision)
