"""Every lint rule can fail: a good topic has no findings, and one change brings out just the rule it breaks."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from bot.knowledge.base import KnowledgeBase
from bot.knowledge.lint import RULES, lint
from bot.knowledge.load import load

TODAY = date(2026, 11, 24)
GOOD = """\
topic:
  id: bread
  title: Bread
  owner: bakers
  review_every_months: 6
  help: [{nations: [uk], name: Guild, for: loaves, url: "https://guild.example/"}]
entries:
  - id: bread-duty
    question: Must a baker weigh the loaf?
    phrasings: [one a, two b, three c, four d, five e, six f, seven g, eight h]
    answers:
      - nations: [england, wales]
        status: in-force
        lead: A baker must weigh the loaf.
        plain: The baker must weigh it.
        sources: [{title: Act, url: "https://www.legislation.gov.uk/x"}]
      - nations: [scotland, northern-ireland]
        status: not-confirmed
        lead: Ask the guild.
        sources: [{title: Act, url: "https://www.legislation.gov.uk/x"}]
    see_also: []
    reviewed: 2026-11-01
  - id: bread-kind
    question: Which bread do you eat?
    phrasings: [aa nine, bb ten, cc eleven, dd twelve, ee thirteen, ff fourteen, gg fifteen, hh sixteen]
    choice: {ask: Which?, options: [{label: White, entry: bread-duty}, {label: Brown, entry: bread-duty}]}
