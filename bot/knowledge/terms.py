"""Glossary terms become entries at load, with made phrasings, so that `what is X` needs no entry of its own."""

from __future__ import annotations

import hashlib
import re
import textwrap
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from bot.knowledge.schema import Choice, ChoiceOption, Entry, Term, Variant
from bot.model import Nation, Status

MOST_MEANINGS = 6  # a choice has room for no more options
_PATTERNS = (
    "what is {}", "what does {} mean", "{} meaning", "define {}", "explain {}", "{}", "what is meant by {}",
    "tell me what {} is",
)  # fmt: skip
_ID_ROOM = 40 - len("term-") - len("-2")
_LABEL_ROOM = 60


@dataclass(frozen=True)
class Word:
    """A glossary word with its meanings: each one or several terms, told apart by nation."""

    slug: str  # what its entry's id ends with
    meanings: tuple[tuple[Term, ...], ...]
    first: int  # the number of its first term in the file


def words_of(terms: Sequence[Term]) -> Iterator[Word]:
    """The words, in file order. Terms that are spelled alike, case and punctuation aside, are one word."""
    groups: dict[str, list[int]] = {}
    for number, term in enumerate(terms):
        groups.setdefault(re.sub(r"[^a-z0-9]+", "-", term.term.casefold()).strip("-"), []).append(number)
    taken: set[str] = set()
    for name, numbers in groups.items():
        slug = name[:_ID_ROOM].strip("-")
        if slug in taken:  # long words that begin alike
            slug = f"{name[: _ID_ROOM - 5].strip('-')}-{hashlib.sha256(name.encode()).hexdigest()[:4]}"
        taken.add(slug)
        yield Word(slug, _meanings([terms[number] for number in numbers]), numbers[0])


def _meanings(terms: Sequence[Term]) -> tuple[tuple[Term, ...], ...]:
    """Terms of one word that hold for different nations are one meaning, told by nation."""
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
    return tuple(map(tuple, meanings))


def entries_of(word: Word) -> Iterator[Entry]:
    """One entry for the word; with several meanings one for each, and a choice that asks which."""
    term = word.meanings[0][0].term
    question = f"What does {term!r} mean?"
    names = [[term, *(name for part in meaning for name in part.also)] for meaning in word.meanings]
    if len(word.meanings) == 1:
        yield _entry(word.slug, question, _phrasings(names[0]), word.meanings[0])
        return
    shared = {name for name in names[0] if sum(name in other for other in names) > 1}
    labels = _labels(word.meanings)
    options = []
    for number, (meaning, own, label) in enumerate(zip(word.meanings, names, labels, strict=True), start=1):
        full = f"What does {term!r} mean in the sense of: {label}"
        phrasings = _phrasings(name for name in own if name not in shared) or (full,)
        entry = _entry(f"{word.slug}-{number}", full, phrasings, meaning)
        options.append(ChoiceOption(label=label, entry=entry.id))
        yield entry
    ask = f"{term} has several meanings. Which one?"
    yield Entry(
        id=f"term-{word.slug}",
        question=question,
        phrasings=_phrasings(dict.fromkeys([term, *sorted(shared)])),
        choice=Choice(ask=ask, options=tuple(options)),
    )


def _labels(meanings: Sequence[Sequence[Term]]) -> list[str]:
    """The meanings' first words, numbered where they begin alike."""
    labels = [textwrap.shorten(meaning[0].means, _LABEL_ROOM - 4, placeholder="…") for meaning in meanings]
    alike = {label for label in labels if labels.count(label) > 1}
    return [f"{label} ({n})" if label in alike else label for n, label in enumerate(labels, start=1)]


def _phrasings(names: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(pattern.format(name) for name in names for pattern in _PATTERNS))


def _entry(slug: str, question: str, phrasings: tuple[str, ...], terms: Sequence[Term]) -> Entry:
    dated = all(term.reviewed or term.known_to for term in terms)
    return Entry(
        id=f"term-{slug}",
        question=question,
        phrasings=phrasings,
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
        # the earliest, and none at all if one of them says no date: a review nobody did is never claimed
        reviewed=min((term.reviewed for term in terms if term.reviewed), default=None) if dated else None,
    )
