"""The knowledge once loaded: immutable, with the revision of the files it came from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from bot.knowledge.schema import Entry, Guard, Language, Messages, NotOurs, Topic

TERMS = "terms"  # the topic that glossary terms belong to


@dataclass(frozen=True)
class Problem:
    """Something wrong in a file, in words an editor understands."""

    path: str
    line: int
    message: str
    rule: str = "format"
    severity: Literal["error", "warning"] = "error"

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.message}"


@dataclass(frozen=True)
class KnowledgeBase:
    """Everything the advisor knows. Maps keep the order of the files."""

    topics: Mapping[str, Topic]
    entries: Mapping[str, Entry]  # glossary terms included, as `term-...`
    topic_of: Mapping[str, str]  # entry id -> topic id
    language: Language
    guards: tuple[Guard, ...]
    not_ours: tuple[NotOurs, ...]
    messages: Messages
    revision: str  # hash of the files
    folder: Path
    where: Mapping[str, tuple[str, int]]  # entry id -> file and line
