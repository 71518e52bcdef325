"""What a question costs as the knowledge grows: time per question, training, a start from the cache, memory.

Usage: PYTHONPATH=. python benchmarks/speed.py DATA [--sample N] [--largest N] [--entries N]. Four tables: our own knowledge
and question files; the public set with the closest labels at 8 phrasings each; more and more phrasings at a fixed number
of entries; entries growing too, ten phrasings each. Times per question are processor time of this process, so that other
work on the machine disturbs little.
"""

from __future__ import annotations

import benchmarks.one_core  # noqa: F401  # isort: skip
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from benchmarks.grown import grow, pool_of
from benchmarks.page import arguments, left_out, put, sampled, stamp, table
from benchmarks.peers import Ours, Peer, peers
from benchmarks.sets import Row, rows_of
from bot.knowledge.load import default_folder, load, load_questions
from bot.matching import cache
from bot.matching.index import build
from bot.matching.matcher import Matcher
from bot.matching.words import Words
from bot.targets import targets_of

HEAD = ("", "entries", "phrasings", "p50 µs", "p99 µs", "asked", "build s", "cached load ms", "memory MB")
SIZES = (1_000, 10_000, 100_000)
QUESTION_FILES = Path(__file__).parent.parent / "tests" / "questions"
PER_ENTRY = 10
ENTRIES = 320
BUDGET = 2.0  # seconds of questions for each peer and size; at least LEAST are asked
LEAST = 30
QUESTIONS = 3_000
WARM = 20
GROWING = (1_000, 10_000, 30_000)  # phrasings where entries grow too: more than that takes many gigabytes


