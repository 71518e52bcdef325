"""What is wrong with a file, for somebody who has never seen a program: pydantic's findings in plain words."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from bot.knowledge.references import did_you_mean
from bot.knowledge.yaml_safe import Document
from bot.knowledge.yaml_safe import Path as Where

_SENTENCES = {
    "missing": "{key!r} is missing here",
    "string_type": "{key!r} must be a text; {given}",
    "dict_type": "{key!r} must be a group of `name: value` lines; {given}",
    "model_type": "{key!r} must be a group of `name: value` lines; {given}",
    "tuple_type": "{key!r} must be a list: put it in [square brackets], or each on a line after a dash; {given}",
    "list_type": "{key!r} must be a list: put it in [square brackets], or each on a line after a dash; {given}",
    "too_long": "{key!r} has {actual_length} parts; {max_length} is the most",
    "too_short": "{key!r} has {actual_length} parts; {min_length} is the least",
    "string_too_short": "{key!r} is empty: write it, or leave the line out",
    "string_too_long": "{key!r} is longer than {max_length} characters",
    "bool_parsing": "{key!r} must be true or false; {given}",
    "bool_type": "{key!r} must be true or false; {given}",
    "int_parsing": "{key!r} must be a whole number; {given}",
    "int_type": "{key!r} must be a whole number; {given}",
    "dataclass_type": "{key!r} must be a date such as 2026, 2026-06 or 2026-06-30; {given}",
    "date_type": "{key!r} must be a day such as 2026-06-30; {given}",
    "greater_than_equal": "{key!r} must be {ge} or more",
    "less_than_equal": "{key!r} must be {le} or less",
}

_CALLED = {
    "Topic": "the topic", "Entry": "the entry", "Variant": "an answer", "Source": "a source", "Term": "a term",
    "HelpContact": "a help contact", "SpecialistCheck": "specialist_check", "NearMiss": "a near miss",
    "Choice": "a choice", "ChoiceOption": "an option", "ExampleWording": "wording", "TopicFile": "the file",
    "NotOurs": "a group", "NotOursFile": "the file",
    "Guard": "a guard", "Guards": "the file", "GuardSays": "says", "Language": "the file", "Question": "a question",
    "QuestionFile": "the file", "Messages": "the file",
}  # fmt: skip


def in_plain_words(error: ValidationError, model: type[BaseModel], document: Document) -> Iterator[tuple[Where, str]]:
    """(place, sentence) for each thing wrong."""
    seen: set[tuple[Where, str]] = set()
    details = error.errors(include_url=False)
    for detail in details:
        if _only_follows(detail, details):
            continue
        where = tuple(part for part in detail["loc"] if _is_place(part))
        where = _known(where, document)
        message = _sentence(detail, model)
        if (where, message) not in seen:
            seen.add((where, message))
            yield where, message


def _is_place(part: str | int) -> bool:
    """Pydantic names the branch of a union among the places; those are no part of the file."""
    return isinstance(part, int) or not ("[" in part or part in {"literal", "tuple"})


def _only_follows(detail: ErrorDetails, details: list[ErrorDetails]) -> bool:
    """An empty list because its parts are wrong, and `nothing` where a list was begun: the other finding says it."""
    kind, loc = detail["type"], detail["loc"]
    if kind == "too_short":
        return any(len(other["loc"]) > len(loc) and other["loc"][: len(loc)] == loc for other in details)
    return kind == "literal_error" and any(
        other["type"] == "tuple_type" and other["loc"][:-1] == loc[:-1] and loc[-1:] != other["loc"][-1:]
        for other in details
    )


def _known(where: Where, document: Document) -> Where:
    while where and where not in document.lines:
        where = where[:-1]
    return where


def _sentence(detail: ErrorDetails, model: type[BaseModel]) -> str:
    kind, context = detail["type"], detail.get("ctx") or {}
    key = next((part for part in reversed(detail["loc"]) if isinstance(part, str) and _is_place(part)), "this file")
    if kind == "extra_forbidden":
        if detail["input"] is None:  # `{text: yes, but no, entry: x}` reads as a key `but no` without a value
            return f"{key!r} is not a key we know here; if it belongs to the text before it, put quotes round all of it"
        if key in _keys(model):
            return f"{key!r} does not belong here: it is a key of {_owners(model, key)}"
        return f"{key!r} is not a key we know here{did_you_mean(key, _keys(model))}"
    if kind in {"enum", "literal_error"}:
        expected = str(context.get("expected", ""))
        options = [word.strip(" '") for word in expected.replace(" or ", ",").split(",")]
        if not isinstance(detail["input"], str):
            return f"{key!r} must be one of {expected}; {_given(detail['input'])}"
        near = did_you_mean(detail["input"], options)
        return f"{detail['input']!r} is not a value for {key!r}{near} (one of {expected})"
    if kind == "string_pattern_mismatch":
        return _pattern(key, detail["input"])
    if kind == "value_error":
        return str(context.get("error", detail["msg"]))
    if kind == "string_type" and isinstance(detail["input"], dict) and len(detail["input"]) == 1:
        return "put double quotes round this sentence: it has a colon"
    if kind == "string_type" and isinstance(detail["input"], list):
        return "put double quotes round this text: it stands in square brackets"
    template = _SENTENCES.get(kind)
    if template is None:
        return f"{key!r}: {detail['msg']}"
    return template.format(key=key, given=_given(detail["input"]), **context)


def _given(found: Any) -> str:
    if found is None:
        return "nothing is written"
    if isinstance(found, dict | list):
        return f"here stands a {'group of lines' if isinstance(found, dict) else 'list'}"
    return f"here stands {str(found)[:40]!r}"


def _pattern(key: str, given: Any) -> str:
    if "url" in key:
        return f"{given!r} is not a link: it must begin with https:// and have no spaces"
    if key == "term":
        return f"{given!r} has no letter or digit to make an id from"
    return f"{given!r} is no id: small letters, digits and single hyphens, 40 at most (such as cbc-duty-threshold)"


@cache
def _keys(model: type[BaseModel]) -> frozenset[str]:
    """Every key of the model's schema, by the names editors write."""
    schema = model.model_json_schema()
    parts = [schema, *schema.get("$defs", {}).values()]
    return frozenset(key for part in parts for key in part.get("properties", {}))


def _owners(model: type[BaseModel], key: str) -> str:
    schema = model.model_json_schema()
    parts = [schema, *schema.get("$defs", {}).values()]
    names = [part["title"] for part in parts if key in part.get("properties", {})]
    return " or ".join(_CALLED.get(name, name) for name in names)
