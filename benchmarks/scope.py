"""Telling questions that have an entry from those that have none, and how far a stated confidence can be believed.

Usage: PYTHONPATH=. python benchmarks/scope.py DATA [--sample N]. Uses DATA/clinc150, or the set named by --set, with
`out-of-scope-test.jsonl` and `out-of-scope-val.jsonl` beside the files that `accuracy.py` reads.
"""

from __future__ import annotations

import benchmarks.one_core  # noqa: F401  # isort: skip
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import mean

from benchmarks.page import arguments, fewest, left_out, put, sampled, stamp, table
from benchmarks.peers import Difflib, Ours, Peer, ask, peers
from benchmarks.scores import Answer, accuracy, auroc, reliability, threshold
from benchmarks.sets import Row, rows_of

SHOTS = 10


@dataclass(frozen=True)
class Questions:
    """A set's questions with an entry, and those without."""

    inside: Sequence[Row]
    outside: Sequence[Row]

    def asked(self, peer: Peer, most: int = 0) -> tuple[list[Answer], list[Answer]]:
        """What a peer answers to both kinds, or to at most so many of each."""
        return ask(peer, sampled(self.inside, most)), ask(peer, sampled(self.outside, most))


def few(folder: Path, test: Questions, sample: int) -> tuple[str, str]:
    """Few phrasings: AUROC of everyone, and our reliability."""
    rows: list[list[str]] = []
    said: list[Answer] = []
    in_scope: list[Answer] = []
    for peer in peers()[0]:
        if isinstance(peer, Difflib):
            continue
        seen: list[float] = []
        for train in sorted(folder.glob(f"train-{SHOTS}-shot-*.jsonl")):
            peer.fit(rows_of(train))
            inside, outside = test.asked(peer, fewest(peer.most, sample))
            seen.append(auroc([answer.confidence for answer in inside], [answer.confidence for answer in outside]))
            if isinstance(peer, Ours):
                in_scope += inside
                said += inside + outside
        rows.append([peer.name, str(len(inside) + len(outside)), f"{mean(seen):.1f}"])
        print(*rows[-1], sep="  ", file=sys.stderr, flush=True)
    return table(("", "questions", "AUROC"), rows), believed(in_scope, said)


def believed(inside: Sequence[Answer], everything: Sequence[Answer]) -> str:
    """Said so sure, right how often: of questions with an entry, and of all."""
    alone = {low: (count, right) for low, count, right in reliability(inside)}
    rows = []
    for low, count, right in reliability(everything):
        own = alone.get(low, (0, 0.0))
        part = [f"{own[0]:,}", f"{own[1]:.0f} %" if own[0] else "-"]
        rows.append([f"{100 * low:.0f} to {100 * low + 10:.0f} %", *part, f"{count:,}", f"{right:.0f} %"])
    return table(("said", "with an entry", "right", "all", "right"), rows)


def full(folder: Path, val: Questions, test: Questions, sample: int) -> tuple[str, str]:
    """All training data, with thresholds chosen on the validation questions; and our reliability."""
    rows, sure = [], ""
    for peer in peers()[0]:
        if not (isinstance(peer, Ours) or peer.name.endswith("LinearSVC")):
            continue
        peer.fit(rows_of(folder / "train.jsonl"))
        before = val.asked(peer)
        inside, outside = test.asked(peer, sample)
        area = auroc([answer.confidence for answer in inside], [answer.confidence for answer in outside])
        for rule, at in (("most judged rightly", threshold(*before)), ("one point lost", losing(before[0], 0.01))):
            kept = 100 * mean(answer.right and answer.confidence >= at for answer in inside)
            refused = 100 * mean(answer.confidence < at for answer in outside)
            figures = [f"{value:.1f}" for value in (accuracy(inside), kept, refused, area)]
            rows.append([f"{peer.name}, {rule}", str(len(inside) + len(outside)), f"{at:.2f}", *figures])
            print(*rows[-1], sep="  ", file=sys.stderr, flush=True)
        sure = sure or believed(inside, inside + outside)
    head = ("", "questions", "threshold", "accuracy", "with the threshold", "out-of-scope recall", "AUROC")
    return table(head, rows), sure


def losing(inside: Sequence[Answer], share: float) -> float:
    """The highest threshold that refuses no more than this share of the questions among those answered rightly."""
    sure = sorted(answer.confidence for answer in inside if answer.right)
    return sure[min(int(share * len(inside)), len(sure) - 1)] if sure else 0.0


def main() -> None:
    """Measure and write the section."""
    parser = arguments(__doc__ or "")
    parser.add_argument("--set", default="clinc150", help="folder inside the data folder")
    options = parser.parse_args()
    folder, sample = options.data / options.set, options.sample
    started = time.monotonic()
    test = Questions(rows_of(folder / "test.jsonl"), rows_of(folder / "out-of-scope-test.jsonl"))
    val = Questions(rows_of(folder / "val.jsonl"), rows_of(folder / "out-of-scope-val.jsonl"))
    area, few_sure = few(folder, test, sample)
    judged, full_sure = full(folder, val, test, sample)
    again = f"scope.py DATA{f' --sample {sample}' if sample else ''}"
    put(
        options.page,
        "scope",
        f"## Out of scope, and calibration ({options.set})\n\nThe score of the first candidate (ours: its confidence) has to tell "
        "questions that have a label from questions that have none. AUROC: how often a question with a label scores above one "
        "without, 50 is chance. The threshold is chosen on the validation questions: the one that "
        "judges most of them rightly, or the one that costs a point of accuracy; few of them are out of scope, so the first is a "
        "matter of luck. Calibration: "
        "of the questions of which the matcher said it is so sure, how many it got right; out of scope nothing is right.\n\n"
        f"{stamp(again, time.monotonic() - started)}{left_out(peers()[1])}\n"
        f"{SHOTS} phrasings a label, mean of the draws (difflib left out, for time):\n\n{area}\n"
        f"All training data:\n\n{judged}\n"
        f"Calibration with {SHOTS} phrasings a label, all draws together, no threshold:\n\n{few_sure}\n"
        f"Calibration with all training data, no threshold:\n\n{full_sure}",
    )


if __name__ == "__main__":
    main()
