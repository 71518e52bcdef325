"""Loading: every problem at once, as path:line: message, or an immutable knowledge base."""

from __future__ import annotations

import dataclasses
import re
from datetime import date
from pathlib import Path

import pytest

from bot.errors import KnowledgeError
from bot.knowledge.base import KnowledgeBase
from bot.knowledge.lint import lint
from bot.knowledge.load import default_folder, load, load_questions, revision_of
from bot.knowledge.snapshot import dump, undump

GOOD = """\
topic: {id: bread, title: Bread, owner: bakers, review_every_months: 6}
entries:
  - id: what-is-bread
    question: What is bread?
    phrasings: [what is a loaf]
    answers:
      - nations: [uk]
        status: practice
        lead: Bread is baked dough.
        sources: [{title: Bakers, url: "https://bakers.example/"}]
        known_to: 2026-06
    see_also: []
"""


def write(folder: Path, text: str = GOOD, name: str = "bread", language: str = "") -> Path:
    (folder / "topics").mkdir(exist_ok=True)
    (folder / "topics" / f"{name}.yaml").write_text(text)
    if language:
        (folder / "language.yaml").write_text(language)
    return folder


def problems(folder: Path) -> list[str]:
    with pytest.raises(KnowledgeError) as caught:
        load(folder)
    return [str(problem).split("/", 1)[1] for problem in caught.value.problems]


def test_a_good_folder_loads_with_the_shipped_messages(tmp_path: Path) -> None:
    knowledge = load(write(tmp_path))
    assert list(knowledge.entries) == ["what-is-bread"]
    assert knowledge.where["what-is-bread"][1] == 3
    assert "greeting" in knowledge.messages.languages["en"]


def test_it_can_not_be_changed(tmp_path: Path) -> None:
    knowledge = load(write(tmp_path))
    with pytest.raises(TypeError):
        knowledge.entries["x"] = knowledge.entries["what-is-bread"]  # type: ignore[index]
    with pytest.raises(dataclasses.FrozenInstanceError):
        knowledge.revision = "x"  # type: ignore[misc]


def test_all_problems_of_all_files_come_at_once(tmp_path: Path) -> None:
    write(tmp_path, GOOD.replace("status: practice", "status: in-froce").replace("lead:", "laed:"))
    write(tmp_path, "topic: {id: salt\n", "salt")
    found = problems(tmp_path)
    assert any("topics/bread.yaml:8:" in f and "did you mean 'in-force'" in f for f in found)
    assert any("topics/bread.yaml:9: 'laed' is not a key we know here; did you mean 'lead'?" in f for f in found)
    assert any("'lead' is missing here" in f for f in found)
    assert any("topics/salt.yaml:" in f for f in found)


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("see_also: []", "see_also: [what-is-bred]", "there is no entry 'what-is-bred'; did you mean 'what-is-bread'?"),
        ("id: what-is-bread", "id: What_Is", "is no id"),
        ("id: bread", "id: cake", "it must be the file's name, 'bread'"),
        ("known_to: 2026-06", "known_to: 2026-13", "is not a day of the calendar"),
        ("known_to: 2026-06", "from: 2020\n        to: 2019", "from 2020 is after to 2019"),
        ('"https://bakers.example/"', '"http://bakers.example/"', "must begin with https://"),
        (', url: "https://bakers.example/"', "", "a source without url needs `dated`"),
        ("nations: [uk]", "nations: [uk, wales]", "list nations or write uk"),
        ("nations: [uk]", "nations: [engalnd]", "did you mean 'england'"),
        ("phrasings: [what is a loaf]", "phrasings: what is a loaf", "must be a list"),
        ("lead: Bread is baked dough.", 'lead: ""', "is empty"),
        ("review_every_months: 6", "review_every_months: soon", "must be a whole number"),
    ],
)
def test_a_mistake_is_named_in_plain_words(tmp_path: Path, old: str, new: str, expected: str) -> None:
    assert old in GOOD
    write(tmp_path, GOOD.replace(old, new, 1))
    assert any(expected in found for found in problems(tmp_path))


def test_an_entry_needs_answers_or_a_choice(tmp_path: Path) -> None:
    write(tmp_path, GOOD.split("    answers:", maxsplit=1)[0])
    assert any("either answers or a choice" in found for found in problems(tmp_path))


def test_one_id_in_two_files_is_told_with_both_places(tmp_path: Path) -> None:
    write(tmp_path)
    write(tmp_path, GOOD.replace("id: bread", "id: rolls"), "rolls")
    assert any("is taken" in found and "bread.yaml:3" in found for found in problems(tmp_path))


def test_a_folder_without_topics_says_so(tmp_path: Path) -> None:
    with pytest.raises(KnowledgeError, match="there are no topic files"):
        load(tmp_path)


TERM = '{term: dough, means: %s, nations: [%s], sources: [{title: B, url: "https://b.example/"}], known_to: 2026}'


def test_terms_become_entries_and_two_meanings_offer_themselves(tmp_path: Path) -> None:
    rows = [TERM % ("Flour and water.", "england"), TERM % ("Flour and milk.", "wales"), TERM % ("Money.", "england")]
    write(tmp_path, language="terms:\n" + "".join(f"  - {row}\n" for row in rows))
    knowledge = load(tmp_path)
    choice = knowledge.entries["term-dough"].choice
    assert choice is not None
    assert [option.entry for option in choice.options] == ["term-dough-1", "term-dough-2"]
    assert [v.nations for v in knowledge.entries["term-dough-1"].answers] == [("england",), ("wales",)]


def test_the_revision_follows_the_files(tmp_path: Path) -> None:
    first = revision_of(write(tmp_path))
    assert revision_of(tmp_path) == first
    write(tmp_path, GOOD.replace("baked", "well baked"))
    assert revision_of(tmp_path) != first


def test_a_snapshot_gives_the_same_knowledge_back() -> None:
    knowledge = load(default_folder())
    again = undump(dump(knowledge), knowledge.folder)
    for field in dataclasses.fields(KnowledgeBase):
        assert getattr(again, field.name) == getattr(knowledge, field.name), field.name


def test_the_template_of_the_editors_guide_loads_and_has_no_errors(tmp_path: Path) -> None:
    guide = (default_folder() / "README.md").read_text()
    template = re.search(r"```yaml\n(.*?)```", guide, re.DOTALL)
    assert template is not None
    (tmp_path / "topics").mkdir()
    (tmp_path / "topics" / "example-topic.yaml").write_text(template[1])
    knowledge = load(tmp_path)
    assert [p for p in lint(knowledge, date(2026, 11, 24)) if p.severity == "error"] == []


def test_the_shipped_knowledge_and_its_questions_load() -> None:
    knowledge = load(default_folder())
    rows = load_questions(default_folder().parent / "tests" / "questions", knowledge.entries)
    assert len(rows) > 600
    assert len([e for e in knowledge.entries if not e.startswith("term-")]) >= 40


def test_a_question_file_with_an_unknown_entry_is_told_with_its_line(tmp_path: Path) -> None:
    (tmp_path / "x.yaml").write_text('topic: x\nquestions:\n  - {text: "a", entry: what-is-bred}\n')
    with pytest.raises(
        KnowledgeError, match=r"x.yaml:3: there is no entry 'what-is-bred'; did you mean 'what-is-bread'"
    ):
        load_questions(tmp_path, ["what-is-bread"])
