"""The maintainers' small commands: preview, due, topics, schema."""

from __future__ import annotations

import difflib
import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

from adapters.bootstrap import now
from adapters.plain import as_text
from adapters.settings import read_settings
from adapters.terminal.coverage import page
from bot.compose import review_due
from bot.errors import UsageError
from bot.knowledge.base import KnowledgeBase
from bot.knowledge.load import default_folder, load
from bot.knowledge.schema import Entry, Guards, Language, Messages, Model, NotOursFile, QuestionFile, TopicFile
from bot.model import Nation, Role
from bot.replies import Asking, Replies
from bot.say import Voice

SCHEMAS: dict[str, type[Model]] = {
    "topic": TopicFile, "language": Language, "guards": Guards, "not_ours": NotOursFile,
    "messages": Messages, "questions": QuestionFile,
}  # fmt: skip


def _knowledge(folder: Path | None) -> KnowledgeBase:
    return load(folder or default_folder())


def preview(folder: Path | None, entry_id: str) -> int:
    """Print an entry for every nation and role, each different text once."""
    knowledge = _knowledge(folder)
    if entry_id not in knowledge.entries:
        near = difflib.get_close_matches(entry_id, knowledge.entries, n=3)
        hint = f" Did you mean {', '.join(near)}?" if near else " See: advisor topics"
        raise UsageError(f"There is no entry {entry_id!r}.{hint}")
    entry = knowledge.entries[entry_id]
    replies = Replies(knowledge, Voice(knowledge.messages.languages, read_settings().who_runs_it()))
    print(f"{entry.id}: {entry.question}")
    for nations, roles, text in _previews(replies, entry):
        print(f"\n--- terminal, {nations}, {roles} ---\n{text}")
    return 0


def _previews(replies: Replies, entry: Entry) -> Iterator[tuple[str, str, str]]:
    """(nations, roles, text) for each text that differs, in a fixed order."""
    seen: dict[str, tuple[list[str], list[str]]] = {}
    for nation in (None, *Nation):
        for role in (None, *Role):
            asking = Asking(turn="preview", today=now().date(), nation=nation, role=role)
            text = as_text(replies.show([entry.id], asking), replies.voice)
            nations, roles = seen.setdefault(text, ([], []))
            nations.append(nation.value if nation else "no nation")
            roles.append(role.value if role else "no role")
    for text, (nations, roles) in seen.items():
        yield ", ".join(dict.fromkeys(nations)), ", ".join(dict.fromkeys(roles)), text


def due(folder: Path | None, within: int) -> int:
    """Print what falls due, the most overdue first."""
    knowledge = _knowledge(folder)
    until = now().date() + timedelta(days=within)
    rows = []
    for entry in knowledge.entries.values():
        topic = knowledge.topics[knowledge.topic_of[entry.id]]
        day = review_due(entry, topic.review_every_months)
        if day is not None and day <= until:
            rows.append((day, topic, entry))
    for day, topic, entry in sorted(rows, key=lambda row: (row[0], row[2].id)):
        path, line = knowledge.where[entry.id]
        print(f"{day}  {entry.id}  ({topic.owner}; {path}:{line})")
        urls = {source.url for variant in entry.answers for source in variant.sources if source.url}
        for url in sorted(urls):
            print(f"            {url}")
    unread = sum(not e.reviewed and bool(e.answers) for e in knowledge.entries.values())
    print(f"{len(rows)} entries due by {until}; {unread} entries in all have never been reviewed (known_to only).")
    return 0


def topics(folder: Path | None, *, markdown: bool) -> int:
    """Print topics with their entries' number and nations; or the coverage page."""
    knowledge = _knowledge(folder)
    if markdown:
        print("\n".join(page(knowledge, now().date())), end="")
        return 0
    for topic in knowledge.topics.values():
        entries = [e for e in knowledge.entries.values() if knowledge.topic_of[e.id] == topic.id]
        by_nation = {
            nation: sum(any(nation in v.scope for v in entry.answers) for entry in entries) for nation in Nation
        }
        counts = ", ".join(f"{nation.title} {count}" for nation, count in by_nation.items())
        print(f"{topic.id}: {topic.title} ({len(entries)} entries; {counts})")
        for entry in entries:
            print(f"  {entry.id}: {entry.question}")
    return 0


def schema(kind: str) -> int:
    """Print a JSON Schema."""
    found = {"$schema": "https://json-schema.org/draft/2020-12/schema", **SCHEMAS[kind].model_json_schema()}
    print(json.dumps(found, indent=2))
    return 0
