"""YAML read safely: every scalar is text, and what could hurt is refused before it is built.

PyYAML's C parser crashes the interpreter on documents nested some 50,000 deep, so its events are counted one by one and
the reading stops at once; anchors, aliases (the bomb), tags and second documents are refused in the same pass. Plain
data are built from those events, with the line of every part kept: composing a tree first took half the time again.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from typing import Any

import yaml

MAX_BYTES = 5_000_000
MAX_DEPTH = 40
_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_TOO_DEEP = f"this is nested more than {MAX_DEPTH} deep; is a bracket left open?"
_NULLS = {"", "~", "null"}
_LOST = "put double quotes round this text, or all from the # on is left out (a comment has a space after its #)"
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")
_KEY = re.compile(r"\s*(?:- +)?[\w-]+:(?: |$)")
_STUCK_KEY = re.compile(r"\s*(?:- +)?[\w-]+:[^\s:/]")
_AFTER_CLOSE = re.compile(r"""(?:^|[:\-,] *)(?:"[^"]*"|'[^']*'|\[[^\]]*\]|\{[^}]*\})\s*[^\s,#\]}:]""")
_CUT = re.compile(r"\S +#[^\s#]")  # what a comment would take away, when it was meant as text
_OPENS = re.compile(r"""\s*(?:- +)?(?:[\w-]+: +)?(?:'[^']*|"[^"]*)$""")
_BAD_SPACES = "the spaces at the start of this line do not fit the lines above it; or a text needs double quotes"

Path = tuple[str | int, ...]


class YamlProblem(Exception):
    """The text can't be read: a line (from 1) and a sentence for the editor."""

    def __init__(self, line: int, message: str) -> None:
        self.line, self.message = line, message
        super().__init__(f"{line}: {message}")


@dataclass
class Document:
    """Plain data with the line of each part, by its path of keys and positions."""

    data: Any
    lines: dict[Path, int] = field(default_factory=dict)

    def line(self, path: Path) -> int:
        """The line of a part, or of the nearest part around it."""
        while path and path not in self.lines:
            path = path[:-1]
        return self.lines.get(path, 1)


def read(raw: bytes) -> Document:
    """Read one document. YamlProblem says where and why not."""
    if len(raw) > MAX_BYTES:
        raise YamlProblem(1, f"the file has {len(raw):,} bytes; {MAX_BYTES:,} is the most. Split it into two topics")
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        raise YamlProblem(line, "this is not UTF-8 text; save the file as UTF-8") from None
    document = Document(None)
    try:
        for event in (events := _guarded(text)):
            if isinstance(event, yaml.NodeEvent):
                document.data = _build(event, events, (), document.lines)
    except yaml.MarkedYAMLError as error:
        raise YamlProblem(*_in_plain_words(error, text)) from None
    except yaml.reader.ReaderError as error:
        line = text[: error.position].count("\n") + 1 if isinstance(error.position, int) else 1
        raise YamlProblem(
            line, "there is an invisible control character here; delete it and type the text again"
        ) from None
    return document


def _guarded(text: str) -> Iterator[Any]:
    """The parser's events, one by one, until something stands there that may not. Nothing is composed or resolved."""
    depth = documents = 0
    rows = text.split("\n") if "#" in text else []
    cut = {number for number, row in enumerate(rows) if "#" in row and _CUT.search(row)}
    for event in yaml.parse(text, Loader=_Loader):
        if type(event) is yaml.ScalarEvent and event.anchor is None and event.tag is None and not cut:
            yield event  # nearly all of a file: nothing can be wrong with it
            continue
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            raise YamlProblem(
                _line(event), "& and * shortcuts are not allowed; write the text out, or quote it if it is a text"
            )
        if isinstance(event, yaml.DocumentStartEvent):
            documents += 1
            if documents > 1:
                raise YamlProblem(_line(event), "a second document begins here (---); one file holds one document")
        if cut and isinstance(event, yaml.ScalarEvent) and not event.style:
            _insist_on_all(event.end_mark, cut, rows)
        tag = getattr(event, "tag", None)
        if tag and not (isinstance(event, yaml.ScalarEvent) and tag == "!"):
            raise YamlProblem(_line(event), f"tags such as {tag} are not allowed; put quotes round this text")
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
            if depth > MAX_DEPTH:
                raise YamlProblem(_line(event), _TOO_DEEP)
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        yield event


def _insist_on_all(end: Any, cut: Collection[int], rows: list[str]) -> None:
    """YamlProblem if a plain text ends where a `#` without a space after it begins: `form #2` would lose its end."""
    if end.line in cut and end.line < len(rows) and re.match(r" +#[^\s#]", rows[end.line][end.column :]):
        raise YamlProblem(end.line + 1, _LOST)


def _line(event: Any) -> int:
    return int(event.start_mark.line) + 1 if event.start_mark else 1


