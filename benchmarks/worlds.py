"""Knowledge bases to fit the second look and the confidence on, each with questions whose right entry is known.

Our own knowledge as it is; with half of the phrasings withheld, so that a question is met as fresh as one that no editor
has seen; and with every fourth entry withheld, whose questions must be refused. The public sets come in the same way. The
held-out rows of our question files are in none of them, nor are the groups of `not_ours.yaml`: their phrasings are much like
the questions without an answer that may be tuned on, which would look easier to refuse than those that people will ask.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from adapters.terminal.ask import nation_of
from benchmarks.sets import matcher_for, rows_of
from bot.guard import GuardBook
from bot.knowledge.load import default_folder, load, load_questions
from bot.matching.index import Target, build
from bot.matching.matcher import Matcher, Ranking
from bot.matching.words import Words
from bot.model import Nation
from bot.targets import is_entry, targets_of

SETS = ("banking77", "hwu64", "clinc150")
QUESTIONS = Path(__file__).parent.parent / "tests" / "questions"
MOST = 1000  # validation questions of a public set that are used
LONGEST = 300  # characters of our own questions that are used: longer ones are heard by the sentence
WITHHELD = 4  # every fourth entry
THINNED = 2  # every second phrasing


@dataclass(frozen=True)
class Question:
    """A question, the nation it is asked from, and the entries that are right; none: it must be refused."""

    text: str
    right: frozenset[str]
    nation: Nation | None = None
    guarded: bool = False  # a guard's pattern answers it before anything is ranked


@dataclass(frozen=True)
class World:
    """A trained matcher and what it is asked."""

    name: str  # `own whole`, `own thinned`, `own withheld` or a set's name
    matcher: Matcher
    asked: tuple[Question, ...]

    def rankings(self) -> Iterator[tuple[Question, Ranking]]:
        """Every question ranked; phrasings word for word and what a guard answers tell nothing and are left out."""
        for question in self.asked:
            if question.guarded:
                continue
            ranking = self.matcher.rank(question.text, nation=question.nation)
            if ranking.best is not None and not ranking.exact and is_entry(ranking.best.entry):
                yield question, ranking


def own_questions() -> tuple[Question, ...]:
    """The rows of our question files that may be tuned on, and the near misses that no entry answers."""
    knowledge = load(default_folder())
    guards = GuardBook(knowledge.guards)
    asked = [
        Question(
            row.text,
            frozenset(({row.entry} if row.entry else set()) | set(row.also)),
            nation_of(row.nation),
            guarded=guards.find(row.text, always=True) is not None or guards.find(row.text, always=False) is not None,
        )
        for _, row in load_questions(QUESTIONS)
        if not row.held_out and not row.context and len(row.text) < LONGEST
    ]
    misses = [miss for entry in knowledge.entries.values() for miss in entry.near_misses if miss.entry is None]
    return (*asked, *(Question(miss.text, frozenset()) for miss in misses))


def thinned(target: Target, fold: int) -> Target:
    """The target with its question and half of its other phrasings."""
    kept = tuple(text for at, text in enumerate(target.phrasings) if at == 0 or at % THINNED != fold)
    return replace(target, phrasings=kept)


def own_worlds() -> Iterator[World]:
    """Our knowledge: whole, thinned and with entries withheld."""
    knowledge = load(default_folder())
    words = Words(knowledge.language)
    targets = [target for target in targets_of(knowledge) if is_entry(target.id)]
    asked = own_questions()

    def world(name: str, kept: Sequence[Target], rows: tuple[Question, ...]) -> World:
        return World(name, Matcher(build(kept, words), words), rows)

    yield world("own whole", targets, asked)
    for fold in range(THINNED):
        yield world("own thinned", [thinned(target, fold) for target in targets], asked)
    for fold in range(WITHHELD):
        kept = [target for number, target in enumerate(targets) if number % WITHHELD != fold]
        there = {target.id for target in kept}
        yield world("own withheld", kept, tuple(q for q in asked if q.right and not q.right & there))


def public_worlds(folder: Path) -> Iterator[World]:
    """The validation questions of the public sets: with every label, and with every fourth withheld."""
    for name in SETS:
        train, val = rows_of(folder / name / "tune-8-shot.jsonl"), rows_of(folder / name / "val.jsonl")
        labels = sorted({label for _, label in train})
        val = val[:: max(1, len(val) // MOST)] + rows_of(folder / name / "out-of-scope-val.jsonl")
        for withheld in (frozenset[str](), frozenset(labels[::WITHHELD])):
            asked = (Question(text, frozenset({label}) if label else frozenset()) for text, label in val)
            yield World(name, matcher_for(train, withheld), tuple(asked))
