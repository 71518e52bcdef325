"""Loading: every problem at once, as path:line: message, or an immutable knowledge base."""

from __future__ import annotations

import dataclasses
import re
import time
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from adapters.bootstrap import read_knowledge
from adapters.terminal.main import main
from bot.errors import KnowledgeError
from bot.knowledge import snapshot
from bot.knowledge.base import KnowledgeBase
from bot.knowledge.lint import lint
from bot.knowledge.load import default_folder, load, load_questions, revision_of
from bot.knowledge.schema import (
    Choice,
    Entry,
    ExampleWording,
    Language,
    NearMiss,
    Question,
    Term,
    Topic,
    Variant,
)
from bot.knowledge.yaml_safe import read
from bot.model import Status

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


UNTOLD = {"review_by", "context", "as_of", "source", "role", "scaffold", "modifiers"}  # rarely needed: in the schema


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
        ("review_every_months: 6", "review_every_months: soon", "must be a whole number; here stands 'soon'"),
        ("review_every_months: 6", "review_every_months: ~", "must be a whole number; nothing is written"),
        ("status: practice", "status: ~", "'status' must be one of"),
        ("known_to: 2026-06", "known_to: [2026]", "must be a date such as 2026"),
        ("known_to: 2026-06", "replaced_by: [{a: b}]", "bread.yaml:11:"),
        ("see_also: []", "reviewed: 2026-02-30", "bread.yaml:12: '2026-02-30' is not a day of the calendar"),
        ("see_also: []", "reviewed: 2026-02", "bread.yaml:12: '2026-02' needs a day"),
        ("see_also: []", "see_also: [~]", "bread.yaml:12: 'see_also' must be a text; nothing is written"),
        ("see_also: []", "see_also: [{a: b, c: d}]", "bread.yaml:12: 'see_also' must be a text"),
        ("[what is a loaf]", "[well, one thing: another]", "bread.yaml:5: put double quotes round this sentence"),
        ("lead: Bread is baked dough.", "lead: [x]", "bread.yaml:9: put double quotes round this text"),
        ("{title: Bakers,", "{title: Flour, salt,", "if it belongs to the text before it, put quotes round all of it"),
        ("id: bread", "id: terms", "is kept for the glossary"),
        ("known_to: 2026-06", "reviewed: 2026-06-01", "'reviewed' does not belong here: it is a key of the entry"),
        ("see_also: []", "reviewed: 24/11/2026", "'24/11/2026' is not a day: write it as 2026-11-30"),
        ("known_to: 2026-06", "replaced_by: [nothing]", "write `replaced_by: nothing`, without brackets"),
    ],
)
def test_a_mistake_is_named_in_plain_words(tmp_path: Path, old: str, new: str, expected: str) -> None:
    assert old in GOOD
    write(tmp_path, GOOD.replace(old, new, 1))
    assert any(expected in found for found in problems(tmp_path))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("see_also: []", "see_also: [nope]"),
        ("see_also: []", "near_misses: [{text: x, entry: nope}]"),
        ("known_to: 2026-06", "replaced_by: [nope]"),
        (
            GOOD[GOOD.index("    answers") :],
            "    choice: {ask: x, options: [{label: a, entry: nope}, {label: b, entry: nope}]}",
        ),
    ],
)
def test_an_id_that_does_not_exist_is_found_wherever_it_stands(tmp_path: Path, old: str, new: str) -> None:
    write(tmp_path, GOOD.replace(old, new, 1))
    assert any("there is no entry 'nope'" in found for found in problems(tmp_path))


GUARD = "guards:\n  - {id: no, outcome: help, patterns: [%s], says: {lead: No., offer: [%s], offer_topic: %s}}\n"


@pytest.mark.parametrize(
    ("guards", "expected"),
    [
        (GUARD % ("bread", "what-is-bred", "bread"), "guards.yaml:2: there is no entry 'what-is-bred'; did you mean"),
        (GUARD % ("bread", "what-is-bread", "brad"), "guards.yaml:2: there is no topic 'brad'; did you mean 'bread'?"),
        (GUARD % ('"? !"', "what-is-bread", "bread"), "guards.yaml:2: the pattern '? !' has no word in it"),
        (
            (GUARD + GUARD[8:]) % (("x", "what-is-bread", "bread") * 2),
            "guards.yaml:3: the id 'no' stands here twice",
        ),
    ],
)
def test_a_guard_that_could_not_work_is_refused(tmp_path: Path, guards: str, expected: str) -> None:
    write(tmp_path)
    (tmp_path / "guards.yaml").write_text(guards)
    (found,) = problems(tmp_path)
    assert found.startswith(expected)


