"""What changed between two versions of the knowledge, as an editor would tell it. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from bot.knowledge.base import TERMS, KnowledgeBase
from bot.knowledge.schema import Entry, Source, Variant
from bot.say import nations_in_words

SAID = ("lead", "points", "steps", "plain", "caution", "for_commissioner", "for_founder", "for_staff", "wording")
NAMES = {
    "points": "points", "steps": "steps", "plain": "the simple version", "caution": "the caution",
    "for_commissioner": "the note for commissioners", "for_founder": "the note for founders",
    "for_staff": "the note for staff", "wording": "the example wording",
}  # fmt: skip


@dataclass(frozen=True)
class Change:
    """What became of one entry: `new`, `gone` or `changed`, with a sentence for each thing that differs."""

    entry: str
    question: str
    topic: str
    kind: str
    details: tuple[str, ...] = ()


def changes(before: KnowledgeBase, after: KnowledgeBase) -> tuple[Change, ...]:
    """Every entry that differs, new ones first, then changed, then gone, each in file order."""
    new = [i for i in after.entries if i not in before.entries]
    gone = [i for i in before.entries if i not in after.entries]
    found = [Change(i, after.entries[i].question, _topic(after, i), "new") for i in new]
    for entry in after.entries:
        if entry in before.entries:
            details = tuple(_details(before, after, entry))
            if details:
                found.append(Change(entry, after.entries[entry].question, _topic(after, entry), "changed", details))
    return (*found, *(Change(i, before.entries[i].question, _topic(before, i), "gone") for i in gone))


def _topic(knowledge: KnowledgeBase, entry: str) -> str:
    topic = knowledge.topic_of[entry]
    return "Glossary" if topic == TERMS else knowledge.topics[topic].title


def _details(before: KnowledgeBase, after: KnowledgeBase, entry: str) -> Iterator[str]:
    old, new = before.entries[entry], after.entries[entry]
    if _topic(before, entry) != _topic(after, entry):
        yield f"moved from {_topic(before, entry)}"
    if old.question != new.question:
        yield f"the question was: {old.question}"
    yield from _variants(old, new)
    if old.choice != new.choice:
        yield "the choice it asks for changed"
    added, taken = _set(new.phrasings) - _set(old.phrasings), _set(old.phrasings) - _set(new.phrasings)
    if added or taken:
        yield f"ways of asking: {len(added)} added, {len(taken)} taken out"
    if old.reviewed != new.reviewed:
        yield f"reviewed {new.reviewed or 'no more'} (was {old.reviewed or 'not'})"


def _set(texts: tuple[str, ...]) -> set[str]:
    return set(texts)


def _variants(old: Entry, new: Entry) -> Iterator[str]:
    left, right = {_key(v): v for v in old.answers}, {_key(v): v for v in new.answers}
    for key, variant in right.items():
        if key not in left:
            yield f"{_name(variant)}: a new text: {variant.lead}"
        else:
            yield from (f"{_name(variant)}: {what}" for what in _changed(left[key], variant))
    for key, variant in left.items():
        if key not in right:
            yield f"{_name(variant)}: its text was taken out: {variant.lead}"


def _key(variant: Variant) -> tuple[object, ...]:
    """What makes it the same text in both versions: for whom, and from when."""
    return variant.scope, str(variant.from_ or "")


def _name(variant: Variant) -> str:
    since = f", from {variant.from_.in_words()}" if variant.from_ else ""
    return f"{nations_in_words(variant.scope)}{since}"


def _changed(old: Variant, new: Variant) -> Iterator[str]:
    for field in SAID:
        was, now = getattr(old, field), getattr(new, field)
        if was != now and field == "lead":
            yield f"now says: {now} (it said: {was})"
        elif was != now:
            yield f"{NAMES[field]} {'added' if not was else 'taken out' if not now else 'changed'}"
    if old.status != new.status:
        yield f"status {new.status.value} (was {old.status.value})"
    if old.to != new.to:
        yield f"holds until {new.to.in_words() if new.to else 'further notice'}"
    if old.replaced_by != new.replaced_by:
        yield "what replaced it changed"
    for source in _added(new.sources, old.sources):
        yield f"source added: {source.title}"
    for source in _added(old.sources, new.sources):
        yield f"source taken out: {source.title}"
    if old.known_to != new.known_to and new.known_to:
        yield f"known to {new.known_to.in_words()}"


def _added(these: tuple[Source, ...], those: tuple[Source, ...]) -> list[Source]:
    urls = {(source.url, source.title if source.url is None else "") for source in those}
    return [source for source in these if (source.url, source.title if source.url is None else "") not in urls]
