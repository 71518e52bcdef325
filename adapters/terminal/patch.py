"""Gaps as a patch: new phrasings and question rows in the files they belong to, for `git apply`. An editor takes out what
is not right; lines before each file say which question tests a phrasing would break."""

from __future__ import annotations

import asyncio
import difflib
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from adapters.bootstrap import Library
from adapters.terminal.ask import Asker
from adapters.terminal.measure import Result, ask_question
from bot.gaps import Gap
from bot.knowledge.files import bytes_of, parse
from bot.knowledge.load import load_questions
from bot.knowledge.schema import Question
from bot.matching.index import build
from bot.matching.matcher import Matcher
from bot.targets import targets_of

Row = tuple[str, Question]


@dataclass(frozen=True)
class Suggestion:
    """A phrasing for an entry, and further ways of asking as question rows."""

    entry: str
    phrasing: str
    questions: tuple[str, ...]
    people: int
    share: float


def suggestions(library: Library, gaps: Sequence[Gap]) -> list[Suggestion]:
    """One for each gap that has a text to show and an entry near it."""
    return [
        Suggestion(
            gap.nearest[0][0],
            gap.texts[0][0],
            tuple(text for text, _ in gap.texts[1:]),
            gap.people,
            gap.nearest[0][1],
        )
        for gap in gaps
        if gap.texts and gap.nearest and gap.nearest[0][0] in library.knowledge.entries
    ]


def patch(library: Library, gaps: Sequence[Gap], questions: Path | None) -> Iterator[str]:
    """The lines of a unified diff, with what each phrasing would break before it."""
    rows = list(load_questions(questions)) if questions else []
    before = _passing(library, rows)
    for suggestion in suggestions(library, gaps):
        yield from _one(library, suggestion, rows, before, questions)


def _one(
    library: Library, suggestion: Suggestion, rows: list[Row], before: set[int], questions: Path | None
) -> Iterator[str]:
    root = library.knowledge.folder.parent
    yield f"# {suggestion.people} people; nearest entry {suggestion.entry} ({suggestion.share:.2f})\n"
    broken = sorted(before - _passing(_with(library, suggestion), rows))
    for number in broken:
        topic, question = rows[number]
        yield f"# would break: [{topic}] {'a held-out row' if question.held_out else repr(question.text)}\n"
    if rows and not broken:
        yield "# breaks no question test that passes today\n"
    path, line = _last_phrasing(library, suggestion.entry)
    if path is None:
        yield f"# {suggestion.entry} is a glossary term or has its phrasings on one line: add {suggestion.phrasing!r} by hand\n"
        return
    text = path.read_text(encoding="utf-8").splitlines()
    dash = text[line - 1][: text[line - 1].index("-") + 2]
    added = [f"{dash}{json.dumps(suggestion.phrasing, ensure_ascii=False)}"]
    yield from _diff(root, path, text, [*text[:line], *added, *text[line:]])
    twin = questions / path.name if questions else None
    if twin is not None and twin.is_file() and suggestion.questions:
        text = twin.read_text(encoding="utf-8").splitlines()
        rows_added = [
            f"  - {{text: {json.dumps(asked, ensure_ascii=False)}, entry: {suggestion.entry}}}"
            for asked in suggestion.questions
        ]
        yield from _diff(root, twin, text, [*text, *rows_added])


def _with(library: Library, suggestion: Suggestion) -> Library:
    targets = tuple(
        replace(target, phrasings=(*target.phrasings, suggestion.phrasing)) if target.id == suggestion.entry else target
        for target in targets_of(library.knowledge)
    )
    words = library.matcher.words
    return Library(library.knowledge, Matcher(build(targets, words), words))


def _passing(library: Library, rows: list[Row]) -> set[int]:
    """The numbers of the rows that come out as they should."""

    async def ask() -> list[Result]:
        asker = Asker(library)
        return [await ask_question(asker, topic, question) for topic, question in rows]

    return {number for number, result in enumerate(asyncio.run(ask())) if result.passed}


def _last_phrasing(library: Library, entry: str) -> tuple[Path | None, int]:
    """The file and line of an entry's last phrasing, if it stands on a line of its own."""
    path = library.knowledge.folder / "topics" / f"{library.knowledge.topic_of[entry]}.yaml"
    document, _ = parse(bytes_of(path), path.name)
    entries = document.data.get("entries", []) if document else []
    for number, found in enumerate(entries):
        if document is not None and found.get("id") == entry:
            line = document.line(("entries", number, "phrasings", len(found["phrasings"]) - 1))
            text = path.read_text(encoding="utf-8").splitlines()[line - 1]
            return (path, line) if text.lstrip().startswith("- ") else (None, 0)
    return None, 0


def _diff(root: Path, path: Path, before: list[str], after: list[str]) -> Iterator[str]:
    name = path.relative_to(root).as_posix() if path.is_relative_to(root) else path.as_posix()
    for line in difflib.unified_diff(before, after, f"a/{name}", f"b/{name}", lineterm=""):
        yield f"{line}\n"
