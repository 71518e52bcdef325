"""What a change may touch is asked first, the rest later; nothing that came out right is lost unseen."""

from __future__ import annotations

from pathlib import Path

import pytest

from adapters.bootstrap import open_library
from adapters.judging import Judge

ENTRY = """
  - id: {id}
    question: {question}
    phrasings: [{phrasings}]
    answers: [{{nations: [uk], status: practice, lead: Yes., sources: [{{title: A, url: "https://example.org"}}]}}]
    reviewed: 2026-11-24
"""
HEAD = "topic: {id: t, title: Buying, owner: o, review_every_months: 6}\nentries:"
LOTS = ENTRY.format(
    id="lots",
    question="Do we have to divide a contract into lots?",
    phrasings="must the contract be split into lots, dividing a tender into smaller pieces",
)
PRICE = ENTRY.format(
    id="price",
    question="Must we take the lowest price?",
    phrasings="is the cheapest bid the winner, do we have to go for the lowest price",
)
QUESTIONS = """topic: t
questions:
  - {text: "must a contract be divided into lots", entry: lots}
  - {text: "is the cheapest bid always the winner", entry: price, held_out: true}
  - {text: "do we have to take the lowest price", entry: price}
  - {text: "how do I bake bread", entry: null, outcome: out_of_scope}
"""
GUARD = """
guards:
  - id: bread
    patterns: [bake bread]
    fires: [how do I bake bread]
    must_not_fire: [must we take the lowest price]
    outcome: signposted
    says: {lead: We do not bake.}
"""


class Files:
    """A knowledge folder with its questions, the judge of it, and what came of every question at first."""

    def __init__(self, root: Path) -> None:
        self.folder = root / "knowledge"
        (self.folder / "topics").mkdir(parents=True)
        (root / "questions").mkdir()
        self.questions = root / "questions" / "t.yaml"
        self.questions.write_text(QUESTIONS)
        self.topic(LOTS, PRICE)
        self.revision = open_library(self.folder, root / "cache").knowledge.revision
        self.judge = Judge(self.folder, root / "questions", root / "cache")
        self.came = self.judge.first(self.revision)

    def topic(self, *entries: str) -> None:
        (self.folder / "topics" / "t.yaml").write_text(HEAD + "".join(entries))

    def look(self) -> tuple[tuple[str, ...], set[str], set[str]]:
        """What speaks against the files as they are, the questions that were asked, those to come."""
        verdict = self.judge.look(self.revision, self.came)
        return verdict.problems, {key[1] for key in verdict.came}, {key[1] for key in verdict.rest}


@pytest.fixture
def files(tmp_path: Path) -> Files:
    found = Files(tmp_path)
    assert [was.passed for was in found.came.values()] == [True] * 4
    return found


def test_a_changed_answer_touches_the_questions_in_which_its_entry_plays_a_part(files: Files) -> None:
    files.topic(LOTS.replace("lead: Yes.", "lead: As a rule."), PRICE)
    problems, asked, later = files.look()
    assert problems == ()
    assert "must a contract be divided into lots" in asked
    assert asked | later == {key[1] for key in files.came}
    assert asked & later == set()


def test_a_changed_answer_asks_nothing_of_a_matcher_that_did_not_change(files: Files) -> None:
    files.topic(LOTS.replace("lead: Yes.", "lead: As a rule."), PRICE)
    verdict = files.judge.look(files.revision, files.came)
    assert files.judge._library(verdict.revision).matcher is files.judge._library(files.revision).matcher


def test_a_question_that_fails_is_named_and_a_held_out_one_is_not(files: Files) -> None:
    files.topic(LOTS.replace("id: lots", "id: lots-of-it"), PRICE.replace("id: price", "id: cost"))
    files.questions.write_text(QUESTIONS)
    problems, _, _ = files.look()
    assert any("'lots'" in problem for problem in problems)  # the question files name entries that are gone
    files.questions.write_text(
        QUESTIONS.replace("entry: lots", "entry: lots-of-it").replace("entry: price", "entry: cost")
    )
    assert files.look()[0] == ()
    other = ENTRY.format(id="cost", question="What is a zebra?", phrasings="zebras explained, tell me of stripes")
    files.topic(LOTS.replace("id: lots", "id: lots-of-it"), other)
    problems, _, _ = files.look()
    assert (
        "tests/questions/t.yaml: 'do we have to take the lowest price' came out right before and does not now"
        in problems
    )
    assert "tests/questions/t.yaml: a held-out question came out right before and does not now" in problems
    assert "is the cheapest bid always the winner" not in "".join(problems)


def test_a_new_guard_touches_what_it_fires_at(files: Files) -> None:
    (files.folder / "guards.yaml").write_text(GUARD)
    problems, asked, later = files.look()
    assert problems == ("tests/questions/t.yaml: 'how do I bake bread' came out right before and does not now",)
    assert asked == {"how do I bake bread"}
    assert len(later) == 3


def test_a_new_word_touches_the_questions_that_have_it(files: Files) -> None:
    (files.folder / "language.yaml").write_text("concepts: [[bread, loaf]]\n")
    problems, asked, _ = files.look()
    assert problems == ()
    assert "how do I bake bread" in asked


def test_going_back_asks_what_the_change_touched(files: Files) -> None:
    told = LOTS.replace("phrasings: [", "phrasings: [what about the zebra, ")
    files.topic(told, PRICE)
    verdict = files.judge.look(files.revision, files.came)
    came = {**verdict.came, **files.judge.ask(verdict.revision, verdict.rest)}
    files.topic(LOTS, PRICE)
    back = files.judge.look(verdict.revision, came)
    assert back.revision == files.revision
    assert {key[1] for key in back.came} >= {"must a contract be divided into lots"}
    assert back.problems == ()


def test_a_judge_without_memory_finds_the_same(files: Files, tmp_path: Path) -> None:
    files.topic(LOTS.replace("lead: Yes.", "lead: As a rule."), PRICE)
    other = Judge(files.folder, tmp_path / "questions", tmp_path / "cache")
    assert other.look(files.revision, files.came) == files.judge.look(files.revision, files.came)


def test_too_much_change_is_trained_from_scratch_and_everything_is_asked(files: Files) -> None:
    other = [
        ENTRY.format(id=f"e{n}", question=f"What is zebra {n}?", phrasings=f"zebra {n} explained") for n in range(50)
    ]
    files.topic(LOTS, PRICE, *other)
    problems, asked, _ = files.look()
    assert problems == ()
    assert len(asked) == 4


@pytest.mark.parametrize(
    ("name", "text", "told"),
    [
        ("knowledge/topics/t.yaml", HEAD + "\n  - id: lots\n   question", "t.yaml:"),
        ("questions/t.yaml", "topic: t\nquestions:\n  - {text: 3", "questions/t.yaml:"),
    ],
)
def test_a_file_that_can_not_be_read_is_named_with_its_line(
    files: Files, tmp_path: Path, name: str, text: str, told: str
) -> None:
    (tmp_path / name).write_text(text)
    problems, asked, later = files.look()
    assert told in problems[0]
    assert (asked, later) == (set(), set())
