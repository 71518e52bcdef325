"""Why the first candidate came first: found only when an explanation is asked for."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from bot.matching.words import Reading


@dataclass(frozen=True)
class Why:
    """What decided between the first candidate and the second: by the words' scores, before the second look."""

    carried: tuple[tuple[str, float], ...] = ()  # word -> how much of the words' lead would go without it
    runner_up: str = ""  # the second's id
    lacks: tuple[str, ...] = ()  # content words the second does not know


def carried_by(reading: Reading, lead: Callable[[Reading], float]) -> tuple[tuple[str, float], ...]:
    """Each word left out in turn, and what becomes of the lead (in score); the most telling first."""
    bare = replace(reading, concepts=(), extra=())  # they point at places among the words
    whole = lead(bare)
    found = [
        (word, whole - lead(replace(bare, words=tuple(other for other in reading.words if other != word))))
        for word in dict.fromkeys(reading.words)
    ]
    return tuple(sorted(found, key=lambda item: -item[1]))
