"""What is wrong with a file, for somebody who has never seen a program: pydantic's findings in plain words."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator
from typing import Any

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from bot.knowledge.yaml_safe import Document
from bot.knowledge.yaml_safe import Path as Where

_SENTENCES = {
    "missing": "{key!r} is missing here",
    "string_type": "{key!r} must be a text; {given}",
    "dict_type": "{key!r} must be a group of `name: value` lines; {given}",
    "model_type": "{key!r} must be a group of `name: value` lines; {given}",
    "tuple_type": "{key!r} must be a list: put each on a line of its own after a dash; {given}",
    "list_type": "{key!r} must be a list: put each on a line of its own after a dash; {given}",
    "too_long": "{key!r} has {actual_length} parts; {max_length} is the most",
    "too_short": "{key!r} has {actual_length} parts; {min_length} is the least",
    "string_too_short": "{key!r} is empty: write it, or leave the line out",
    "string_too_long": "{key!r} is longer than {max_length} characters",
    "bool_parsing": "{key!r} must be true or false",
    "int_parsing": "{key!r} must be a whole number",
    "greater_than_equal": "{key!r} must be {ge} or more",
    "less_than_equal": "{key!r} must be {le} or less",
}


def in_plain_words(error: ValidationError, model: type[BaseModel], document: Document) -> Iterator[tuple[Where, str]]:
    """(place, sentence) for each thing wrong."""
    seen: set[tuple[Where, str]] = set()
    for detail in error.errors(include_url=False):
        where = tuple(part for part in detail["loc"] if _is_place(part))
        where = _known(where, document)
        message = _sentence(detail, model)
        if (where, message) not in seen:
            seen.add((where, message))
            yield where, message


def _is_place(part: str | int) -> bool:
    """Pydantic names the branch of a union among the places; those are no part of the file."""
    return isinstance(part, int) or not ("[" in part or part in {"literal", "tuple"})


def _known(where: Where, document: Document) -> Where:
    while where and where not in document.lines:
        where = where[:-1]
    return where


def _sentence(detail: ErrorDetails, model: type[BaseModel]) -> str:
    kind, context = detail["type"], detail.get("ctx") or {}
    key = next((part for part in reversed(detail["loc"]) if isinstance(part, str) and _is_place(part)), "this file")
    if kind == "extra_forbidden":
        return f"{key!r} is not a key we know here{_near(key, _keys(model))}"
    if kind in {"enum", "literal_error"}:
        expected = str(context.get("expected", ""))
        options = [word.strip(" '") for word in expected.replace(" or ", ",").split(",")]
        return (
            f"{detail['input']!r} is not a value for {key!r}{_near(str(detail['input']), options)} (one of {expected})"
        )
    if kind == "string_pattern_mismatch":
        return _pattern(key, detail["input"])
    if kind == "value_error":
        return str(context.get("error", detail["msg"]))
    template = _SENTENCES.get(kind)
    if template is None:
        return f"{key!r}: {detail['msg']}"
    given = "nothing is written" if detail["input"] is None else f"here stands {str(detail['input'])[:40]!r}"
    return template.format(key=key, given=given, **context)


def _pattern(key: str, given: Any) -> str:
    if "url" in key:
        return f"{given!r} is not a link: it must begin with https:// and have no spaces"
    return f"{given!r} is no id: small letters, digits and single hyphens, 40 at most (such as cbc-duty-threshold)"


def _near(word: str, known: Iterable[str]) -> str:
    near = difflib.get_close_matches(word, list(known), n=1, cutoff=0.6)
    return f"; did you mean {near[0]!r}?" if near else ""


def _keys(model: type[BaseModel]) -> set[str]:
    """Every key of the model's schema, by the names editors write."""
    schema = model.model_json_schema()
    parts = [schema, *schema.get("$defs", {}).values()]
    return {key for part in parts for key in part.get("properties", {})}
