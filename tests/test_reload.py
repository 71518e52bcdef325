"""Changed knowledge is taken up while people ask, if it is sound; if not, the old stays and it is said why."""

from __future__ import annotations

import asyncio
import multiprocessing
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import pytest

from adapters.bootstrap import Library, make_advisor, now, open_library
from adapters.desk import Desk as ServingDesk
from adapters.reload import Reloader
from adapters.settings import Settings
from bot.advisor import Advisor
from bot.memory import ShortMemory
from bot.model import Outcome, Utterance, UtteranceKind
from bot.store.store import open_store

TOPIC = """
topic: {{id: t, title: Buying, owner: o, review_every_months: 6}}
entries:
  - id: lots
    question: Do we have to divide a contract into lots?
    phrasings: [must the contract be split into lots, dividing a tender into smaller pieces]
    answers: [{{nations: [uk], status: practice, lead: {lead}, sources: [{{title: A, url: "https://example.org"}}]}}]
    reviewed: 2026-11-24
  - id: price
    question: Must we take the lowest price?
    phrasings: [is the cheapest bid the winner, do we have to go for the lowest price]
    answers: [{{nations: [uk], status: practice, lead: No., sources: [{{title: A, url: "https://example.org"}}]}}]
    reviewed: 2026-11-24
"""
QUESTIONS = """topic: t
questions:
  - {text: "must a contract be divided into lots", entry: lots}
  - {text: "how do I bake bread", entry: null, outcome: out_of_scope}
"""


class Desk:
    """The advisor in charge, and the news of what happened to it."""

    def __init__(self, library: Library) -> None:
        self.news = asyncio.Condition()
        self.told: list[str] = []
        self.advisor = self._advisor(library)
        self.revision = library.knowledge.revision
        self.library = library
        self.reloader: Reloader | None = None

    @staticmethod
    def _advisor(library: Library) -> Advisor:
        return make_advisor(library, ShortMemory())

    def install(self, library: Library) -> None:
        self.advisor, self.revision = self._advisor(library), library.knowledge.revision
        self._notify()

    async def tell(self, text: str) -> None:
        self.told.append(text)
        self._notify()

    def _notify(self) -> None:
        async def notify() -> None:
            async with self.news:
                self.news.notify_all()

        self._task = asyncio.get_running_loop().create_task(notify())

    async def until_confirmed(self) -> None:
        """Until every question was asked of the knowledge in charge."""
        assert self.reloader
        async with asyncio.timeout(30):
            while self.reloader.confirmed != self.revision:  # noqa: ASYNC110 (nothing tells of it but the log)
                await asyncio.sleep(0.02)

    async def until(self, true: Callable[[], bool]) -> None:
        async with self.news:
            await asyncio.wait_for(self.news.wait_for(true), 30)

    async def ask(self, text: str = "must the contract be split into lots") -> str:
        u = Utterance(UtteranceKind.TEXT, text, "m", "p", "c", "test", now())
        reply = await self.advisor.answer(u)
        assert reply.outcome is Outcome.ANSWERED
        return reply.parts[0].lead


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    found = tmp_path / "project" / "knowledge"
    (found / "topics").mkdir(parents=True)
    (tmp_path / "project" / "questions").mkdir()
    (tmp_path / "project" / "questions" / "t.yaml").write_text(QUESTIONS)
    write(found, "Think about it 0.")
    return found


def write(folder: Path, lead: str) -> None:
    (folder / "topics" / "t.yaml").write_text(TOPIC.format(lead=lead))


def reloader(folder: Path, desk: Desk) -> Reloader:
    parent = folder.parent
    return Reloader(folder, parent / "questions", parent / "cache", desk.library, desk.install, desk.tell)


@asynccontextmanager
async def watching(folder: Path) -> AsyncIterator[Desk]:
    desk = Desk(open_library(folder, folder.parent / "cache"))
    desk.reloader = reloader(folder, desk)
    task = asyncio.create_task(desk.reloader.run())
    await asyncio.sleep(2)  # the second process starts, learns what passes, and the watch begins
    try:
        yield desk
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def test_a_sound_change_is_taken_up_and_going_back_is_putting_the_files_back(folder: Path) -> None:
    async with watching(folder) as desk:
        before = desk.revision
        write(folder, "Think twice.")
        await desk.until(lambda: desk.revision != before)
        assert await desk.ask() == "Think twice."
        write(folder, "Think about it 0.")
        await desk.until(lambda: desk.revision == before)
        assert await desk.ask() == "Think about it 0."
        assert desk.told == []


