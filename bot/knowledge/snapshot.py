"""The parsed knowledge on disk, so that a start need not read the YAML again. JSON with a checksum, validated when read."""

from __future__ import annotations

import hashlib
import logging
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType
from zlib import crc32

from pydantic import BaseModel

from bot.kept import older, write
from bot.knowledge.base import KnowledgeBase
from bot.knowledge.schema import Entry, Guard, Language, Messages, NotOurs, Topic

log = logging.getLogger(__name__)

HERE = Path(__file__).parent
KEEP = 4  # snapshots of other revisions kept beside the newest


class _Snapshot(BaseModel):
    topics: tuple[Topic, ...]
    entries: tuple[Entry, ...]
    topic_of: dict[str, str]
    language: Language
    guards: tuple[Guard, ...]
    not_ours: tuple[NotOurs, ...]
    messages: Messages
    revision: str
    where: dict[str, tuple[str, int]]


def path_in(cache_dir: Path, revision: str) -> Path:
    """Where the snapshot of a revision is kept, read by this very code."""
    return cache_dir / f"knowledge-{revision}-{_code()}.json"


@lru_cache(maxsize=1)
def _code() -> str:
    digest = hashlib.sha256()
    for path in (*sorted(HERE.glob("*.py")), HERE.parent / "model.py"):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:8]


def save(path: Path, knowledge: KnowledgeBase) -> None:
    """Write the knowledge at once. OSError if it can't be written."""
    snapshot = _Snapshot(
        topics=tuple(knowledge.topics.values()),
        entries=tuple(knowledge.entries.values()),
        topic_of=dict(knowledge.topic_of),
        language=knowledge.language,
        guards=knowledge.guards,
        not_ours=knowledge.not_ours,
        messages=knowledge.messages,
        revision=knowledge.revision,
        where=dict(knowledge.where),
    )
    body = snapshot.model_dump_json(by_alias=True).encode()
    write(path, b"%08x\n" % crc32(body) + body)
    for old in older(path, KEEP):
        old.unlink(missing_ok=True)


def load(path: Path, folder: Path) -> KnowledgeBase | None:
    """The knowledge again; None if there is no snapshot or it is damaged."""
    try:
        told, _, body = path.read_bytes().partition(b"\n")
        if told != b"%08x" % crc32(body):
            raise ValueError("wrong checksum")
        found = _Snapshot.model_validate_json(body)
    except FileNotFoundError:
        return None
    except (OSError, ValueError) as error:
        log.warning("the kept knowledge %s is damaged (%s) and is read from its files", path.name, error)
        return None
    return KnowledgeBase(
        topics=MappingProxyType({topic.id: topic for topic in found.topics}),
        entries=MappingProxyType({entry.id: entry for entry in found.entries}),
        topic_of=MappingProxyType(found.topic_of),
        language=found.language,
        guards=found.guards,
        not_ours=found.not_ours,
        messages=found.messages,
        revision=found.revision,
        folder=folder,
        where=MappingProxyType(found.where),
    )
