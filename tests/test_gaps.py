"""From unanswered questions to a change an editor can accept, without showing what one person wrote."""

from __future__ import annotations

import asyncio
import subprocess
from pathlib import Path

import pytest
from click.testing import CliRunner

from adapters.bootstrap import make_advisor, now, open_library
from adapters.settings import read_settings
from adapters.terminal.main import main
from bot.gaps import Asked, Why, find
from bot.matching.alike import groups, plain
from bot.model import Candidate, Outcome, Reply, Turn, Utterance, UtteranceKind
from bot.store.store import open_store

TOPIC = """
topic: {id: t, title: Buying, owner: o, review_every_months: 6}
entries:
  - id: lots
    question: Do we have to divide a contract into lots?
    phrasings:
      - must the contract be split into lots
      - dividing a tender into smaller pieces
    answers: [{nations: [uk], status: practice, lead: Think about it., sources: [{title: A, url: "https://example.org"}]}]
  - id: price
    question: Must we take the lowest price?
    phrasings:
      - is the cheapest bid the winner
      - do we have to go for the lowest price
    answers: [{nations: [uk], status: practice, lead: No., sources: [{title: A, url: "https://example.org"}]}]
"""
QUESTIONS = """topic: t
questions:
  - {text: "is the lowest bid the winner", entry: price}
"""


def asked(text: str, person: str, *why: Why) -> Asked:
    return Asked(text, person, frozenset(why or {Why.UNANSWERED}), (("lots", 0.4), ("price", 0.2)))


def gaps_of(questions: list[Asked], floor: int = 3) -> list[tuple[tuple[str, int], ...]]:
    return [gap.texts for gap in find(questions, plain, groups, floor)]


def test_a_text_asked_by_fewer_people_than_the_floor_is_not_shown_unless_its_asker_sent_it() -> None:
    few = [asked("chop the contract into bits", "ann"), asked("chop the contract into bits!", "bob")]
    assert gaps_of(few) == [()]
    assert gaps_of([*few, asked("Chop contract into the bits", "cy")]) == [(("chop the contract into bits", 3),)]
    assert gaps_of(few, floor=2) == [(("chop the contract into bits", 2),)]
    assert gaps_of([asked("my boss Bob is against it", "ann", Why.SENT)]) == [(("my boss Bob is against it", 1),)]


def test_one_person_asking_thrice_is_one_person() -> None:
    assert gaps_of([asked("chop the contract into bits", "ann")] * 3) == [()]


def test_questions_that_ask_the_same_are_one_group_and_only_shared_words_are_told() -> None:
    found = find(
        [
            asked("can we chop the contract into bits for Acme", "ann"),
            asked("chop the contract in bits", "bob"),
            asked("chop up the contract into bits", "cy"),
            asked("what is the weather", "ann"),
        ],
        plain,
        groups,
        3,
    )
    assert [(gap.people, gap.count, gap.texts) for gap in found] == [(3, 3, ()), (1, 1, ())]
    assert found[0].hidden == 3
    assert "acme" not in found[0].words
    assert {"chop", "contract", "bits"} <= set(found[0].words)
    assert found[0].nearest == (("lots", 0.4), ("price", 0.2))


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    root = tmp_path / "project"
    (root / "knowledge" / "topics").mkdir(parents=True)
    (root / "tests" / "questions").mkdir(parents=True)
    (root / "knowledge" / "topics" / "t.yaml").write_text(TOPIC)
    (root / "tests" / "questions" / "t.yaml").write_text(QUESTIONS)
    monkeypatch.chdir(root)
    return root


async def log(root: Path, questions: list[tuple[str, str]]) -> None:
    """Ask through the core, with the store of this test's settings."""
    settings = read_settings()
    library = open_library(root / "knowledge", None)
    async with open_store(settings.store_url(), settings.data_dir / "spool.jsonl", now) as store:
        advisor = make_advisor(library, store.log)
        for number, (person, text) in enumerate(questions):
            u = Utterance(UtteranceKind.TEXT, text, f"m{number}", person, f"c{number}", "test", now())
            await advisor.answer(u)


def test_the_command_lists_gaps_and_makes_a_patch_that_applies(project: Path) -> None:
    asyncio.run(log_refused(project, "chop the work into wee bits for small firms please", "lots"))
    asyncio.run(log_unsent(project))
    listed = run("gaps")
    assert "'chop the work into wee bits for small firms please' (3 people)" in listed
    assert "zebra" not in listed
    patch = run("gaps", "--patch")
    assert "# breaks no question test that passes today" in patch
    assert '+      - "chop the work into wee bits for small firms please"' in patch
    (project / "gaps.patch").write_text(patch)
    subprocess.run(["git", "init", "-q"], check=True)
    subprocess.run(["git", "apply", "gaps.patch"], check=True)
    assert "wee bits" in (project / "knowledge" / "topics" / "t.yaml").read_text()
    assert "answered" in run("ask", "chop the work into wee bits for small firms please", "--json")


async def log_unsent(project: Path) -> None:
    settings = read_settings()
    async with open_store(settings.store_url(), settings.data_dir / "spool.jsonl", now) as store:
        u = Utterance(UtteranceKind.TEXT, "zebra crossing by my school", "z", "ann", "z", "test", now())
        reply = Reply(turn="z", outcome=Outcome.FALLBACK)
        await store.log.record(Turn("z", u, reply, (), (), 0.0, "r", 1, now()))


async def log_refused(project: Path, text: str, nearest: str) -> None:
    """As if three people had been told that nothing is known, with an entry nearest."""
    settings = read_settings()
    async with open_store(settings.store_url(), settings.data_dir / "spool.jsonl", now) as store:
        for person in ("ann", "bob", "cy"):
            u = Utterance(UtteranceKind.TEXT, text, f"w{person}", person, person, "test", now())
            reply = Reply(turn=f"w{person}", outcome=Outcome.FALLBACK)
            await store.log.record(Turn(f"w{person}", u, reply, (), (Candidate(nearest, 0.5),), 0.0, "r", 1, now()))


def test_a_phrasing_that_would_break_a_test_says_so(project: Path) -> None:
    asyncio.run(log(project, [(p, "is the lowest bid the winner in lots") for p in ("ann", "bob", "cy")]))
    asyncio.run(log_refused(project, "is the lowest bid the winner", "lots"))
    assert "# would break: [t] 'is the lowest bid the winner'" in run("gaps", "--patch")


def run(*arguments: str) -> str:
    command = [*arguments, "--knowledge", "knowledge"]
    if arguments[0] == "gaps":
        command += ["--questions", "tests/questions"]
    done = CliRunner().invoke(main, command)
    assert done.exit_code == 0, done.output
    return done.output
