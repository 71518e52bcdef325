"""The parsed knowledge as bytes, to be kept with the matcher's cache. JSON, validated again when read."""

from __future__ import annotations

from pathlib import Path
from types import MappingProxyType

from pydantic import BaseModel

from bot.knowledge.base import KnowledgeBase
from bot.knowledge.schema import Entry, Guard, Language, Messages, Topic


class _Snapshot(BaseModel):
    topics: tuple[Topic, ...]
    entries: tuple[Entry, ...]
    topic_of: dict[str, str]
    language: Language
    guards: tuple[Guard, ...]
    messages: Messages
    revision: str
    where: dict[str, tuple[str, int]]


def dump(knowledge: KnowledgeBase) -> bytes:
    """The knowledge as bytes."""
    snapshot = _Snapshot(
        topics=tuple(knowledge.topics.values()),
        entries=tuple(knowledge.entries.values()),
        topic_of=dict(knowledge.topic_of),
        language=knowledge.language,
        guards=knowledge.guards,
        messages=knowledge.messages,
        revision=knowledge.revision,
        where=dict(knowledge.where),
    )
    return snapshot.model_dump_json(by_alias=True).encode()


def undump(raw: bytes, folder: Path) -> KnowledgeBase:
    """The knowledge again. ValueError (pydantic's) if these are not its bytes."""
    found = _Snapshot.model_validate_json(raw)
    return KnowledgeBase(
        topics=MappingProxyType({topic.id: topic for topic in found.topics}),
        entries=MappingProxyType({entry.id: entry for entry in found.entries}),
        topic_of=MappingProxyType(found.topic_of),
        language=found.language,
        guards=found.guards,
        messages=found.messages,
        revision=found.revision,
        folder=folder,
        where=MappingProxyType(found.where),
    )