@dataclass(frozen=True)
class Plan:
    """What is asked, and how much of it."""

    questions: Sequence[str]
    budget: float

    def times(self, peer: Peer) -> list[float]:
        """Microseconds of each question, each asked once, in processor time."""
        warm = min(WARM, len(self.questions) // 2)
        for text in self.questions[:warm]:
            peer.best(text)
        spent: list[float] = []
        for text in self.questions[warm:]:
            started = time.process_time_ns()
            peer.best(text)
            spent.append((time.process_time_ns() - started) / 1e3)
            if len(spent) >= LEAST and sum(spent) > self.budget * 1e6:
                break
        return spent


def questions_of(folder: Path, most: int) -> list[str]:
    """Test questions of every set, every second one with a typo."""
    clean = [text for path in sorted(folder.glob("*/test.jsonl")) for text, _ in rows_of(path)]
    typed = [text for path in sorted(folder.glob("*/test-1-typos.jsonl")) for text, _ in rows_of(path)]
    mixed = [typed[at] if at % 2 and at < len(typed) else text for at, text in enumerate(clean)]
    order = np.random.default_rng(3).permutation(len(mixed))[: min(most, QUESTIONS) + WARM]
    return [mixed[at] for at in order]


def rows_for(rows: Sequence[Row], plan: Plan) -> list[list[str]]:
    """The table's rows for one knowledge base: everyone, as far as it finishes in sensible time."""
    labels = f"{len({label for _, label in rows}):,}"
    made: list[list[str]] = []
    for peer in peers()[0]:
        line = [peer.name, labels, f"{len(rows):,}"]
        if len(rows) > peer.largest:
            made.append([*line, *(["-"] * 3), "skipped: minutes", "", ""])
            continue
        started = time.perf_counter()
        peer.fit(rows)
        build = time.perf_counter() - started
        spent = plan.times(peer)
        figures = [f"{np.percentile(spent, at):,.0f}" for at in (50, 99)]
        extra = cached(peer) if isinstance(peer, Ours) else ["", ""]
        made.append([*line, *figures, f"{len(spent):,}", f"{build:.2f}", *extra])
        print(*made[-1], sep="  ", file=sys.stderr, flush=True)
    return made


def own_rows(folder: Path, most: int, budget: float) -> list[list[str]]:
    """The table's row for our own knowledge, asked its own question files."""
    knowledge = load(folder)
    targets, words = targets_of(knowledge), Words(knowledge.language)
    ours = Ours()
    started = time.perf_counter()
    ours.matcher = Matcher(build(targets, words), words)
    spent = time.perf_counter() - started
    asked = sampled([question.text for _, question in load_questions(QUESTION_FILES)], most)
    times = Plan(asked, budget).times(ours)
    figures = [f"{np.percentile(times, at):,.0f}" for at in (50, 99)]
    phrasings = sum(len(target.phrasings) for target in targets)
    counts = [f"{len(targets):,}", f"{phrasings:,}", *figures, f"{len(times):,}"]
    return [[ours.name, *counts, f"{spent:.2f}", *cached(ours)]]


def cached(ours: Ours) -> list[str]:
    """Milliseconds to start from the cache (the middle of three starts), and megabytes kept."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "index.npz"
        cache.save(path, ours.matcher.index)
        command = [sys.executable, "-m", "benchmarks.loaded", str(path)]
        root = Path(__file__).parent.parent

        def number(*more: str) -> float:
            return float(subprocess.run([*command, *more], check=True, capture_output=True, text=True, cwd=root).stdout)

        return [f"{1e3 * sorted(number() for _ in range(3))[1]:,.0f}", f"{number('--memory'):,.0f}"]


def main() -> None:
    """Measure and write the section."""
    parser = arguments(__doc__ or "")
    parser.add_argument("--largest", type=int, default=0, help="phrasings of the largest knowledge base, in all tables")
    parser.add_argument("--entries", type=int, default=ENTRIES, help="the fixed number of entries")
    parser.add_argument(
        "--knowledge", type=Path, default=default_folder(), help="our own knowledge, of the first table"
    )
    parser.add_argument("--close", default="banking77", help="the set of the second table")
    options = parser.parse_args()
    started = time.monotonic()
    plan = Plan(questions_of(options.data, options.sample or QUESTIONS), BUDGET)
    pool = pool_of(options.data)
    largest = options.largest or SIZES[-1]
    sizes, growing = ([size for size in steps if size <= largest] or [largest] for steps in (SIZES, GROWING))
    own = table(HEAD, own_rows(options.knowledge, options.sample or QUESTIONS, BUDGET))
    close = eight_each(rows_of(options.data / options.close / "train.jsonl"))
    first = table(HEAD, rows_for(close, plan))
    fixed = table(HEAD, [row for size in sizes for row in rows_for(grow(pool, options.entries, size), plan)])
    more = table(HEAD, [row for size in growing for row in rows_for(grow(pool, size // PER_ENTRY, size), plan)])
    words = [f"--{name} {value}" for name in ("sample", "largest") if (value := getattr(options, name))]
    put(
        options.page,
        "speed",
        "## Speed, start and memory\n\nProcessor time of a question, each asked once; every second one has a typo. `asked`: how "
        "many, less where they are slow. Build: training or indexing, wall clock. Cached load and memory: a fresh process that "
        "reads the trained index, the table of word vectors included, imports not. The larger knowledge bases are grown from the "
        "public texts: the first words of one phrasing with the last words of another of the same entry, one in twenty with a slip.\n\n"
        f"{stamp(' '.join(['speed.py DATA', *words]), time.monotonic() - started)}{left_out(peers()[1])}\n"
        f"Our own knowledge, asked its own question files (entries count guards, phrasings count lent near misses):\n\n{own}\n"
        f"Close labels ({options.close}), eight phrasings each:\n\n{first}\n"
        f"Phrasings growing, at {options.entries} entries:\n\n{fixed}\n"
        f"Entries growing too, {PER_ENTRY} phrasings each:\n\n{more}",
    )


def eight_each(rows: Sequence[Row]) -> list[Row]:
    """Eight phrasings of each label, spread over its texts."""
    groups: dict[str, list[Row]] = {}
    for row in rows:
        groups.setdefault(row[1], []).append(row)
    return [row for group in groups.values() for row in sampled(group, 8)]


if __name__ == "__main__":
    main()