"""
GLOSSARY = """\
acronyms: {CBC: [community benefit clause]}
terms: [{term: crumb, means: A small piece., nations: [uk], sources: [{title: Act, dated: 2010}], known_to: 2026-06}]
"""
LONG = "This sentence goes on " + "and on " * 14 + "today."
BREAKS = [
    ("phrasing-collides", "[aa nine,", "[Three C!,"),
    ("phrasing-nearly-collides", "[aa nine,", "[weigh loaf baker must a the,"),
    ("phrasing-twice", "two b, three c", "two b, TWO B"),
    ("too-few-phrasings", "one a, two b, ", ""),
    ("too-few-phrasings", "aa nine, bb ten, cc eleven, ", ""),
    ("phrasing-collides", "question: Which bread do you eat?", "question: must a baker weigh the loaf"),
    ("phrasing-collides", "[aa nine,", "[what is crumb,"),
    ("variants-overlap", "[scotland, northern-ireland]", "[uk]"),
    ("variants-overlap", "[scotland, northern-ireland]", "[scotland, northern-ireland, wales]"),
    ("period-ends-in-nothing", "status: in-force", "status: in-force\n        to: 2026-10-31"),
    ("nation-not-mentioned", "[scotland, northern-ireland]", "[scotland]"),
    ("closed-without-successor", "status: in-force", "status: closed"),
    ("closed-without-successor", "status: in-force", "status: repealed"),
    ("never-reviewed", "    reviewed: 2026-11-01\n", ""),
    ("reviewed-in-the-future", "reviewed: 2026-11-01", "reviewed: 2026-12-01"),
    ("reviewed-in-the-future", "status: in-force", "status: in-force\n        known_to: 2026-12"),
    ("review-overdue", "reviewed: 2026-11-01", "reviewed: 2026-05-23"),
    ("review-overdue", "reviewed: 2026-11-01", "reviewed: 2026-11-01\n    review_by: 2026-11-20"),
    ("id-reserved", "id: bread-kind", "id: term-kind"),
    ("see-also-itself", "see_also: []", "see_also: [bread-duty]"),
    ("choice-leads-to-itself", "{label: Brown, entry: bread-duty}", "{label: Brown, entry: bread-kind}"),
    ("topic-without-contact", "nations: [uk], name: Guild", "nations: [wales], name: Guild"),
    ("reply-too-long", "lead: A baker must weigh the loaf.", "lead: A b.\n        points: [" + ", ".join(["Weigh it. " * 90] * 4) + "]"),
    ("first-screen-too-long", "lead: A baker must weigh the loaf.", "lead: " + "Weigh it now. " * 45),
    ("markup-in-text", "lead: A baker must weigh the loaf.", 'lead: "A *baker* must weigh."'),
    ("markup-in-text", "lead: A baker must weigh the loaf.", 'lead: "See https://x.example/ for it."'),
    ("markup-in-text", "ask: Which?", "ask: Which *one*?"),
    ("markup-in-text", "plain: The baker must weigh it.", "wording: {text: Weigh <b>it</b>.}"),
    ("acronym-unknown", "lead: A baker must weigh the loaf.", "lead: Ask the ZQX first."),
    ("acronym-unknown", "lead: A baker must weigh the loaf.", "lead: Two ZQXs are weighed."),
    ("threshold-without-vat-or-date", "lead: A baker must weigh the loaf.", "lead: The threshold is £50,000."),
    ("threshold-without-vat-or-date", "lead: A baker must weigh the loaf.", "lead: The threshold is 4 million pounds."),
    ("threshold-without-vat-or-date", "lead: A baker must weigh the loaf.", "lead: The VAT threshold is £50,000."),
    ("sentence-too-long", "lead: A baker must weigh the loaf.", f"lead: {LONG}"),
    ("hard-to-read", "lead: A baker must weigh the loaf.", f"lead: {'Bread ' * 23}one. {'Bread ' * 23}two."),
    ("hard-to-read", "lead: A baker must weigh the loaf.", "lead: Organisational considerations. Necessitate evaluation."),
    ("plain-not-plain", "plain: The baker must weigh it.", "plain: " + "weigh " * 14 + "it."),
    ("plain-not-plain", "plain: The baker must weigh it.", "plain: One. Two. Three. Four. Five. Six."),
]  # fmt: skip


FINE = [  # near enough to a finding that a careless rule would report it
    ("[aa nine,", "[weigh the dough,"),
    ("aa nine, bb ten, ", ""),  # a choice needs six
    ("status: in-force", "status: closed\n        replaced_by: nothing"),
    ("reviewed: 2026-11-01", "reviewed: 2026-05-24"),
    ("reviewed: 2026-11-01", "reviewed: 2026-11-24"),
    ("reviewed: 2026-11-01", "reviewed: 2025-11-01\n    review_by: 2026-11-24"),
    ("lead: A baker must weigh the loaf.", "lead: Ask two CBCs and the NHS/GP office."),
    ("lead: A baker must weigh the loaf.", "lead: Since 2026 the threshold is £50,000 excluding VAT."),
    ("lead: A baker must weigh the loaf.", "lead: The threshold is 50,000 pounds of income."),
    ("plain: The baker must weigh it.", 'wording: {text: "Weigh [number] loaves."}'),
    ("lead: A baker must weigh the loaf.", "lead: A loaf under 5 * 4 ounces_net is < 1 pound."),
]


def knowledge_of(folder: Path, text: str, language: str = GLOSSARY) -> KnowledgeBase:
    (folder / "topics").mkdir(parents=True, exist_ok=True)
    (folder / "topics" / "bread.yaml").write_text(text)
    (folder / "language.yaml").write_text(language)
    return load(folder)


def findings(folder: Path, text: str) -> set[str]:
    return {problem.rule for problem in lint(knowledge_of(folder, text), TODAY)}


def test_a_good_topic_has_no_findings(tmp_path: Path) -> None:
    assert findings(tmp_path, GOOD) == set()


@pytest.mark.parametrize(("rule", "old", "new"), BREAKS, ids=[f"{rule}-{n}" for n, (rule, _, _) in enumerate(BREAKS)])
def test_a_rule_finds_what_it_is_for(tmp_path: Path, rule: str, old: str, new: str) -> None:
    assert old in GOOD
    assert rule in findings(tmp_path, GOOD.replace(old, new, 1))


@pytest.mark.parametrize(("old", "new"), FINE)
def test_what_is_fine_is_left_alone(tmp_path: Path, old: str, new: str) -> None:
    assert old in GOOD
    assert findings(tmp_path, GOOD.replace(old, new, 1)) == set()


def test_answers_that_follow_each_other_do_not_overlap(tmp_path: Path) -> None:
    text = GOOD.replace("status: in-force", "status: in-force\n        from: 2020-04-01")
    ended = text.replace("northern-ireland]", "northern-ireland, wales]\n        to: 2020-03-31")
    assert findings(tmp_path, ended) == {"period-ends-in-nothing"}  # for Scotland and Northern Ireland
    assert findings(tmp_path, ended.replace("to: 2020-03-31", "to: 2020-04")) >= {"variants-overlap"}
    followed = GOOD.replace("status: in-force", "status: in-force\n        from: 2020-04-01").replace(
        "[scotland, northern-ireland]", "[wales]\n        to: 2020-03-31"
    )
    assert findings(tmp_path, followed.replace("[england, wales]", "[uk]")) == set()


def test_every_rule_has_a_test_that_shows_it_can_fail() -> None:
    assert {name for name, _, _ in RULES} == {rule for rule, _, _ in BREAKS}


def test_a_topic_without_question_file_and_a_question_that_is_a_phrasing_are_found(tmp_path: Path) -> None:
    findings(tmp_path, GOOD)
    questions = tmp_path / "questions"
    questions.mkdir()
    rules = {p.rule for p in lint(load(tmp_path), TODAY, questions)}
    assert rules == {"question-file"}
    (questions / "bread.yaml").write_text('topic: bread\nquestions: [{text: "Three, C?", entry: bread-duty}]\n')
    assert {p.rule for p in lint(load(tmp_path), TODAY, questions)} == {"question-is-phrasing"}


def test_a_finding_in_a_question_file_has_the_line_of_the_question(tmp_path: Path) -> None:
    knowledge = knowledge_of(tmp_path / "knowledge", GOOD)
    questions = tmp_path / "tests" / "questions"
    questions.mkdir(parents=True)
    (questions / "bread.yaml").write_text(
        'topic: bread\nquestions:\n  - {text: "x", entry: bread-duty}\n  - {text: "two b", entry: bred-duty}\n'
    )
    assert [str(p) for p in lint(knowledge, TODAY, questions)] == [
        "tests/questions/bread.yaml:4: there is no entry 'bred-duty'; did you mean 'bread-duty'?",
        "tests/questions/bread.yaml:4: the question 'two b' is also a phrasing, so it tests nothing; reword it",
    ]


@pytest.mark.parametrize(
    ("old", "new", "line"),
    [
        ("status: in-force", "status: closed", 13),
        ("eight h]", "eight h, one a]", 10),
        ("plain: The baker must weigh it.", "points: [Weigh it.,\n          Ask the ZQX.]", 16),
        ("nations: [uk], name: Guild", "nations: [wales], name: Guild", 6),
        ("see_also: []", "see_also: [bread-duty]", 21),
    ],
)
def test_a_finding_has_the_line_of_what_it_is_about(tmp_path: Path, old: str, new: str, line: int) -> None:
    assert old in GOOD
    found = lint(knowledge_of(tmp_path, GOOD.replace(old, new, 1)), TODAY)
    assert [(p.path, p.line) for p in found] == [(f"{tmp_path.name}/topics/bread.yaml", line)]


def test_a_topic_and_an_entry_of_the_same_name_are_told_apart(tmp_path: Path) -> None:
    text = GOOD.replace("bread-kind", "bread").replace("nations: [uk], name", "nations: [wales], name")
    (found,) = lint(knowledge_of(tmp_path, text), TODAY)
    assert (found.rule, found.line) == ("topic-without-contact", 6)


def test_a_phrasing_that_a_guard_claims_collides(tmp_path: Path) -> None:
    guard = "guards:\n  - {id: no, outcome: help, phrasings: [Three C?], says: {lead: Ask us.}}\n"
    knowledge_of(tmp_path, GOOD)
    (tmp_path / "guards.yaml").write_text(guard)
    (found,) = lint(load(tmp_path), TODAY)
    assert "stands under the guard 'no' too" in found.message


def test_a_phrasing_that_is_told_to_be_not_ours_collides(tmp_path: Path) -> None:
    knowledge_of(tmp_path, GOOD)
    group = "not_ours:\n  - {id: tones, about: tones, outcome: fallback, phrasings: [Three C?]}\n"
    (tmp_path / "not_ours.yaml").write_text(group)
    (found,) = lint(load(tmp_path), TODAY)
    assert "stands under 'tones' of not_ours.yaml too" in found.message


@pytest.mark.parametrize(
    ("old", "new", "rule"),
    [
        ("A small piece.", "A *small* piece.", "markup-in-text"),
        ("A small piece.", "Of the ZQX.", "acronym-unknown"),
        (", known_to: 2026-06", "", "never-reviewed"),
        ("known_to: 2026-06", "known_to: 2025-03", "review-overdue"),
    ],
)
def test_the_glossary_is_checked_like_an_answer(tmp_path: Path, old: str, new: str, rule: str) -> None:
    assert old in GLOSSARY
    found = lint(knowledge_of(tmp_path, GOOD, GLOSSARY.replace(old, new)), TODAY)
    assert [(p.rule, p.path, p.line) for p in found] == [(rule, f"{tmp_path.name}/language.yaml", 2)]


def test_findings_stay_told_when_a_file_was_broken_after_loading(tmp_path: Path) -> None:
    knowledge = knowledge_of(tmp_path, GOOD.replace("status: in-force", "status: closed"))
    (tmp_path / "topics" / "bread.yaml").write_text('topic: "')
    assert [(p.rule, p.line) for p in lint(knowledge, TODAY)] == [("closed-without-successor", 8)]
