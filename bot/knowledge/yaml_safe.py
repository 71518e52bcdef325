"""YAML read safely: every scalar is text, and what could hurt is refused before it is built.

PyYAML's C parser crashes the interpreter on documents nested some 50,000 deep, so a first pass over the events counts
the depth and stops at once; it also refuses anchors, aliases (the bomb), tags and second documents. Then the tree is
composed once and plain data are built from its nodes, with the line of every part kept.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

import yaml

MAX_BYTES = 5_000_000
MAX_DEPTH = 40
_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_TOO_DEEP = f"this is nested more than {MAX_DEPTH} deep; is a bracket left open?"
_NULLS = {"", "~", "null"}
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")
_KEY = re.compile(r"\s*(?:- +)?[\w-]+:(?: |$)")
_STUCK_KEY = re.compile(r"\s*(?:- +)?[\w-]+:[^\s:/]")
_AFTER_CLOSE = re.compile(r"""(?:^|[:\-,] *)(?:"[^"]*"|'[^']*'|\[[^\]]*\]|\{[^}]*\})\s*[^\s,#\]}:]""")
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
    try:
        _guard(text)
        node = yaml.compose(text, Loader=_Loader)
    except yaml.MarkedYAMLError as error:
        raise YamlProblem(*_in_plain_words(error, text)) from None
    except yaml.reader.ReaderError as error:
        line = text[: error.position].count("\n") + 1 if isinstance(error.position, int) else 1
        raise YamlProblem(
            line, "there is an invisible control character here; delete it and type the text again"
        ) from None
    document = Document(None)
    document.data = _build(node, (), document.lines) if node is not None else None
    return document


def _guard(text: str) -> None:
    depth = documents = 0
    for event in yaml.parse(text, Loader=_Loader):
        line = event.start_mark.line + 1 if event.start_mark else 1
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            raise YamlProblem(
                line, "& and * shortcuts are not allowed; write the text out, or quote it if it is a text"
            )
        if isinstance(event, yaml.DocumentStartEvent):
            documents += 1
            if documents > 1:
                raise YamlProblem(line, "a second document begins here (---); one file holds one document")
        tag = getattr(event, "tag", None)
        if tag and not (isinstance(event, yaml.ScalarEvent) and tag == "!"):
            raise YamlProblem(line, f"tags such as {tag} are not allowed; put quotes round this text")
        if isinstance(event, yaml.MappingStartEvent | yaml.SequenceStartEvent):
            depth += 1
            if depth > MAX_DEPTH:
                raise YamlProblem(line, _TOO_DEEP)
        elif isinstance(event, yaml.MappingEndEvent | yaml.SequenceEndEvent):
            depth -= 1


def _build(node: Any, path: Path, lines: dict[Path, int]) -> Any:
    lines[path] = node.start_mark.line + 1
    if isinstance(node, yaml.ScalarNode):
        if node.style == '"' and _CONTROL.search(node.value):
            raise YamlProblem(lines[path], "a backslash here makes an invisible control character; take it out")
        return None if not node.style and node.value in _NULLS else node.value  # the C parser says '' for plain
    if isinstance(node, yaml.SequenceNode):
        return [_build(item, (*path, number), lines) for number, item in enumerate(node.value)]
    built: dict[str, Any] = {}
    first: dict[str, int] = {}
    for key_node, value_node in node.value:
        line = key_node.start_mark.line + 1
        if not isinstance(key_node, yaml.ScalarNode):
            raise YamlProblem(line, "a key must be one word; put quotes round this text if it is a text")
        key = key_node.value
        if key == "<<":
            raise YamlProblem(line, "<< is not allowed; write the lines out")
        if key in built:
            raise YamlProblem(line, f"{key!r} stands here twice (first on line {first[key]}); keep one")
        first[key] = line
        built[key] = _build(value_node, (*path, key), lines)
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
        return start, "this line is neither `name: value` nor part of the text above; start it with more spaces"
    if "expected <block end>" in problem or "expected key" in problem or "block" in problem or "block" in context:
        return line, _BAD_SPACES
    return line, f"this can't be read as YAML ({error.problem}); look for a missing quote or wrong spaces"
