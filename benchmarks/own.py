"""Our own question files through the whole bot: how often it is right, nearly right, wrong and false; clean and misspelt.

Usage: PYTHONPATH=. python benchmarks/own.py [--sample N]. Slips are keyboard slips drawn with a fixed seed; earlier turns
of a talk stay clean. The measures are those of `advisor test`. When all of them are asked, the README's figures follow.
"""

from __future__ import annotations

import benchmarks.one_core  # noqa: F401  # isort: skip
import asyncio
import random
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from adapters.terminal.ask import Asker, library_of
from adapters.terminal.measure import Result, ask_question, figures, parts_of
from benchmarks.page import arguments, put, sampled, stamp, table
from benchmarks.sets import with_slips
from bot.knowledge.load import load_questions
from bot.knowledge.schema import Question

QUESTIONS = Path(__file__).parent.parent / "tests" / "questions"
README = Path(__file__).parent.parent / "README.md"
HEAD = ("rows", "top-1", "top-3", "wrong", "false", "outcome")
SEED = 11


def misspelt(rows: Sequence[tuple[str, Question]], slips: int) -> list[tuple[str, Question]]:
    """The rows with so many slips in each question."""
    rng = random.Random(SEED + slips)  # noqa: S311 - a draw that can be repeated
    return [(t, q.model_copy(update={"text": with_slips(q.text, slips, rng)})) for t, q in rows]


async def ask_all(asker: Asker, rows: Sequence[tuple[str, Question]]) -> list[Result]:
    """What becomes of every row."""
    return [await ask_question(asker, topic, question) for topic, question in rows]


def shown(name: str, found: list[Result]) -> list[str]:
    """A row of the tables."""
    return [name, str(len(found)), *("-" if value is None else f"{value:.1f}" for value in figures(found).values())]


def main() -> None:
    """Ask everything three times and write the section."""
    parser = arguments(__doc__ or "", data=False)
    parser.add_argument("--readme", type=Path, default=README, help="the file whose section `figures` follows")
    options = parser.parse_args()
    started = time.monotonic()
    rows = sampled(load_questions(QUESTIONS), options.sample)
    library = library_of(None)
    lines = []
    for slips, spelling in enumerate(("clean", "1 typo", "2 typos")):
        results = asyncio.run(ask_all(Asker(library), misspelt(rows, slips)))
        if not slips and not options.sample:
            parts = [shown(name, found) for name, found in parts_of(results).items()]
            put(options.readme, "figures", table(("per cent", *HEAD), parts))
        for part, held in (("tuned on", False), ("held out", True)):
            found = [result for result in results if result.question.held_out is held]
            lines.append(shown(f"{part}, {spelling}", found))
            print(*lines[-1], sep="  ", file=sys.stderr, flush=True)
    lines.sort(key=lambda line: line[0].startswith("held"))
    again = f"own.py{f' --sample {options.sample}' if options.sample else ''}"
    entries = len(library.knowledge.entries)
    put(
        options.page,
        "own",
        f"## Our own questions\n\nPer cent, over {entries} entries. Top-1 and top-3: the right entry's place among the candidates. "
        "Wrong: answered with other entries alone, of the rows that have a right one. False: answered, of the rows that have none. "
        "Outcome: answered, offered, declined or guarded just as the row asks. Held-out rows are looked at only to report.\n\n"
        f"{stamp(again, time.monotonic() - started)}\n"
        f"{table(('', *HEAD), lines)}",
    )


if __name__ == "__main__":
    main()
