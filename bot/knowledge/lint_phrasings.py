"""Lint of phrasings: enough of them, and none that two entries would claim."""

from __future__ import annotations

from collections.abc import Iterator

from bot.knowledge.lint_rule import Checked, Finding, Table
from bot.knowledge.lint_text import folded, singular
from bot.knowledge.schema import Entry
from bot.knowledge.yaml_safe import Path as Where

ENOUGH, ENOUGH_FOR_A_CHOICE = 8, 6


def _asked(entry: Entry) -> Iterator[tuple[str, Where]]:
    yield entry.question, ("question",)
    yield from ((text, ("phrasings", number)) for number, text in enumerate(entry.phrasings))


def phrasing_collides(checked: Checked) -> Iterator[Finding]:
    """The same phrasing, after normalising, under two entries: which one would be right?"""
    known = checked.knowledge
    owners = {folded(text): f"the guard {guard.id!r}" for guard in known.guards for text in guard.phrasings}
    for group in known.not_ours:
        owners.update((folded(text), f"{group.id!r} of not_ours.yaml") for text in group.phrasings)
    for entry in checked.entries:
        for text, at in _asked(entry):
            other = owners.setdefault(folded(text), repr(entry.id))
            if other != repr(entry.id):
                yield Finding(entry.id, f"the phrasing {text!r} stands under {other} too; keep it in one of them", at)


def phrasing_nearly_collides(checked: Checked) -> Iterator[Finding]:
    """The same words in another order, or with other little words."""
    owners: dict[frozenset[str], tuple[str, str]] = {}
    scaffold = {word for text in checked.knowledge.language.scaffold for word in folded(text).split()}
    for entry in checked.own_entries:
        for text, at in _asked(entry):
            words = frozenset(singular(word) for word in folded(text).split() if word not in scaffold)
            other, theirs = owners.setdefault(words, (entry.id, text))
            if len(words) > 1 and other != entry.id and folded(theirs) != folded(text):
                message = f"the phrasing {text!r} is nearly {theirs!r} of {other!r}; make the difference plain"
                yield Finding(entry.id, message, at)


def phrasing_twice(checked: Checked) -> Iterator[Finding]:
    """Twice in one entry gains nothing."""
    for entry in checked.own_entries:
        seen: set[str] = set()
        for number, text in enumerate(entry.phrasings):
            if folded(text) in seen:
                yield Finding(entry.id, f"the phrasing {text!r} stands here twice", ("phrasings", number))
            seen.add(folded(text))


def too_few_phrasings(checked: Checked) -> Iterator[Finding]:
    """Matching lives on phrasings: five to ten of them gained ten points on public sets."""
    for entry in checked.own_entries:
        enough = ENOUGH_FOR_A_CHOICE if entry.choice else ENOUGH
        if len(entry.phrasings) < enough:
            message = f"{len(entry.phrasings)} phrasings; write at least {enough}, in people's own words"
            yield Finding(entry.id, message)


RULES: Table = (
    ("error", phrasing_collides),
    ("warning", phrasing_nearly_collides),
    ("warning", phrasing_twice),
    ("warning", too_few_phrasings),
)
