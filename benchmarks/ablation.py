"""What each part of the matcher is worth: the whole, and the whole without one part, on the same questions.

Usage: PYTHONPATH=. python benchmarks/ablation.py DATA [--sample N]. DATA as for `accuracy.py`; the public questions are the
validation files, asked of `train-10-shot-0.jsonl`. Our own are the rows that may be tuned on, asked of the matcher alone.
"""

from __future__ import annotations

import benchmarks.one_core  # noqa: F401  # isort: skip
import random
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import ModuleType
from typing import Any
from unittest.mock import patch

import numpy as np

from benchmarks.page import arguments, put, sampled, stamp, table
from benchmarks.sets import rows_of, with_slips
from benchmarks.worlds import SETS, Question, own_questions
from bot.knowledge.base import KnowledgeBase
from bot.knowledge.load import default_folder, load
from bot.knowledge.schema import Language
from bot.matching import features, train
from bot.matching.frames import KINDS
from bot.matching.index import Target, build
from bot.matching.look import LOOK
from bot.matching.matcher import Matcher
from bot.matching.repair import Repairer
from bot.matching.vectors import Floats, Vectors, shipped
from bot.matching.words import Words
from bot.targets import targets_of

SEED = 5
EVERYONE = (10**6,) * len(train.RIVALS)
TERM = "term-"


class Mute(Vectors):
    """The table of word vectors without what words mean; it still tells which words are English."""

    def __init__(self, table: Vectors) -> None:
        self.__dict__.update(table.__dict__)

    def direction(self, words: Iterable[str]) -> Floats:
        """No direction."""
        return np.zeros(self.size, np.float32)

    def directions(self, texts: Iterable[Iterable[str]]) -> Floats:
        """No directions."""
        return np.zeros((len(list(texts)), self.size), np.float32)


def _same(knowledge: KnowledgeBase) -> KnowledgeBase:
    return knowledge


@dataclass(frozen=True)
class Variant:
    """The matcher without a part: what is left out of the knowledge, and which numbers of its modules change."""

    name: str
    knowledge: Callable[[KnowledgeBase], KnowledgeBase] = _same
    target: Callable[[Target], Target | None] = lambda target: target
    changes: tuple[tuple[ModuleType | type, str, Any], ...] = ()
    mute: bool = False
    look: Mapping[str, float] = field(default_factory=lambda: LOOK)
    public: bool = True  # whether the part plays a role with the public sets

    @contextmanager
    def matcher(self, targets: Sequence[Target], words: Words) -> Iterator[Matcher]:
        """The matcher built and used without the part."""
        with ExitStack() as stack:
            for where, name, value in self.changes:
                stack.enter_context(patch.object(where, name, value))
            vectors = Mute(shipped()) if self.mute else shipped()
            kept = [left for target in targets if (left := self.target(target)) is not None]
            yield Matcher(build(kept, words, vectors), words, vectors=vectors, look=self.look)


def _without_language(knowledge: KnowledgeBase) -> KnowledgeBase:
    return replace(knowledge, language=knowledge.language.model_copy(update={"concepts": (), "acronyms": {}}))


def _without_near_misses(knowledge: KnowledgeBase) -> KnowledgeBase:
    entries = {name: entry.model_copy(update={"near_misses": ()}) for name, entry in knowledge.entries.items()}
    return replace(knowledge, entries=entries)


def _with_leads(knowledge: KnowledgeBase) -> KnowledgeBase:
    entries = {
        name: entry.model_copy(update={"phrasings": (*entry.phrasings, *(answer.lead for answer in entry.answers))})
        for name, entry in knowledge.entries.items()
    }
    return replace(knowledge, entries=entries)


