"""From what was asked and not well answered to groups a maintainer can act on, without showing what one person wrote.

A text asked by fewer people than the floor is shown only if its asker sent it; of the others a group tells how many
there are, which entries came nearest, and the words that at least as many people as the floor used.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum

CLOSE = 0.1  # a lead over the next entry smaller than this is a close call


class Why(StrEnum):
    """Why a question is looked at."""

    UNANSWERED = "unanswered"
    DOWN = "thumbs down"
    SENT = "sent"
    CLOSE = "close call"


@dataclass(frozen=True)
class Asked:
    """One question as it was logged: redacted, with a keyed hash for its asker."""

    text: str
    person: str
    why: frozenset[Why]
    nearest: tuple[tuple[str, float], ...]  # entries with their share of the match, best first


@dataclass(frozen=True)
class Gap:
    """Questions that ask the same."""

    texts: tuple[tuple[str, int], ...]  # those that may be shown, with how many people asked each
    hidden: int  # texts that may not
    words: tuple[str, ...]  # used by enough people to be shown
    count: int
    people: int
    why: tuple[tuple[Why, int], ...]
    nearest: tuple[tuple[str, float], ...]  # mean share over the group


def find(
    asked: Sequence[Asked], plain: Callable[[str], str], groups: Callable[[Sequence[str]], list[int]], floor: int
) -> tuple[Gap, ...]:
    """The gaps, those of most people first."""
    by_plain: dict[str, list[Asked]] = defaultdict(list)
    for one in asked:
        by_plain[plain(one.text)].append(one)
    keys = sorted(by_plain, key=lambda key: (-len({one.person for one in by_plain[key]}), key))
    grouped: dict[int, list[str]] = defaultdict(list)
    for key, number in zip(keys, groups(keys), strict=True):
        grouped[number].append(key)
    found = [_gap([by_plain[key] for key in members], floor) for members in grouped.values()]
    return tuple(sorted(found, key=lambda gap: (-gap.people, -gap.count, gap.texts, gap.words)))


def _gap(questions: list[list[Asked]], floor: int) -> Gap:
    everyone = [one for question in questions for one in question]
    shown = []
    for question in questions:
        people = {one.person for one in question}
        sent = [one.text for one in question if Why.SENT in one.why]
        if len(people) >= floor:
            shown.append((_most_common([one.text for one in question]), len(people)))
        elif sent:
            shown.append((sent[0], len(people)))
    users: dict[str, set[str]] = defaultdict(set)
    for one in everyone:
        for word in one.text.casefold().split():
            users[word.strip(".,;:!?'\"()")].add(one.person)
    words = sorted(
        (word for word, people in users.items() if word and len(people) >= floor), key=lambda w: -len(users[w])
    )
    shares: dict[str, float] = defaultdict(float)
    for one in everyone:
        for entry, share in one.nearest:
            shares[entry] += share / len(everyone)
    nearest = sorted(shares.items(), key=lambda found: (-found[1], found[0]))[:3]
    return Gap(
        texts=tuple(sorted(shown, key=lambda text: (-text[1], text[0]))),
        hidden=len(questions) - len(shown),
        words=tuple(words),
        count=len(everyone),
        people=len({one.person for one in everyone}),
        why=tuple(Counter(why for one in everyone for why in sorted(one.why)).most_common()),
        nearest=tuple((entry, round(share, 2)) for entry, share in nearest),
    )


def _most_common(texts: list[str]) -> str:
    return Counter(texts).most_common(1)[0][0]
