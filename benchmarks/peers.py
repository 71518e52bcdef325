"""Other ways to find the entry of a question, behind one small interface, so that they stand in the same tables.

Each is used as its own documentation shows it, over the phrasings as they are: the label of a phrasing is its entry.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from difflib import SequenceMatcher
from typing import Protocol

from rapidfuzz import fuzz, process, utils

from benchmarks.scores import Answer
from benchmarks.sets import Row, matcher_for
from bot.matching.matcher import Matcher

Ranked = list[tuple[str, float]]  # labels, best first, with a score that is higher where it is surer
ALL_DRAWS = 99
KEEP = 30  # phrasings a search looks at, to have three labels among them


class Peer(Protocol):
    """A way to find the entry of a question."""

    name: str
    most: int  # questions of a test file it is asked, for time; 0: all of them
    draws: int  # seeds it is trained on, at most, for time
    largest: int  # phrasings above which it would take minutes

    def fit(self, rows: Sequence[Row]) -> None:
        """Learn the phrasings."""

    def best(self, text: str) -> Ranked:
        """Labels for a question, best first."""


def ask(peer: Peer, rows: Sequence[Row]) -> list[Answer]:
    """Every row asked."""
    found = ((peer.best(text), label) for text, label in rows)
    return [Answer(tuple(name for name, _ in r[:3]), r[0][1] if r else -1e9, label) for r, label in found]


def by_label(found: Iterable[tuple[str, float]]) -> Ranked:
    """Each label at its first place."""
    first: dict[str, float] = {}
    for label, score in found:
        first.setdefault(label, score)
    return list(first.items())


def words_of(text: str) -> list[str]:
    """Lower-case words, for engines that would take punctuation for a query language."""
    return re.findall(r"\w+", text.lower())


class Ours:
    """The matcher of this project. The first score is its confidence."""

    name, most, draws, largest = "**this matcher**", 0, ALL_DRAWS, 10**9
    matcher: Matcher

    def fit(self, rows: Sequence[Row]) -> None:
        """Train."""
        self.matcher = matcher_for(rows)

    def best(self, text: str) -> Ranked:
        """Candidates."""
        ranking = self.matcher.rank(text)
        return [(c.entry, c.score if n else ranking.confidence) for n, c in enumerate(ranking.candidates)]


class Fuzzy:
    """rapidfuzz over all phrasings, with one of its scorers."""

    draws, largest = ALL_DRAWS, 100_000

    def __init__(self, scorer: Callable[..., float], most: int) -> None:
        self.name = f"rapidfuzz {scorer.__name__}"
        self.most = most
        self._scorer = scorer
        self._texts: list[str] = []
        self._labels: list[str] = []

    def fit(self, rows: Sequence[Row]) -> None:
        """Keep the phrasings, in lower case and without punctuation."""
        self._texts = [utils.default_process(text) for text, _ in rows]
        self._labels = [label for _, label in rows]

    def best(self, text: str) -> Ranked:
        """The nearest phrasings' labels."""
        found = process.extract(utils.default_process(text), self._texts, scorer=self._scorer, limit=KEEP)
        return by_label((self._labels[at], score) for _, score, at in found)


class Difflib:
    """The standard library's ratio; its two quick upper bounds spare most of the work, as in `get_close_matches`."""

    name, most, draws, largest = "difflib ratio", 60, 1, 1_500

    def fit(self, rows: Sequence[Row]) -> None:
        """Keep the phrasings."""
        self._rows = [(text.lower(), label) for text, label in rows]

    def best(self, text: str) -> Ranked:
        """The nearest phrasings' labels."""
        near = SequenceMatcher(autojunk=False)
        near.set_seq2(text.lower())
        found: dict[str, float] = {}
        third = 0.0
        for phrasing, label in self._rows:
            near.set_seq1(phrasing)
            if near.real_quick_ratio() > third and near.quick_ratio() > third:
                found[label] = max(found.get(label, 0.0), near.ratio())
                third = sorted(found.values(), reverse=True)[2] if len(found) > 2 else 0.0
        return sorted(found.items(), key=lambda item: -item[1])


def peers() -> tuple[list[Peer], list[str]]:
    """Our matcher first, then every peer that is installed; and the names of those that are not."""
    from benchmarks.engines import Bm25s, Fts5, Tantivy  # noqa: PLC0415 - they need what this module says
    from benchmarks.learners import Learner  # noqa: PLC0415

    makers: list[tuple[str, Callable[[], Peer]]] = [
        ("rapidfuzz", lambda: Fuzzy(fuzz.WRatio, 300)),
        ("rapidfuzz", lambda: Fuzzy(fuzz.token_set_ratio, 300)),
        ("rapidfuzz", lambda: Fuzzy(fuzz.token_sort_ratio, 300)),
        ("difflib", Difflib),
        ("SQLite FTS5", lambda: Fts5("porter")),
        ("SQLite FTS5", lambda: Fts5("trigram")),
        ("bm25s", Bm25s),
        ("tantivy", Tantivy),
        ("scikit-learn", lambda: Learner("LogisticRegression")),
        ("scikit-learn", lambda: Learner("LinearSVC")),
    ]
    found: list[Peer] = [Ours()]
    missing: list[str] = []
    for library, make in makers:
        try:
            found.append(make())
        except ImportError:
            missing.append(library)
    return found, list(dict.fromkeys(missing))