async def test_a_file_cut_in_the_middle_of_writing_changes_nothing_until_it_is_whole(folder: Path) -> None:
    path = folder / "topics" / "t.yaml"
    async with watching(folder) as desk:
        whole = TOPIC.format(lead="Think twice.")
        path.write_text(whole[: len(whole) // 2])
        await desk.until(lambda: bool(desk.told))
        assert "t.yaml" in desk.told[0]
        assert await desk.ask() == "Think about it 0."
        path.write_text(whole)
        await desk.until(lambda: desk.advisor.knowledge.entries["lots"].answers[0].lead == "Think twice.")


async def test_a_change_that_makes_a_question_fail_is_refused_and_the_sentence_named(folder: Path) -> None:
    async with watching(folder) as desk:
        text = TOPIC.format(lead="Think about it 0.").replace("id: lots", "id: lots-of-it")
        (folder / "topics" / "t.yaml").write_text(text)
        await desk.until(lambda: bool(desk.told))
        assert "must a contract be divided into lots" in desk.told[0] or "lots" in desk.told[0]
        assert await desk.ask() == "Think about it 0."


async def test_a_change_that_a_later_question_speaks_against_is_taken_back(folder: Path) -> None:
    async with watching(folder) as desk:
        before = desk.revision
        asked = folder.parent / "questions" / "t.yaml"
        asked.write_text(QUESTIONS.replace("entry: null, outcome: out_of_scope", "entry: price"))
        (folder / "topics" / "t.yaml").write_text(
            TOPIC.format(lead="Think about it 0.").replace("owner: o", "owner: p")
        )
        await desk.until(lambda: bool(desk.told))
        assert desk.told[0].startswith("The changed knowledge is taken back, the old one is in charge again: ")
        assert "'how do I bake bread' came out right before and does not now" in desk.told[0]
        assert (desk.revision, await desk.ask()) == (before, "Think about it 0.")


async def test_a_broken_file_while_questions_are_asked_leaves_the_change_in_charge(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("adapters.reload.TOGETHER", 1)
    rows = "".join(f'  - {{text: "what about zebra number {n}", entry: null, outcome: fallback}}\n' for n in range(100))
    (folder.parent / "questions" / "t.yaml").write_text(QUESTIONS + rows)
    path = folder / "topics" / "t.yaml"
    async with watching(folder) as desk:
        before = desk.revision
        write(folder, "Think twice.")
        await desk.until(lambda: desk.revision != before)
        assert desk.reloader
        assert desk.reloader.confirmed == before
        path.write_text(TOPIC[:100])
        await desk.until(lambda: bool(desk.told))
        assert await desk.ask() == "Think twice."
        await desk.until_confirmed()


async def test_a_thousand_answers_during_fifty_changes_lose_nothing_and_see_no_half(
    folder: Path, tmp_path: Path
) -> None:
    versions = []
    for number in range(50):
        write(folder, f"Think about it {number}.")
        versions.append(open_library(folder, None))
    seen: list[str] = []
    async with open_store(f"sqlite+aiosqlite:///{tmp_path / 'a.db'}", tmp_path / "spool", now) as store:
        desk = ServingDesk(versions[0], store, Settings(messages_per_minute=10_000))

        async def ask(person: int) -> None:
            for number in range(100):
                words = "must the contract be split into lots", f"m{person}-{number}", f"p{person}", f"c{person}"
                reply = await desk.advisor().answer(Utterance(UtteranceKind.TEXT, *words, "test", now()))
                seen.append(reply.parts[0].lead)
                if len(seen) % 20 == 0:  # while the nine others are being answered
                    desk.install(versions[len(seen) // 20 - 1])

        await asyncio.gather(*(ask(person) for person in range(10)))
        kept = [len((await store.log.export(f"p{person}"))["turns"]) for person in range(10)]
    assert (len(seen), kept) == (1000, [100] * 10)
    assert set(seen) <= {f"Think about it {number}." for number in range(50)}
    assert len(set(seen)) > 40


async def test_the_second_process_may_be_killed_and_the_change_is_still_taken_up(folder: Path) -> None:
    async with watching(folder) as desk:
        for process in multiprocessing.active_children():
            process.kill()
        write(folder, "Think twice.")
        await desk.until(lambda: desk.advisor.knowledge.entries["lots"].answers[0].lead == "Think twice.")
        text = TOPIC.format(lead="Think again.").replace("id: lots", "id: lots-of-it")
        (folder / "topics" / "t.yaml").write_text(text)
        await desk.until(lambda: bool(desk.told))  # what passed before is still known


async def test_the_second_process_may_be_killed_while_questions_are_asked(folder: Path) -> None:
    async with watching(folder) as desk:
        before = desk.revision
        write(folder, "Think twice.")
        await desk.until(lambda: desk.revision != before)
        for process in multiprocessing.active_children():
            process.kill()
        await desk.until_confirmed()
        assert await desk.ask() == "Think twice."


async def test_a_change_while_the_first_judging_runs_is_taken_up_after_it(folder: Path) -> None:
    desk = Desk(open_library(folder, folder.parent / "cache"))
    task = asyncio.create_task(reloader(folder, desk).run())
    await asyncio.sleep(0.3)  # the watch begins; the second process is still starting
    write(folder, "Think twice.")
    await desk.until(lambda: desk.advisor.knowledge.entries["lots"].answers[0].lead == "Think twice.")
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task