NOT_OURS = "not_ours:\n  - {id: toast, about: toast, outcome: fallback, phrasings: [%s]}\n"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (NOT_OURS % "burnt toast" + NOT_OURS[10:] % "toast", "not_ours.yaml:3: the id 'toast' stands here twice"),
        (NOT_OURS % "", "not_ours.yaml:2: 'phrasings' has 0 parts; 1 is the least"),
        ((NOT_OURS % "toast").replace("fallback", "help"), "not_ours.yaml:2: "),
        ((NOT_OURS % "toast").replace("about", "abuot"), "not_ours.yaml:2: "),
    ],
)
def test_questions_that_nothing_answers_are_read_as_strictly(tmp_path: Path, text: str, expected: str) -> None:
    write(tmp_path)
    (tmp_path / "not_ours.yaml").write_text(text)
    assert any(found.startswith(expected) for found in problems(tmp_path)), problems(tmp_path)


def test_one_broken_file_does_not_make_links_to_its_entries_look_wrong(tmp_path: Path) -> None:
    write(tmp_path, GOOD.replace("see_also: []", "see_also: [what-is-salt, term-dough]"))
    write(tmp_path, 'topic: {id: salt}\nentries:\n  - id: what-is-salt\n    question: "What?\n', "salt")
    (tmp_path / "language.yaml").write_text("acronymz: {}\n")
    found = problems(tmp_path)
    assert [text.split(":")[0] for text in found] == ["language.yaml", "topics/salt.yaml"]


def test_topics_may_be_called_like_the_other_files(tmp_path: Path) -> None:
    write(
        tmp_path,
        GOOD.replace("id: bread", "id: language").replace("[]", "[nope]"),
        "language",
        language="acronyms: {}\n",
    )
    assert problems(tmp_path) == ["topics/language.yaml:12: there is no entry 'nope'"]


def test_a_file_that_would_be_passed_over_is_told(tmp_path: Path) -> None:
    write(tmp_path)
    (tmp_path / "topics" / "salt.yml").write_text(GOOD)
    assert problems(tmp_path) == ["topics/salt.yml:1: this file is not read: rename it to salt.yaml"]


def test_messages_of_ones_own_must_be_complete(tmp_path: Path) -> None:
    write(tmp_path)
    (tmp_path / "messages.yaml").write_text("en:\n  greeting: Hello.\n")
    (found,) = problems(tmp_path)
    assert re.match(r"messages.yaml:1: messages are missing under `en`: \w+, \w+, \w+ and \d+ more", found)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("nations: [uk]", "nations: [Scotland]"),
        ('"https://bakers.example/"', '"http://bakers.example/"'),
        ("known_to: 2026-06", "replaced_by: what-is-bread"),
    ],
)
def test_one_mistake_is_told_once(tmp_path: Path, old: str, new: str) -> None:
    assert len(problems(write(tmp_path, GOOD.replace(old, new, 1)))) == 1


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


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ([TERM.replace("dough", '"£"') % ("Money.", "uk")], "has no letter or digit to make an id from"),
        ([TERM.replace("dough", "x" * 81) % ("Money.", "uk")], "is longer than 80 characters"),
        ([TERM % (f"Meaning {n}.", "uk") for n in range(7)], "this word has 7 meanings; 6 is the most"),
    ],
)
def test_a_term_that_can_not_become_an_entry_is_told(tmp_path: Path, rows: list[str], expected: str) -> None:
    write(tmp_path, language="terms:\n" + "".join(f"  - {row}\n" for row in rows))
    (found,) = problems(tmp_path)
    assert found.startswith("language.yaml:2: ")
    assert expected in found


def test_a_term_with_two_meanings_has_no_findings_its_editor_could_not_mend(tmp_path: Path) -> None:
    rows = [TERM % ("Flour and water.", "uk"), TERM % ("Money.", "uk")]
    write(tmp_path, language="terms:\n" + "".join(f"  - {row}\n" for row in rows))
    assert [p for p in lint(load(tmp_path), date(2026, 11, 24)) if p.severity == "error"] == []


FILES = {
    "topics/bread.yaml": GOOD.replace("known_to: 2026-06", "known_to: 2026-06\n        replaced_by: [what-is-bread]"),
    "language.yaml": "acronyms: {CBC: [clause]}\nterms:\n  - " + TERM % ("Flour.", "uk") + "\n",
    "guards.yaml": GUARD % ("bread", "what-is-bread", "bread"),
    "not_ours.yaml": NOT_OURS % "burnt toast",
    "questions/bread.yaml": 'topic: bread\nquestions: [{text: "a", entry: what-is-bread}]\n',
}
ODD: st.SearchStrategy[object] = st.sampled_from(
    [None, "", "x", "2026-13", "term-dough", [], {}, [None], [[]], {"a": None}, [{"a": "b"}], "9" * 5000]
)


