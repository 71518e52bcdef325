"""What a change costs that is learnt on top of an index (`bot/matching/continued.py`), against a training from scratch.

    PYTHONPATH=. .venv/bin/python benchmarks/continued.py [--sample N] [--page FILE]

Some entries are taken away, or half of their phrasings, and the rest is trained: that is the index before the change.
Then they come back, learnt on top of it and by a training from scratch, and both are asked our own rows that may be tuned
on. Entries are drawn with a fixed seed.
"""

from __future__ import annotations

import benchmarks.one_core  # noqa: F401  # isort: skip
import random
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TypeVar

from benchmarks.page import arguments, put, sampled, stamp, table
from benchmarks.worlds import Question, own_questions
from bot.knowledge.load import default_folder, load
from bot.matching.continued import continued
from bot.matching.index import Index, Target, build
from bot.matching.matcher import Matcher
from bot.matching.texts import Reader
from bot.matching.words import Words
from bot.targets import targets_of

T = TypeVar("T")
SEED = 3
PHRASINGS = 30  # an entry that is drawn has so many
HEAD = (
    "what came back",
    "on top, s",
    "from scratch, s",
    "on top: as before",
    "from scratch: as before",
    "on top: right",
    "from scratch: right",
    "theirs, on top",
    "theirs, from scratch",
)


def firsts(index: Index, words: Words, asked: Sequence[Question]) -> list[str]:
    """The first candidate of each question."""
    matcher = Matcher(index, words)
    found = (matcher.rank(question.text, nation=question.nation).best for question in asked)
    return [best.entry if best else "" for best in found]


def percent(found: Sequence[bool]) -> str:
    """How many of these are true."""
    return f"{100 * sum(found) / len(found):.1f}" if found else "-"


def right(found: Sequence[str], asked: Sequence[Question], of: frozenset[str] | None = None) -> str:
    """How many of the questions, or of those that some entries answer, got one of their entries first."""
    return percent([one in q.right for one, q in zip(found, asked, strict=True) if of is None or q.right & of])


def timed(work: Callable[[], T]) -> tuple[T, float]:
    """What comes of it, and its seconds."""
    started = time.perf_counter()
    return work(), time.perf_counter() - started


def before_the_change(targets: Sequence[Target], ids: frozenset[str], *, gone: bool) -> list[Target]:
    """The targets without some of them, or without half of their phrasings."""
    if gone:
        return [target for target in targets if target.id not in ids]
    return [replace(t, phrasings=t.phrasings[::2]) if t.id in ids else t for t in targets]


def main() -> None:
    """Take away, train, bring back, ask, and write the section."""
    options = arguments(__doc__ or "", data=False).parse_args()
    began = time.monotonic()
    knowledge = load(default_folder())
    words, targets = Words(knowledge.language), targets_of(knowledge)
    asked = sampled([q for q in own_questions() if q.right and not q.guarded], options.sample)
    scratch, scratch_seconds = timed(lambda: build(targets, words))
    at_once = firsts(scratch, words, asked)

    def line(ids: frozenset[str], *, gone: bool) -> list[str]:
        """What becomes of these entries when they come back."""
        before = build(before_the_change(targets, ids, gone=gone), words)
        reader = Reader(words)  # knows the phrasings that were there, as the one of a running program does
        for target in before.targets:
            reader.read(target.phrasings)
        made, seconds = timed(lambda: continued(before, reader, targets, reader))
        if made is None:
            raise SystemExit("too many changed to be learnt on top")
        earlier, on_top = firsts(before, words, asked), firsts(made.index, words, asked)
        what = f"{len(ids)} {'entry' if len(ids) == 1 else 'entries'}"
        return [
            what if gone else f"half the phrasings of {what}",
            f"{seconds:.1f}",
            f"{scratch_seconds:.1f}",
            percent([a == b for a, b in zip(on_top, earlier, strict=True)]),
            percent([a == b for a, b in zip(at_once, earlier, strict=True)]),
            right(on_top, asked),
            right(at_once, asked),
            right(on_top, asked, ids),
            right(at_once, asked, ids),
        ]

    rng = random.Random(SEED)  # noqa: S311 - a draw that can be repeated
    known = [target.id for target in targets if len(target.phrasings) > PHRASINGS]
    lines = []
    for count in (1, 8):
        for gone in (False, True):
            lines.append(line(frozenset(rng.sample(known, count)), gone=gone))
            print(*lines[-1], sep="  ", file=sys.stderr, flush=True)
    again = f"continued.py{f' --sample {options.sample}' if options.sample else ''}"
    put(
        options.page,
        "continued",
        "## A change learnt on top\n\n"
        "Entries drawn by chance come back, learnt on top of what there was without them, or trained from scratch with "
        f"all {len(targets)}. Per cent of {len(asked):,} questions: the same first candidate as before the change; the "
        "right one first; and the right one first of the questions whose entries came back, which are few.\n\n"
        f"{stamp(again, time.monotonic() - began)}\n{table(HEAD, lines)}",
    )


if __name__ == "__main__":
    main()
