"""What a lint rule is: a small function that looks at the knowledge and yields findings."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Literal, NamedTuple

from bot.knowledge.base import TERMS, KnowledgeBase
from bot.knowledge.schema import Entry, Variant
from bot.knowledge.yaml_safe import Path as Where


class Finding(NamedTuple):
    """Something found. `at` is the place inside the entry, such as ("answers", 0, "lead"); empty: the entry itself.

    A place that begins with "topic" belongs to a topic, and `owner` is then the topic's id.
    """

    owner: str
    message: str
    at: Where = ()


@dataclass(frozen=True)
class Checked:
    """What a rule may look at."""

    knowledge: KnowledgeBase
    today: date

    @property
    def entries(self) -> Iterable[Entry]:
        """Every entry, glossary terms included."""
        return self.knowledge.entries.values()

    @property
    def own_entries(self) -> list[Entry]:
        """Entries that editors wrote, glossary terms aside."""
        return [entry for entry in self.entries if self.knowledge.topic_of[entry.id] != TERMS]

    def variants(self) -> Iterator[tuple[Entry, Variant, Where]]:
        """Every variant with its entry and its place."""
        for entry in self.entries:
            for number, variant in enumerate(entry.answers):
                yield entry, variant, ("answers", number)


Rule = Callable[[Checked], Iterable[Finding]]
Table = tuple[tuple[Literal["error", "warning"], Rule], ...]


def texts_of(variant: Variant) -> Iterator[tuple[str, Where]]:
    """What a reply may show of a variant, sources and example wording aside, each with its place."""
    yield variant.lead, ("lead",)
    yield from ((text, ("points", number)) for number, text in enumerate(variant.points))
    yield from ((text, ("steps", number)) for number, text in enumerate(variant.steps))
    for key in ("for_commissioner", "for_founder", "for_staff", "caution", "plain"):
        if text := getattr(variant, key):
            yield text, (key,)


def named(variant: Variant) -> str:
    """The variant as findings name it."""
    return ", ".join(variant.nations)