def _build(event: Any, events: Iterator[Any], path: Path, lines: dict[Path, int]) -> Any:
    """The part that begins with this event, as plain data."""
    line = lines[path] = event.start_mark.line + 1
    if type(event) is yaml.ScalarEvent:
        if event.style == '"' and _CONTROL.search(event.value):
            raise YamlProblem(line, "a backslash here makes an invisible control character; take it out")
        return None if not event.style and event.value in _NULLS else event.value  # the C parser says '' for plain
    if type(event) is yaml.SequenceStartEvent:
        items: list[Any] = []
        while type(event := next(events)) is not yaml.SequenceEndEvent:
            items.append(_build(event, events, (*path, len(items)), lines))
        return items
    built: dict[str, Any] = {}
    first: dict[str, int] = {}
    while type(event := next(events)) is not yaml.MappingEndEvent:
        line = event.start_mark.line + 1
        if type(event) is not yaml.ScalarEvent:
            raise YamlProblem(line, "a key must be one word; put quotes round this text if it is a text")
        key = event.value
        if key == "<<":
            raise YamlProblem(line, "<< is not allowed; write the lines out")
        if key in built:
            new = f", or begin a new item with a dash: - {key}" if key == next(iter(built)) else ""
            raise YamlProblem(line, f"{key!r} stands here twice (first on line {first[key]}); keep one{new}")
        first[key] = line
        built[key] = _build(next(events), events, (*path, key), lines)
        lines[(*path, key)] = line
    return built


def _in_plain_words(error: yaml.MarkedYAMLError, text: str) -> tuple[int, str]:
    mark = error.problem_mark or error.context_mark
    line = mark.line + 1 if mark else 1
    start = error.context_mark.line + 1 if error.context_mark else line  # where the part that went wrong begins
    rows = text.splitlines() or [""]
    row = rows[min(line, len(rows)) - 1]
    problem, context = (error.problem or "").lower(), (error.context or "").lower()
    if "nesting depth" in problem:  # newer parsers have a limit of their own, and look ahead
        return line, _TOO_DEEP
    late = _closes_late(rows, line)
    if late and "tab" not in problem:
        return late, f"a quote that opens here closes only on line {line}; put double quotes round the whole text"
    if "mapping values are not allowed" in problem:
        above = rows[line - 2] if 2 <= line <= len(rows) else ""
        if _STUCK_KEY.match(above) and ": " not in above:
            return line - 1, "a space is missing after the colon"
        if mark and _KEY.match(row) and row.find(":") == mark.column:
            return line, f"{_BAD_SPACES}, because it has a colon"
        return line, "put double quotes round this sentence: it has a colon"
    if "\t" in row and ("cannot start any token" in problem or "tab" in problem):
        return line, "there is a tab here; use spaces"
    if "escape" in problem or "escape" in context or "hexdecimal" in problem:
        return line, "a backslash in double quotes has a meaning of its own; use single quotes round this text"
    if "found unexpected end of stream" in problem or "quoted scalar" in context:
        return start, "a quote that opens here is not closed"
    if "cannot start any token" in problem or "alphabetic or numeric" in problem:
        return line, "put double quotes round this text: it begins with a special character"
    if "expected ',' or" in problem or "flow" in problem or "flow" in context:
        return line, "a bracket or brace is not closed, or a text inside needs double quotes"
    if _AFTER_CLOSE.search(row):
        return line, "this text goes on after its closing quote or bracket; put double quotes round all of it"
    if "could not find expected ':'" in problem:
        return start, _neither(rows, start)
    if "expected <block end>" in problem or "expected key" in problem or "block" in problem or "block" in context:
        return line, _BAD_SPACES
    return line, f"this can't be read as YAML ({error.problem}); look for a missing quote or wrong spaces"


def _closes_late(rows: list[str], line: int) -> int:
    """The line of a quote that opens above and closes on this line, as `'twas` and a later `can't` do; or 0."""
    for number in range(line - 1 if line <= len(rows) else 0, 0, -1):
        above = rows[number - 1]
        if _OPENS.match(above):
            mark = "'" if above.count("'") % 2 else '"'
            between, here = rows[number : line - 1], rows[line - 1]
            return number if mark in here and not any(mark in row for row in between) else 0
        if "'" in above or '"' in above:
            return 0
    return 0


def _neither(rows: list[str], line: int) -> str:
    row, above = rows[min(line, len(rows)) - 1], rows[line - 2] if 2 <= line <= len(rows) else ""
    if _STUCK_KEY.match(row):
        return "a space is missing after the colon"
    word = re.match(r"\s*(?:- +)?([\w-]+)(?: |$)", row)
    if word and any(re.match(rf"\s*(?:- +)?{re.escape(word[1])}:(?: |$)", other) for other in rows):
        return f"a colon is missing after {word[1]!r}"
    if re.match(rf"{row[: len(row) - len(row.lstrip())]}- ", above):
        return "a dash is missing at the start of this line; or more spaces, if it goes on from the line above"
    return "this line is neither `name: value` nor part of the text above; start it with more spaces"
