"""Every lint rule can fail: a good topic has no findings, and one change brings out just the rule it breaks."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

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
LONG = "This sentence goes on " + "and on " * 14 + "today."
BREAKS = [
    ("phrasing-collides", "[aa nine,", "[Three C!,"),
    ("phrasing-nearly-collides", "[aa nine,", "[weigh loaf baker must a the,"),
    ("phrasing-twice", "two b, three c", "two b, TWO B"),
    ("too-few-phrasings", "one a, two b, ", ""),
    ("variants-overlap", "[scotland, northern-ireland]", "[scotland, northern-ireland, wales]"),
    ("nation-not-mentioned", "[scotland, northern-ireland]", "[scotland]"),
    ("closed-without-successor", "status: in-force", "status: closed"),
    ("never-reviewed", "    reviewed: 2026-11-01\n", ""),
    ("reviewed-in-the-future", "reviewed: 2026-11-01", "reviewed: 2026-12-01"),
    ("review-overdue", "reviewed: 2026-11-01", "reviewed: 2026-04-01"),
    ("review-overdue", "reviewed: 2026-11-01", "reviewed: 2026-11-01\n    review_by: 2026-11-20"),
    ("id-reserved", "id: bread-kind", "id: term-kind"),
    ("leads-to-itself", "see_also: []", "see_also: [bread-duty]"),
    ("topic-without-contact", "nations: [uk], name: Guild", "nations: [wales], name: Guild"),
    ("reply-too-long", "lead: A baker must weigh the loaf.", "lead: A b.\n        points: [" + ", ".join(["Weigh it. " * 90] * 4) + "]"),
    ("first-screen-too-long", "lead: A baker must weigh the loaf.", "lead: " + "Weigh it now. " * 45),
    ("markup-in-text", "lead: A baker must weigh the loaf.", 'lead: "A *baker* must weigh."'),
    ("markup-in-text", "lead: A baker must weigh the loaf.", 'lead: "See https://x.example/ for it."'),
    ("acronym-unknown", "lead: A baker must weigh the loaf.", "lead: Ask the ZQX first."),
    ("threshold-without-vat-or-date", "lead: A baker must weigh the loaf.", "lead: The threshold is £50,000."),
    ("hard-to-read", "lead: A baker must weigh the loaf.", f"lead: {LONG}"),
    ("plain-not-plain", "plain: The baker must weigh it.", "plain: One. Two. Three. Four. Five. Six."),
]  # fmt: skip


def findings(folder: Path, text: str) -> set[str]:
    (folder / "topics").mkdir(exist_ok=True)
    (folder / "topics" / "bread.yaml").write_text(text)
    return {problem.rule for problem in lint(load(folder), TODAY)}


def test_a_good_topic_has_no_findings(tmp_path: Path) -> None:
    assert findings(tmp_path, GOOD) == set()


@pytest.mark.parametrize(("rule", "old", "new"), BREAKS, ids=[f"{rule}-{n}" for n, (rule, _, _) in enumerate(BREAKS)])
def test_a_rule_finds_what_it_is_for(tmp_path: Path, rule: str, old: str, new: str) -> None:
    assert old in GOOD
    assert rule in findings(tmp_path, GOOD.replace(old, new, 1))


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


def test_findings_carry_path_and_line(tmp_path: Path) -> None:
    findings(tmp_path, GOOD.replace("status: in-force", "status: closed"))
    found = lint(load(tmp_path), TODAY)
    assert str(found[0]).startswith(f"{tmp_path.name}/topics/bread.yaml:8: the closed answer needs `replaced_by`")
