"""The second process of `reload.py`: reads changed knowledge, learns it on top of what is in charge, asks the questions.

It hears nobody: the knowledge and the question files are all the text it sees, so it may remember them.
"""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from adapters.bootstrap import Library, keep, now, read_knowledge, trained
from adapters.terminal.ask import Asker
from adapters.terminal.measure import ask_question
from bot.errors import KnowledgeError
from bot.guard import GuardBook
from bot.knowledge import snapshot
from bot.knowledge.base import KnowledgeBase
from bot.knowledge.lint import lint
from bot.knowledge.load import Known, load, load_questions
from bot.knowledge.schema import Language, Question
from bot.matching import cache
from bot.matching.confidence import SHIPPED
from bot.matching.continued import continued
from bot.matching.matcher import Matcher
from bot.matching.texts import Reader
from bot.matching.words import Words
from bot.targets import targets_of

Key = tuple[str, str, tuple[str, ...], str]  # of a question: topic, text, what was asked before, who asks and when


@dataclass(frozen=True)
class Came:
    """What came of a question: whether it came out right, and the entries that played a part, the first one first."""

    passed: bool
    entries: tuple[str, ...]
    held_out: bool = False  # its text is never told


@dataclass(frozen=True)
class Verdict:
    """What was found of changed knowledge: what speaks against it, what came of the questions asked, those to come."""

    revision: str
    problems: tuple[str, ...] = ()
    came: Mapping[Key, Came] = field(default_factory=dict)
    rest: tuple[Key, ...] = ()


Change = frozenset[str] | None  # ids of what is answered or asked for in another way; everything, if None


class Judge:
    """Reads, learns and asks; remembers the last few libraries, and needs no memory to be right."""

    def __init__(self, folder: Path, questions: Path | None, cache_dir: Path) -> None:
        self._folder = folder
        self._questions = questions
        self._cache_dir = cache_dir
        self._files: Known = {}
        self._readers: dict[str, Reader] = {}  # by language
        self._libraries: dict[str, Library] = {}
        self._moved: dict[frozenset[str], frozenset[str]] = {}  # two indexes by name: what they weigh in another way

    def look(self, confirmed: str, came: Mapping[Key, Came]) -> Verdict:
        """Read the files as they are now, learn them, and ask what the change may touch.

        `confirmed` is the revision in charge, `came` what came of the questions with it; of a question that did not come
        out right nothing is lost, so it is asked later.
        """
        try:
            knowledge = read_knowledge(self._folder, self._cache_dir, self._files)
            found = lint(knowledge, now().date(), self._questions, errors_only=True)
            questions = dict(self._rows())
        except KnowledgeError as error:
            return Verdict("", problems=tuple(f"{p.path}:{p.line}: {p.message}" for p in error.problems))
        if found:
            return Verdict(knowledge.revision, problems=tuple(f"{p.path}:{p.line}: {p.message}" for p in found))
        before = self._library(confirmed)
        library, change = self._learn(before, knowledge)
        self._libraries = {confirmed: before, knowledge.revision: library}
        passing = [key for key, was in came.items() if was.passed and key in questions]
        first = set(_touched(passing, came, change, before, library))
        now_came = self._ask(library, {key: questions[key] for key in first})
        return Verdict(
            knowledge.revision,
            problems=failing(now_came, came),
            came=now_came,
            rest=tuple(key for key in questions if key not in first),
        )

    def ask(self, revision: str, keys: Collection[Key]) -> dict[Key, Came]:
        """What comes of some questions with the knowledge of a revision. Those that are no longer there are left out."""
        wanted = set(keys)
        return self._ask(self._library(revision), {key: row for key, row in self._rows() if key in wanted})

    def first(self, revision: str) -> dict[Key, Came]:
        """What comes of every question with the knowledge in charge at first; nothing where the files can't be read.

        Reads what each later change has in common with it, so that the first change does not wait.
        """
        library = self._library(revision)
        reader = self._reader(library.knowledge.language)
        for target in library.matcher.index.targets:
            reader.read(target.phrasings)
        with suppress(KnowledgeError):
            load(self._folder, self._files)
            return self._ask(library, dict(self._rows()))
        return {}

    def _rows(self) -> Iterator[tuple[Key, Question]]:
        for topic, question in load_questions(self._questions) if self._questions else ():
            asker = f"{question.nation}, {question.role}, {question.as_of}"
            yield (topic, question.text, question.context, asker), question

    @staticmethod
    def _ask(library: Library, questions: Mapping[Key, Question]) -> dict[Key, Came]:
        async def ask() -> dict[Key, Came]:
            asker = Asker(library)
            found = {}
            for key, question in questions.items():
                result = await ask_question(asker, key[0], question)
                found[key] = Came(result.passed, result.ranked, question.held_out)
            return found

        return asyncio.run(ask())

    def _reader(self, language: Language) -> Reader:
        name = language.model_dump_json(exclude={"terms"})
        found = self._readers.get(name) or Reader(Words(language))
        self._readers = {**dict(list(self._readers.items())[-1:]), name: found}  # the last one, and this
        return found

    def _library(self, revision: str) -> Library:
        """The library of a revision; of the files as they are now, where nothing of it is kept."""
        found = self._libraries.get(revision)
        if found is None:
            path = snapshot.path_in(self._cache_dir, revision)
            knowledge = snapshot.load(path, self._folder) or read_knowledge(self._folder, self._cache_dir)
            reader = self._reader(knowledge.language)
            found = trained(knowledge, reader.words, self._cache_dir)
            self._libraries[revision] = found
        return found

    def _learn(self, before: Library, knowledge: KnowledgeBase) -> tuple[Library, Change]:
        """The library of changed knowledge, and what is different in it."""
        targets = targets_of(knowledge)
        was_reader, reader = self._reader(before.knowledge.language), self._reader(knowledge.language)
        was, name = _index_name(before), cache.name_of(targets, knowledge.language)
        entries = _changed(before.knowledge, knowledge)
        if name == was:
            return Library(knowledge, before.matcher), entries
        pair, path = frozenset({was, name}), self._cache_dir / name
        made = None if path.exists() else continued(before.matcher.index, was_reader, targets, reader)
        if made is None:
            moved = self._moved.get(pair)
            return trained(knowledge, reader.words, self._cache_dir), None if moved is None else entries | moved
        self._moved[pair] = made.changed
        keep(lambda: cache.save(path, made.index))
        weights = cache.load_weights(self._cache_dir / was)
        if weights is not None:
            keep(lambda: cache.save_weights(path, weights))
        return Library(knowledge, Matcher(made.index, reader.words, weights=weights or SHIPPED)), entries | made.changed


