"""One start from the cache in a process of its own: the seconds it takes, or (--memory) the megabytes it keeps.

Usage: python -m benchmarks.loaded CACHE [--memory]. `speed.py` calls it. Imports are not counted; the table of word
vectors is.
"""

from __future__ import annotations

import benchmarks.one_core  # noqa: F401  # isort: skip
import sys
import time
import tracemalloc
from pathlib import Path

from bot.knowledge.schema import Language
from bot.matching import cache
from bot.matching.matcher import Matcher
from bot.matching.words import Words


def main(path: Path, memory: bool) -> None:
    """Load, and print one number."""
    if memory:
        tracemalloc.start()
    started = time.perf_counter()
    found = cache.load(path)
    if found is None:
        raise SystemExit("the cache can't be read")
    matcher = Matcher(found, Words(Language()))
    seconds = time.perf_counter() - started
    del found
    print(tracemalloc.get_traced_memory()[0] / 1e6 if memory else seconds)
    matcher.rank("so that it is still there when the memory is counted")


if __name__ == "__main__":
    main(Path(sys.argv[1]), "--memory" in sys.argv)
