"""One file of knowledge: its bytes as plain data with lines, and the data as a model, or every problem it has."""

from __future__ import annotations

from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel, ValidationError

from bot.knowledge.base import Problem
from bot.knowledge.plain_words import in_plain_words
from bot.knowledge.yaml_safe import Document, YamlProblem, read

M = TypeVar("M", bound=BaseModel)


def name_of(path: Path, root: Path) -> str:
    """The path as problems show it: from `root` on where it lies inside, else whole."""
    return path.relative_to(root).as_posix() if path.is_relative_to(root) else str(path)


def bytes_of(path: Path) -> bytes | OSError:
    """A file's bytes, or why it can't be read."""
    try:
        return path.read_bytes()
    except OSError as error:
        return error


def parse(raw: bytes | OSError, name: str) -> tuple[Document | None, list[Problem]]:
    """Plain data with lines, or what is wrong with the file."""
    if isinstance(raw, OSError):
        return None, [Problem(name, 1, f"the file can't be read ({raw.strerror})", rule="yaml")]
    try:
        return read(raw), []
    except YamlProblem as problem:
        return None, [Problem(name, problem.line, problem.message, rule="yaml")]


def validate(model: type[M], document: Document, name: str) -> tuple[M | None, list[Problem]]:
    """The data as a model, or every problem with its line."""
    try:
        return model.model_validate(document.data), []
    except ValidationError as error:
        return None, [
            Problem(name, document.line(where), message, rule="format")
            for where, message in in_plain_words(error, model, document)
        ]