def failing(now_came: Mapping[Key, Came], came: Mapping[Key, Came]) -> tuple[str, ...]:
    """The questions that came out right before and do not now, as sentences."""
    return tuple(
        f"tests/questions/{key[0]}.yaml: {'a held-out question' if found.held_out else repr(key[1])} "
        "came out right before and does not now"
        for key, found in now_came.items()
        if not found.passed and key in came and came[key].passed
    )


def _index_name(library: Library) -> str:
    return cache.name_of(library.matcher.index.targets, library.knowledge.language)


def _changed(before: KnowledgeBase, after: KnowledgeBase) -> frozenset[str]:
    """The entries that are new, gone or different."""
    ids = before.entries.keys() | after.entries.keys()
    return frozenset(one for one in ids if before.entries.get(one) != after.entries.get(one))


def _touched(
    keys: Iterable[Key], came: Mapping[Key, Came], change: Change, before: Library, after: Library
) -> Iterator[Key]:
    """Those of the questions that the change may touch: by an entry, a guard or a word."""
    if change is None:
        yield from keys
        return
    guards = GuardBook(before.knowledge.guards), GuardBook(after.knowledge.guards)
    same_guards = before.knowledge.guards == after.knowledge.guards
    words = before.matcher.words, after.matcher.words
    for key in keys:
        if (
            not change.isdisjoint(came[key].entries)
            or (words[0] is not words[1] and words[0].read(key[1]) != words[1].read(key[1]))
            or (not same_guards and _fires(guards[0], key[1]) != _fires(guards[1], key[1]))
        ):
            yield key


def _fires(guards: GuardBook, text: str) -> tuple[object, object]:
    return guards.find(text, always=True), guards.find(text, always=False)
