"""How often the right entry comes first, and among the first three, on public sets: clean, one typo, two typos.

Usage: PYTHONPATH=. python benchmarks/accuracy.py DATA [--sample N]. DATA holds a folder for each set, with
`train-K-shot-S.jsonl` (K phrasings a label, seed S), `train.jsonl`, `test.jsonl`, `test-1-typos.jsonl` and
`test-2-typos.jsonl`, one {"text", "label"} a line. Slow peers are asked a sample of the questions, and the table says so.
"""

from __future__ import annotations

import benchmarks.one_core  # noqa: F401  # isort: skip
import re
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from statistics import mean

from benchmarks.page import arguments, fewest, left_out, put, sampled, stamp, table
from benchmarks.peers import Ours, Peer, ask, peers
from benchmarks.scores import Answer, accuracy, top3
from benchmarks.sets import Row, rows_of

TESTS = ("test", "test-1-typos", "test-2-typos")
HEAD = ("", "questions", "clean", "1 typo", "2 typos", "in first three")
SAME = 1000  # questions of the learners' sample
FULL = ("LinearSVC",)  # of the peers, the one that is best with much data


def trainings(folder: Path) -> dict[str, list[Path]]:
    """Title -> the train files of each seed, the most phrasings first, all data last."""
    shots: dict[int, list[Path]] = {}
    for path in sorted(folder.glob("train-*-shot-*.jsonl")):
        if found := re.fullmatch(r"train-(\d+)-shot-\d+", path.stem):
            shots.setdefault(int(found[1]), []).append(path)
    made = {f"{count} phrasings a label": shots[count] for count in sorted(shots, reverse=True)}
    full = [path for path in (folder / "train.jsonl",) if path.exists()]
    return {**made, "all training data": full} if full else made


def measure(peer: Peer, trains: Sequence[Path], tests: Sequence[Sequence[Row]], most: int) -> list[list[str]]:
    """The peer's row of the table, the mean over the seeds; of ours also the row for the questions that most peers get."""
    rows = [sampled(test, most) for test in tests]
    seen: list[list[float]] = []
    same: list[list[float]] = []
    for train in trains[: peer.draws]:
        peer.fit(rows_of(train))
        found = [ask(peer, asked) for asked in rows]
        seen.append(figures(found))
        same.append(figures([sampled(answers, SAME) for answers in found]))
    made = [[peer.name, str(len(rows[0])), *means(seen)]]
    if isinstance(peer, Ours) and len(rows[0]) > SAME:
        made.append(["this matcher, sampled too", str(SAME), *means(same)])
    return made


def figures(found: Sequence[Sequence[Answer]]) -> list[float]:
    """The columns: accuracy of each test file, and the first three of the clean one."""
    return [*(accuracy(answers) for answers in found), top3(found[0])]


def means(seen: Sequence[Sequence[float]]) -> list[str]:
    """Each column's mean."""
    return [f"{mean(column):.1f}" for column in zip(*seen, strict=True)]


def section(folder: Path, sample: int) -> str:
    """The tables of one set."""
    tests = [rows_of(folder / f"{name}.jsonl") for name in TESTS]
    parts = [f"### {folder.name}\n"]
    for title, trains in trainings(folder).items():
        found, _ = peers()
        everything = title.startswith("all")
        if everything:
            found = [peer for peer in found if isinstance(peer, Ours) or peer.name.endswith(FULL)]
        size = len(rows_of(trains[0]))
        rows = []
        for peer in found:
            limit = sample if everything else fewest(peer.most, sample)
            rows += measure(peer, trains, tests, limit)[: 1 if everything else 2]
            print(folder.name, title, *rows[-1], sep="  ", file=sys.stderr, flush=True)
        of = f", mean of {len(trains)} draws" if len(trains) > 1 else ""
        parts.append(f"{title.capitalize()} ({size:,} phrasings{of}):\n\n{table(HEAD, rows)}")
    return "\n".join(parts)


def main() -> None:
    """Measure every set of the folder and write the section."""
    options = arguments(__doc__ or "").parse_args()
    started = time.monotonic()
    folders = sorted(path.parent for path in options.data.glob("*/test.jsonl"))
    body = "\n".join(section(folder, options.sample) for folder in folders)
    _, missing = peers()
    again = f"accuracy.py DATA{f' --sample {options.sample}' if options.sample else ''}"
    text = (
        "## Accuracy on public sets\n\nPer cent. A label plays an entry, its training texts the phrasings. `questions`: how "
        "many of each test file were asked; a row of fewer is a sample spread over the file, for time (difflib also takes "
        "the first draw alone); our matcher on a like sample stands below its own row. "
        "A sample of 1,000 is uncertain by about 2.5 points either way, one of 300 by about 5.\n\n"
        f"{stamp(again, time.monotonic() - started)}{left_out(missing)}\n{body}"
    )
    put(options.page, "accuracy", text)


if __name__ == "__main__":
    main()
