"""The question files of `tests/questions/`: real utterances and what should become of them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from bot.errors import KnowledgeError
from bot.knowledge.base import Problem
from bot.knowledge.files import bytes_of, name_of, parse, validate
from bot.knowledge.references import did_you_mean
from bot.knowledge.schema import Question, QuestionFile


@dataclass(frozen=True)
class QuestionRow:
    """A question with its place. `topic` is what its file says; it need not be a topic of the knowledge."""

    path: str
    line: int
    topic: str
    question: Question


def read_questions(
    folder: Path, known: Iterable[str] | None = None, root: Path | None = None
) -> tuple[list[QuestionRow], list[Problem]]:
    """Every question that can be read, and every problem. Files that begin with `_` are no question files.

    `known` entry ids, if given, are insisted on. Paths are told from `root` on (the folder's parent if not given).
    """
    rows: list[QuestionRow] = []
    problems: list[Problem] = []
    ids = None if known is None else set(known)
    for path in sorted(folder.glob("*.yaml")):
        if path.name.startswith("_"):
            continue
        name = name_of(path.resolve(), (root or folder.parent).resolve())
        document, wrong = parse(bytes_of(path), name)
        problems += wrong
        if document is None:
            continue
        found, wrong = validate(QuestionFile, document, name)
        problems += wrong
        for number, question in enumerate(found.questions if found else ()):
            base = ("questions", number)
            rows.append(QuestionRow(name, document.line((*base, "text")), found.topic if found else "", question))
            named = [("entry", question.entry), *(("also", entry) for entry in question.also)]
            for key, entry in named if ids is not None else ():
                if entry is not None and ids is not None and entry not in ids:
                    message = f"there is no entry {entry!r}{did_you_mean(entry, ids)}"
                    problems.append(Problem(name, document.line((*base, key)), message, rule="unknown-id"))
    return rows, problems


def load_questions(folder: Path, known: Iterable[str] | None = None) -> tuple[tuple[str, Question], ...]:
    """(topic of its file, question) for every question, or KnowledgeError with every problem."""
    rows, problems = read_questions(folder, known)
    if problems:
        raise KnowledgeError(problems)
    return tuple((row.topic, row.question) for row in rows)


def load_floors(folder: Path) -> dict[str, dict[str, float]]:
    """The floors of `_floors.yaml`: part -> measure -> per cent. Empty if there is no such file."""
    path = folder / "_floors.yaml"
    if not path.is_file():
        return {}
    name = name_of(path, folder.parent)
    document, problems = parse(bytes_of(path), name)
    if document is None:
        raise KnowledgeError(problems)
    try:
        return {part: {key: float(value) for key, value in floors.items()} for part, floors in document.data.items()}
    except (AttributeError, TypeError, ValueError) as error:
        raise KnowledgeError([Problem(name, 1, f"floors are part: measure: number ({error})")]) from None