VARIANTS = (
    Variant("the whole matcher"),
    Variant("without word vectors", mute=True),
    Variant("without letter groups", changes=((features, "GROUP_SIZES", ()),)),
    Variant("without pairs of stems", changes=((features, "PAIRS", 0.0),)),
    Variant("without spelling repair", changes=((Repairer, "repair", lambda self, word: None),)),
    Variant("without training: centroids alone", changes=((train, "RATE", 0.0),)),
    Variant("trained against all entries, not the nearest", changes=((train, "RIVALS", EVERYONE),)),
    Variant("without the second look", look={}),
    Variant("second look without question frames", look={k: v for k, v in LOOK.items() if k not in KINDS}),
    Variant("second look by coverage alone", look={k: v for k, v in LOOK.items() if k in {"coverage", "kin", "gap"}}),
    Variant("with the answers' first sentences as phrasings", knowledge=_with_leads, public=False),
    Variant("without concepts and acronyms", knowledge=_without_language, public=False),
    Variant("without near misses", knowledge=_without_near_misses, public=False),
    Variant(
        "without the glossary's terms", target=lambda t: None if t.id.startswith(TERM) else t, public=False
    ),
)  # fmt: skip


def measure(matcher: Matcher, asked: Sequence[Question]) -> tuple[str, str]:
    """Top-1 and top-3, in per cent."""
    found = [
        (tuple(c.entry for c in matcher.rank(question.text, nation=question.nation).candidates[:3]), question.right)
        for question in asked
    ]
    first = np.mean([bool(right & set(names[:1])) for names, right in found])
    three = np.mean([bool(right & set(names)) for names, right in found])
    return f"{100 * first:.1f}", f"{100 * three:.1f}"


def slipped(asked: Sequence[Question], slips: int = 2) -> list[Question]:
    """The same questions with typing slips."""
    rng = random.Random(SEED)  # noqa: S311 - a draw that can be repeated
    return [replace(question, text=with_slips(question.text, slips, rng)) for question in asked]


def public(folder: Path, sample: int) -> Iterator[tuple[list[Target], list[Question]]]:
    """Each set's targets, and its validation questions."""
    for name in SETS:
        groups: dict[str, list[str]] = {}
        for text, label in rows_of(folder / name / "train-10-shot-0.jsonl"):
            groups.setdefault(label, []).append(text)
        rows = sampled(rows_of(folder / name / "val.jsonl"), sample)
        asked = [Question(text, frozenset({label})) for text, label in rows]
        yield [Target(label, tuple(texts)) for label, texts in groups.items()], asked


def main() -> None:
    """Measure every variant and write the section."""
    options = arguments(__doc__ or "").parse_args()
    started = time.monotonic()
    sets = [(targets, asked, slipped(asked)) for targets, asked in public(options.data, options.sample) if asked]
    knowledge = load(default_folder())
    own = [question for question in own_questions() if question.right and not question.guarded]
    own = sampled([q for q in own if not all(entry.startswith(TERM) for entry in q.right)], options.sample)
    lines = []
    for variant in VARIANTS:
        cells: list[str] = []
        for targets, clean, misspelt in sets if variant.public else ():
            with variant.matcher(targets, Words(Language())) as matcher:
                cells += [" / ".join(measure(matcher, asked)) for asked in (clean, misspelt)]
        cells += ["as above"] * (2 * len(sets) - len(cells))
        left = variant.knowledge(knowledge)
        with variant.matcher(targets_of(left), Words(left.language)) as matcher:
            cells += [" / ".join(measure(matcher, asked)) for asked in (own, slipped(own))]
        lines.append([variant.name, *cells])
        print(*lines[-1], sep="  ", file=sys.stderr, flush=True)
    names = [name for name in SETS if (options.data / name / "val.jsonl").exists()]
    head = ["", *(f"{name}{slips}" for name in (*names, "our own") for slips in ("", ", 2 typos"))]
    again = f"ablation.py DATA{f' --sample {options.sample}' if options.sample else ''}"
    put(
        options.page,
        "ablation",
        "## What each part is worth\n\nTop-1 / top-3 in per cent. Public sets: the validation questions, 10 phrasings a label, one draw. "
        f"Our own: {len(own)} rows that were tuned on and that an entry answers (not a glossary term alone), asked of the matcher "
        "without the dialogue around it. `as above`: the part plays no role there. The order of training alone moves top-1 by up "
        "to half a point (four seeds), so less than that is no difference.\n\n"
        f"{stamp(again, time.monotonic() - started)}\n{table(head, lines)}",
    )


if __name__ == "__main__":
    main()
