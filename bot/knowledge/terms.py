"""Glossary terms become entries at load, with made phrasings, so that `what is X` needs no entry of its own."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from bot.knowledge.schema import Choice, ChoiceOption, Entry, Term, Variant
from bot.model import Nation, Status

_PATTERNS = (
    "what is {}", "what does {} mean", "{} meaning", "define {}", "explain {}", "{}", "what is meant by {}",
    "tell me what {} is",
)  # fmt: skip
_ID_ROOM = 40 - len("term-") - len("-2")


def entries_of(terms: Sequence[Term]) -> Iterator[tuple[Entry, int]]:
    """(entry, number of its first term). One word for other nations makes variants; two meanings make a choice."""
    groups: dict[str, list[int]] = {}
    for number, term in enumerate(terms):
        groups.setdefault(_slug(term.term), []).append(number)
    for slug, numbers in groups.items():
        meanings = _meanings([terms[number] for number in numbers])
        if len(meanings) == 1:
            yield _entry(slug, meanings[0]), numbers[0]
            continue
        entries = [_entry(f"{slug}-{n}", meaning) for n, meaning in enumerate(meanings, start=1)]
        for entry in entries:
            yield entry.model_copy(update={"phrasings": (f"{entry.id} {entry.question}",)}), numbers[0]
        options = tuple(ChoiceOption(label=m[0].means[:60], entry=e.id) for m, e in zip(meanings, entries, strict=True))
        yield (
            _with_choice(
                slug,
                meanings[0][0],
                Choice(ask=f"{meanings[0][0].term} has several meanings. Which one?", options=options),
            ),
            numbers[0],
        )


def _meanings(terms: Sequence[Term]) -> list[list[Term]]:
    """Terms of the same word that hold for different nations are one meaning, told by nation."""
    meanings: list[list[Term]] = []
    covered: list[set[Nation]] = []
    for term in terms:
        for meaning, nations in zip(meanings, covered, strict=True):
            if nations.isdisjoint(term.scope):
                meaning.append(term)
                nations.update(term.scope)
                break
        else:
            meanings.append([term])
            covered.append(set(term.scope))
    return meanings


def _slug(term: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", term.casefold()).strip("-")[:_ID_ROOM].strip("-")


def _phrasings(term: Term) -> tuple[str, ...]:
    names: Iterable[str] = (term.term, *term.also)
    return tuple(dict.fromkeys(pattern.format(name) for name in names for pattern in _PATTERNS))


def _entry(slug: str, terms: Sequence[Term]) -> Entry:
    first = terms[0]
    return Entry(
        id=f"term-{slug}",
        question=f"What does {first.term!r} mean?",
        phrasings=_phrasings(first),
        answers=tuple(
            Variant(
                nations=term.nations,
                status=Status.PRACTICE,
                lead=term.means,
                sources=term.sources,
                known_to=term.known_to,
            )
            for term in terms
        ),
        see_also=tuple(dict.fromkeys(entry for term in terms for entry in term.see)),
        reviewed=first.reviewed,
    )


def _with_choice(slug: str, term: Term, choice: Choice) -> Entry:
    return Entry(
        id=f"term-{slug}", question=f"What does {term.term!r} mean?", phrasings=_phrasings(term), choice=choice
    )
