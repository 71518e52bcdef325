"""What the ways to ask for one target come to before anything is learnt: read once, looked up ever after."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bot.matching.frames import frames_of
from bot.matching.text import stem
from bot.matching.words import Reading, Words, denies


@dataclass(frozen=True)
class Texts:
    """The readings of some phrasings, with all that is looked up of them."""

    readings: tuple[Reading, ...]
    words: Mapping[str, int]  # in how many of the phrasings each word stands, what acronyms add among them
    stems: Mapping[str, int]  # the same for stems
    plain: tuple[str, ...]  # each phrasing's words in a row
    keys: tuple[str, ...]  # the same, sorted
    denying: tuple[bool, ...]  # whether each of them denies something
    frames: tuple[str, ...]  # of all (`frames.py`)


def key(words: Sequence[str]) -> str:
    """A phrasing as one comparable string."""
    return " ".join(words)


def read(phrasings: Sequence[str], words: Words) -> Texts:
    """Read the phrasings of one target."""
    readings = tuple(words.read(text) for text in phrasings)
    told = [tuple(dict.fromkeys((*one.words, *one.extra))) for one in readings]
    return Texts(
        readings=readings,
        words=Counter(word for one in told for word in one),
        stems=Counter(name for one in told for name in sorted({stem(word) for word in one})),
        plain=tuple(key(one.words) for one in readings),
        keys=tuple(key(sorted(one.words)) for one in readings),
        denying=tuple(denies(one.words) for one in readings),
        frames=tuple(sorted({frame for one in readings for frame in frames_of(one.words)})),
    )


class Reader:
    """Reads the phrasings of targets, and remembers what it read: two libraries share nearly all of it."""

    def __init__(self, words: Words) -> None:
        self.words = words
        self._read: dict[tuple[str, ...], Texts] = {}

    def read(self, phrasings: tuple[str, ...]) -> Texts:
        """The phrasings of one target."""
        found = self._read.get(phrasings)
        if found is None:
            found = self._read[phrasings] = read(phrasings, self.words)
        return found
