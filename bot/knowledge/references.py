"""Every id that one part of the knowledge names must exist in another, be it in an entry that has another mistake."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from bot.knowledge.yaml_safe import Document
from bot.knowledge.yaml_safe import Path as Where

_ID_LINE = re.compile(r"^[ \t]*-[ \t]*\{?[ \t]*id:[ \t]*[\"']?([a-z0-9-]+)", re.MULTILINE)


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """`; did you mean 'x'?` for the nearest known word, or nothing."""
    near = difflib.get_close_matches(word, list(known), n=1, cutoff=0.6)
    return f"; did you mean {near[0]!r}?" if near else ""


def ids_in(document: Document) -> Iterator[str]:
    """The ids of a topic file's entries, also where the rest of an entry is wrong."""
    for _, entry in _maps(_get(document.data, "entries")):
        if isinstance(entry.get("id"), str):
            yield entry["id"]


def ids_in_broken(raw: bytes) -> Iterator[str]:
    """The ids of a file that is no YAML: one missing quote must not make every other file's links look wrong."""
    yield from _ID_LINE.findall(raw.decode(errors="replace"))


def named_by_topic(data: Any) -> Iterator[tuple[Where, str]]:
    """(place, id) for every entry that a topic file's entries lead to."""
    for n, entry in _maps(_get(data, "entries")):
        base: Where = ("entries", n)
        yield from _texts(entry.get("see_also"), (*base, "see_also"))
        for i, miss in _maps(entry.get("near_misses")):
            yield from _text(miss.get("entry"), (*base, "near_misses", i, "entry"))
        for i, variant in _maps(entry.get("answers")):
            yield from _texts(variant.get("replaced_by"), (*base, "answers", i, "replaced_by"))
        for i, option in _maps(_get(entry.get("choice"), "options")):
            yield from _text(option.get("entry"), (*base, "choice", "options", i, "entry"))


def named_by_language(data: Any) -> Iterator[tuple[Where, str]]:
    """(place, id) for every entry that a glossary term leads to."""
    for n, term in _maps(_get(data, "terms")):
        yield from _texts(term.get("see"), ("terms", n, "see"))


def named_by_guards(data: Any) -> Iterator[tuple[Where, str]]:
    """(place, id) for every entry that a guard offers."""
    for n, guard in _maps(_get(data, "guards")):
        yield from _texts(_get(guard.get("says"), "offer"), ("guards", n, "says", "offer"))


def _get(value: Any, key: str) -> Any:
    return value.get(key) if isinstance(value, dict) else None


def _maps(value: Any) -> Iterator[tuple[int, Mapping[str, Any]]]:
    for number, item in enumerate(value if isinstance(value, list) else ()):
        if isinstance(item, dict):
            yield number, item


def _texts(value: Any, where: Where) -> Iterator[tuple[Where, str]]:
    for number, item in enumerate(value if isinstance(value, list) else ()):
        yield from _text(item, (*where, number))


def _text(value: Any, where: Where) -> Iterator[tuple[Where, str]]:
    """What is no text is the schema's to report."""
    if isinstance(value, str):
        yield where, value
