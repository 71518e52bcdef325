"""`advisor check`: what the format can't say. Each rule is a small function; errors apart from warnings.

Findings never stop `ask`: a running bot answers from what loads. Reviews that fall due are warnings, so time passing
never breaks a build.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Literal

from bot.knowledge import lint_answers, lint_phrasings, lint_scope
from bot.knowledge.base import TERMS, KnowledgeBase, Problem
from bot.knowledge.files import bytes_of, name_of, parse
from bot.knowledge.lint_rule import Checked, Finding, Rule
from bot.knowledge.lint_text import folded
from bot.knowledge.questions import read_questions
from bot.knowledge.yaml_safe import Document

RULES: tuple[tuple[str, Literal["error", "warning"], Rule], ...] = tuple(
    (rule.__name__.replace("_", "-"), severity, rule)
    for table in (lint_phrasings.RULES, lint_scope.RULES, lint_answers.RULES)
    for severity, rule in table
)


def lint(
    knowledge: KnowledgeBase, today: date, questions: Path | None = None, *, errors_only: bool = False
) -> list[Problem]:
    """Every finding of every rule, with its place. `questions` is the folder of question files, if there is one.

    With `errors_only` the rules that only warn are not asked.
    """
    checked, places = Checked(knowledge, today), _Places(knowledge)
    found = [
        Problem(*places.of(finding), finding.message, name, severity)
        for name, severity, rule in RULES
        if severity == "error" or not errors_only
        for finding in rule(checked)
    ]
    if questions is not None:
        found += _question_files(knowledge, questions)
    return [one for one in found if one.severity == "error" or not errors_only]


class _Places:
    """Finds the line of a finding. Files are read again, and only those that have findings."""

    def __init__(self, knowledge: KnowledgeBase) -> None:
        self._knowledge = knowledge
        self._documents: dict[str, tuple[Document, dict[str, int]] | None] = {}

    def of(self, finding: Finding) -> tuple[str, int]:
        """File and line: as near as the file, as it is now, allows."""
        if finding.at[:1] == ("topic",):
            name = _topic_file(self._knowledge, finding.owner)
            read = self._read(name)
            return name, read[0].line(finding.at) if read else 1
        name, line = self._knowledge.where[finding.owner]
        read = self._read(name)
        if read is None or finding.owner not in read[1] or not finding.at:
            return name, line
        document, numbers = read
        return name, document.line(("entries", numbers[finding.owner], *finding.at))

    def _read(self, name: str) -> tuple[Document, dict[str, int]] | None:
        if name not in self._documents:
            document, _ = parse(bytes_of(self._knowledge.folder.parent / name), name)
            data = document.data if document else None
            entries = data.get("entries") if isinstance(data, dict) else None  # the glossary has none
            listed = entries if isinstance(entries, list) else []
            numbers = {e["id"]: n for n, e in enumerate(listed) if isinstance(e, dict) and isinstance(e.get("id"), str)}
            self._documents[name] = (document, numbers) if document else None
        return self._documents[name]


def _topic_file(knowledge: KnowledgeBase, topic: str) -> str:
    return name_of(knowledge.folder / "topics" / f"{topic}.yaml", knowledge.folder.parent)


def _question_files(knowledge: KnowledgeBase, folder: Path) -> Iterator[Problem]:
    root = knowledge.folder.parent
    inside = folder.resolve().is_relative_to(root.resolve())
    for topic in knowledge.topics:
        if topic != TERMS and not (folder / f"{topic}.yaml").is_file():
            message = f"there is no question file {folder.name}/{topic}.yaml for this topic"
            yield Problem(_topic_file(knowledge, topic), 1, message, "question-file", "warning")
    rows, problems = read_questions(folder, knowledge.entries, root if inside else None)
    yield from problems
    learnt = [*(e.phrasings for e in knowledge.entries.values()), *(group.phrasings for group in knowledge.not_ours)]
    phrasings = {folded(text) for texts in learnt for text in texts}
    for row in rows:
        question = row.question
        if not question.context and question.source is None and folded(question.text) in phrasings:
            message = f"the question {question.text!r} is also a phrasing, so it tests nothing; reword it"
            yield Problem(row.path, row.line, message, "question-is-phrasing", "warning")
