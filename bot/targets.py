"""What the matcher ranks, made from the knowledge: entries, guards with phrasings, and questions nothing answers."""

from __future__ import annotations

from bot.knowledge.base import KnowledgeBase
from bot.knowledge.schema import Entry
from bot.matching.decide import NOT_OURS
from bot.matching.index import Target
from bot.model import Nation

GUARD = "guard:"  # before a guard's id among the targets; no entry id can hold a colon


def is_entry(target: str) -> bool:
    """Whether a target answers with an entry; guards and questions that nothing answers do not."""
    return ":" not in target


def _nations(entry: Entry) -> frozenset[Nation]:
    if entry.choice is not None:
        return frozenset(Nation)
    return frozenset(nation for variant in entry.answers for nation in variant.scope)


def targets_of(knowledge: KnowledgeBase) -> tuple[Target, ...]:
    """Every target, in file order."""
    lent: dict[str, list[str]] = {}  # near misses of other entries that belong to this one: ways to ask for it too
    for entry in knowledge.entries.values():
        for miss in entry.near_misses:
            if miss.entry is not None:
                lent.setdefault(miss.entry, []).append(miss.text)
    entries = [
        Target(
            entry.id,
            (entry.question, *entry.phrasings, *lent.get(entry.id, ())),
            _nations(entry),
            knowledge.topic_of[entry.id],
        )
        for entry in knowledge.entries.values()
    ]
    guards = [Target(GUARD + guard.id, guard.phrasings) for guard in knowledge.guards if guard.phrasings]
    not_ours = [Target(NOT_OURS + group.id, group.phrasings) for group in knowledge.not_ours]
    return (*entries, *guards, *not_ours)
