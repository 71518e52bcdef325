"""What must not be advised on, small talk, and questions about the bot: word patterns written by editors.

A pattern is words with single spaces. `a|b` is either word, `suicid*` any word that begins so, `...` up to five words
between, `^` and `$` the start and the end of what was typed. It is matched on folded words, so case, punctuation and
apostrophes play no part. Narrow on purpose: `unless` patterns stop a guard, and both ways have examples that are tested.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from bot.knowledge.schema import Guard
from bot.matching.text import tokens

_GAP = r"(?:\S+ ){0,5}"


def compile_patterns(patterns: Iterable[str]) -> re.Pattern[str] | None:
    """Patterns as one regular expression over `word word word `: one search for all is several times as quick.

    None of no pattern. ValueError if one has no word.
    """
    found = [_expression(pattern) for pattern in patterns]
    return re.compile(rf"(?:(?<=\s)|^)(?:{'|'.join(found)})") if found else None


def _expression(pattern: str) -> str:
    parts = []
    for element in pattern.split():
        if element == "^":
            parts.append(r"(?:^)")
        elif element == "$":
            parts.append(r"$")
        elif element == "...":
            parts.append(_GAP)
        else:
            words = [_word(word) for word in element.split("|") if word]
            parts.append(f"(?:{'|'.join(words)}) ")
    if not any(char.isalnum() for char in pattern):
        raise ValueError(f"the pattern {pattern!r} has no word in it")
    return "".join(parts)


def _word(word: str) -> str:
    open_end = word.endswith("*")
    folded = "".join(tokens(word))
    return re.escape(folded) + (r"\S*" if open_end else "")


def as_line(text: str) -> str:
    """The text as patterns see it: folded words, each followed by one space."""
    return "".join(f"{word} " for word in tokens(text))


class GuardBook:
    """The guards of one knowledge base, compiled."""

    def __init__(self, guards: Iterable[Guard]) -> None:
        self._guards = [(guard, compile_patterns(guard.patterns), compile_patterns(guard.unless)) for guard in guards]
        self.by_id = {guard.id: guard for guard, _, _ in self._guards}

    def find(self, text: str, *, always: bool) -> Guard | None:
        """The first guard that fires, in file order: among those that always win, or among the others."""
        line = as_line(text)
        for guard, patterns, unless in self._guards:
            if guard.always is not always or patterns is None or not patterns.search(line):
                continue
            if unless is None or not unless.search(line):
                return guard
        return None
