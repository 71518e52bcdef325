"""`advisor topics --markdown`: a page that shows what is covered, for which nation, how sure, how old, and from where."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import date
from urllib.parse import urlsplit

from bot.knowledge.base import TERMS, KnowledgeBase
from bot.knowledge.schema import Entry, Variant
from bot.model import Nation, Status

SITES = 40


def page(knowledge: KnowledgeBase, today: date) -> Iterator[str]:
    """The lines of the page."""
    entries = [entry for entry in knowledge.entries.values() if knowledge.topic_of[entry.id] != TERMS]
    terms = len(knowledge.entries) - len(entries)
    yield "# What the advisor covers"
    yield ""
    yield f"Made by `advisor topics --markdown` on {today:%d %B %Y}: {len(entries)} entries and {terms} terms."
    yield "A number under a nation is how many entries have a confirmed text for it; those that could not be confirmed are apart."
    yield ""
    yield from _topics(knowledge)
    yield "## Kinds of statement"
    yield ""
    yield from _counts("status", (v.status.value for e in entries for v in e.answers), "texts")
    yield "## Sources by site"
    yield ""
    urls = (s.url for e in entries for v in e.answers for s in v.sources if s.url)
    yield from _counts("site", (urlsplit(url).netloc.removeprefix("www.") for url in urls), "citations", SITES)


def _topics(knowledge: KnowledgeBase) -> Iterator[str]:
    nations = " | ".join(nation.title for nation in Nation)
    yield f"| topic | entries | {nations} | not confirmed | read on its pages | oldest knowledge |"
    yield f"| --- | --- |{' --- |' * len(Nation)} --- | --- | --- |"
    for topic in knowledge.topics.values():
        entries = [entry for entry in knowledge.entries.values() if knowledge.topic_of[entry.id] == topic.id]
        texts = [variant for entry in entries for variant in entry.answers]
        cells = [
            topic.title,
            str(len(entries)),
            *(str(sum(_confirmed(entry, nation) for entry in entries)) for nation in Nation),
            str(sum(variant.status is Status.NOT_CONFIRMED for variant in texts)),
            str(sum(entry.reviewed is not None for entry in entries)),
            _oldest(entries, texts),
        ]
        yield f"| {' | '.join(cells)} |"
    yield ""


def _confirmed(entry: Entry, nation: Nation) -> bool:
    return entry.choice is not None or any(
        nation in variant.scope and variant.status is not Status.NOT_CONFIRMED for variant in entry.answers
    )


def _oldest(entries: Iterable[Entry], texts: Iterable[Variant]) -> str:
    days = [entry.reviewed for entry in entries if entry.reviewed]
    days += [variant.known_to.last() for variant in texts if variant.known_to]
    return f"{min(days):%B %Y}" if days else "-"


def _counts(name: str, values: Iterable[str], what: str, most: int | None = None) -> Iterator[str]:
    counted = Counter(values)
    yield f"| {name} | {what} |"
    yield "| --- | --- |"
    yield from (
        f"| {value} | {count} |" for value, count in sorted(counted.items(), key=lambda c: (-c[1], c[0]))[:most]
    )
    if most is not None and len(counted) > most:
        yield f"| {len(counted) - most} others | {counted.total() - sum(c for _, c in counted.most_common(most))} |"
    yield ""
