"""`advisor check`: schema and lint, every problem at once, for people, programs and code review."""

from __future__ import annotations

import json
import sys
from pathlib import Path

from adapters.bootstrap import now
from bot.errors import KnowledgeError
from bot.knowledge.base import Problem
from bot.knowledge.lint import lint
from bot.knowledge.load import default_folder, load


def questions_of(folder: Path | None, questions: Path | None) -> Path | None:
    """The question files: those given, or tests/questions beside the knowledge, if there."""
    beside = (folder or default_folder()).parent / "tests" / "questions"
    return questions or (beside if beside.is_dir() else None)


def problems_of(folder: Path | None, questions: Path | None) -> list[Problem]:
    """Every problem, errors first, then by place."""
    try:
        knowledge = load(folder or default_folder())
        found = lint(knowledge, now().date(), questions_of(folder, questions))
    except KnowledgeError as error:
        found = list(error.problems)
    return sorted(found, key=lambda p: (p.severity != "error", p.path, p.line))


def run(folder: Path | None, questions: Path | None, shape: str) -> int:
    """Print the problems; exit code 1 if any is an error."""
    problems = problems_of(folder, questions)
    errors = sum(problem.severity == "error" for problem in problems)
    if shape == "json":
        rows = [
            {"path": p.path, "line": p.line, "severity": p.severity, "rule": p.rule, "message": p.message}
            for p in problems
        ]
        print(json.dumps(rows, indent=2))
    elif shape == "github":
        for p in problems:
            message = p.message.replace("%", "%25").replace("\n", "%0A")
            print(f"::{p.severity} file={p.path},line={p.line},title={p.rule}::{message}")
    else:
        for p in problems:
            print(f"{p.path}:{p.line}: {p.severity}: {p.message} [{p.rule}]")
        print(f"errors: {errors}, warnings: {len(problems) - errors}", file=sys.stderr)
    return 1 if errors else 0
