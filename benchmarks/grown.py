"""Knowledge bases of any size, grown from the public texts: for speed only, since a third of the texts make little sense."""

from __future__ import annotations

import random
from collections.abc import Sequence
from pathlib import Path

from benchmarks.sets import Row, rows_of, with_slips

SEED = 5
SLIPPED = 0.05  # share of the grown phrasings that get a keyboard slip: the vocabulary grows with the texts


def pool_of(folder: Path) -> list[Row]:
    """Every training text of every set once, label after label."""
    rows = {
        (text, f"{path.parent.name}/{label}") for path in folder.glob("*/train.jsonl") for text, label in rows_of(path)
    }
    return sorted(rows, key=lambda row: (row[1], row[0]))


def grow(pool: Sequence[Row], entries: int, phrasings: int) -> list[Row]:
    """So many entries with so many phrasings together.

    An entry is a run of neighbouring texts, mostly of one label. When its own texts are used up, the first words of one
    are joined with the last words of another.
    """
    rng = random.Random(SEED)  # noqa: S311 - a draw that can be repeated
    rows: list[Row] = []
    for number in range(entries):
        start, end = (len(pool) * edge // entries for edge in (number, number + 1))
        own = [text for text, _ in pool[start : max(end, start + 1)]]
        rng.shuffle(own)
        wanted = phrasings * (number + 1) // entries - phrasings * number // entries
        made = own[:wanted]
        while len(made) < wanted:
            head, tail = rng.choice(own).split(), rng.choice(own).split()
            text = " ".join(head[: rng.randint(1, len(head))] + tail[rng.randrange(len(tail)) :])
            made.append(with_slips(text, 1, rng) if rng.random() < SLIPPED else text)
        rows += [(text, f"entry-{number}") for text in made]
    return rows
