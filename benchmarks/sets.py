"""Reads a data folder of labelled questions: one {"text", "label"} a line; a label plays an entry, its texts the phrasings."""

from __future__ import annotations

import json
import random
from collections.abc import Sequence
from pathlib import Path

from bot.knowledge.schema import Language
from bot.matching.index import Target, build
from bot.matching.matcher import Matcher
from bot.matching.words import Words

Row = tuple[str, str]  # text, label
_KEYS = ("qwertyuiop", "asdfghjkl", "zxcvbnm")
_BESIDE = {row[at]: row[max(0, at - 1) : at] + row[at + 1 : at + 2] for row in _KEYS for at in range(len(row))}


def rows_of(path: Path) -> list[Row]:
    """(text, label) of every line; no file, no rows."""
    if not path.exists():
        return []
    with path.open(encoding="utf-8") as lines:
        return [(row["text"], row.get("label", "")) for row in map(json.loads, lines)]


def matcher_for(rows: Sequence[Row], withheld: frozenset[str] = frozenset()) -> Matcher:
    """A matcher trained on the rows whose label is not withheld. Such data have no language file."""
    groups: dict[str, list[str]] = {}
    for text, label in rows:
        if label not in withheld:
            groups.setdefault(label, []).append(text)
    words = Words(Language())
    return Matcher(build([Target(label, tuple(texts)) for label, texts in groups.items()], words), words)


def with_slips(text: str, slips: int, rng: random.Random) -> str:
    """The text with so many keyboard slips: a neighbouring key, a letter left out, one too many, two swapped."""
    letters = list(text)
    for _ in range(slips):
        places = [at for at, letter in enumerate(letters) if letter.isalpha()]
        if not places:
            break
        at = rng.choice(places)
        beside = rng.choice(_BESIDE.get(letters[at].lower(), "e"))
        kind = rng.randrange(4)
        if kind == 0:
            letters[at] = beside
        elif kind == 1:
            del letters[at]
        elif kind == 2:
            letters.insert(at, beside)
        elif at + 1 < len(letters):
            letters[at], letters[at + 1] = letters[at + 1], letters[at]
    return "".join(letters)