def places(data: object, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    """Every place in plain data."""
    yield path
    parts = data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ()
    for key, value in parts:
        yield from places(value, (*path, key))


def changed(data: Any, path: tuple[str | int, ...], new: object) -> Any:
    """The data with another value at one place."""
    if not path:
        return new
    copy = data.copy()
    copy[path[0]] = changed(data[path[0]], path[1:], new)
    return copy


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(name=st.sampled_from(sorted(FILES)), odd=ODD, data=st.data())
def test_any_value_at_any_place_loads_or_is_told(tmp_path: Path, name: str, odd: object, data: st.DataObject) -> None:
    for file, text in FILES.items():
        (tmp_path / file).parent.mkdir(exist_ok=True)
        (tmp_path / file).write_text(text)
    whole = yaml.load(FILES[name], yaml.BaseLoader)  # noqa: S506 - it makes texts only
    place = data.draw(st.sampled_from(list(places(whole))))
    (tmp_path / name).write_text(yaml.safe_dump(changed(whole, place, odd), sort_keys=False))
    try:
        knowledge = load(tmp_path)
        lint(knowledge, date(2026, 11, 24), tmp_path / "questions")
    except KnowledgeError as error:
        assert all(
            problem.path.endswith(name) or problem.rule in {"unknown-id", "id-twice"} for problem in error.problems
        )


def test_fifteen_thousand_phrasings_in_one_file_load_in_four_seconds(tmp_path: Path) -> None:
    head, entry = GOOD.split("  - id", 1)
    rows = "".join(f"      - how do we bake the loaf number {n}\n" for n in range(100))
    entry = entry.replace(" [what is a loaf]\n", f"\n{rows}")
    write(tmp_path, head + "".join("  - id" + entry.replace("what-is-bread", f"bread-{n}") for n in range(150)))
    start = time.perf_counter()
    knowledge = load(tmp_path)
    assert time.perf_counter() - start < 4
    assert sum(len(entry.phrasings) for entry in knowledge.entries.values()) == 15_000


def test_the_revision_follows_the_files(tmp_path: Path) -> None:
    first = revision_of(write(tmp_path))
    assert revision_of(tmp_path) == first
    write(tmp_path, GOOD.replace("baked", "well baked"))
    assert revision_of(tmp_path) != first


def test_a_snapshot_gives_the_same_knowledge_back(tmp_path: Path) -> None:
    knowledge = load(default_folder())
    path = snapshot.path_in(tmp_path, knowledge.revision)
    snapshot.save(path, knowledge)
    again = snapshot.load(path, knowledge.folder)
    for field in dataclasses.fields(KnowledgeBase):
        assert getattr(again, field.name) == getattr(knowledge, field.name), field.name


@pytest.mark.parametrize("where", [4, 2000, -4])
def test_a_damaged_snapshot_is_not_trusted(tmp_path: Path, where: int) -> None:
    knowledge = load(default_folder())
    path = snapshot.path_in(tmp_path, knowledge.revision)
    assert snapshot.load(path, knowledge.folder) is None
    snapshot.save(path, knowledge)
    raw = bytearray(path.read_bytes())
    raw[where] ^= 1
    path.write_bytes(raw)
    assert snapshot.load(path, knowledge.folder) is None
    assert read_knowledge(knowledge.folder, tmp_path).revision == knowledge.revision
    assert snapshot.load(path, knowledge.folder) is not None, "the mended snapshot is good again"


def test_the_template_of_the_editors_guide_loads_and_has_no_errors(tmp_path: Path) -> None:
    guide = (default_folder() / "README.md").read_text()
    template, questions, change, language = re.findall(r"```yaml\n(.*?)```", guide, re.DOTALL)
    (tmp_path / "kb" / "topics").mkdir(parents=True)
    (tmp_path / "questions").mkdir()
    (tmp_path / "kb" / "topics" / "example-topic.yaml").write_text(template)
    (tmp_path / "kb" / "language.yaml").write_text(language)
    (tmp_path / "questions" / "example-topic.yaml").write_text(questions)
    knowledge = load(tmp_path / "kb")
    found = lint(knowledge, date(2026, 11, 24), tmp_path / "questions")
    assert [p for p in found if p.severity == "error" or "question" in p.rule] == []
    assert "term-lot" in knowledge.entries

    variants = [Variant.model_validate(row) for row in read(change.encode()).data["answers"]]
    for day, leads in ((date(2026, 11, 29), ["4"]), (date(2026, 11, 30), ["2"])):
        assert [v.lead.split()[1] for v in variants if v.in_force_on(day)] == leads


def test_the_editors_guide_names_every_key_every_status_and_only_commands_that_exist() -> None:
    guide = (default_folder() / "README.md").read_text()
    for model in (Topic, Entry, Variant, NearMiss, Choice, ExampleWording, Term, Question, Language):
        keys = {field.alias or name for name, field in model.model_fields.items()} - UNTOLD
        assert [key for key in keys if not re.search(rf"\b{key}\b", guide)] == [], model.__name__
    assert [status.value for status in Status if status.value not in guide] == []
    assert set(re.findall(r"`advisor ([a-z]+)", guide)) <= set(main.commands)


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
