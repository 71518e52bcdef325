"""From files to an immutable KnowledgeBase, or one error with every problem. One function for bot, lint and tests."""

from __future__ import annotations

import difflib
import hashlib
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from bot.errors import KnowledgeError
from bot.knowledge.base import TERMS, KnowledgeBase, Problem
from bot.knowledge.plain_words import in_plain_words
from bot.knowledge.schema import Entry, Guards, Language, Messages, Question, QuestionFile, Topic, TopicFile
from bot.knowledge.terms import entries_of
from bot.knowledge.yaml_safe import Document, YamlProblem, read
from bot.knowledge.yaml_safe import Path as Where

M = TypeVar("M", bound=BaseModel)


def default_folder() -> Path:
    """The shipped knowledge: beside `bot/`, in a checkout as in an installed wheel."""
    return Path(__file__).parent.parent.parent / "knowledge"


def _files(folder: Path) -> list[Path]:
    """Every file that makes a revision, in a fixed order."""
    own = [folder / name for name in ("language.yaml", "messages.yaml", "guards.yaml")]
    shipped = default_folder() / "messages.yaml"
    files = sorted((folder / "topics").glob("*.yaml")) + [path for path in own if path.is_file()]
    return files if (folder / "messages.yaml").is_file() else [*files, shipped]


def revision_of(folder: Path) -> str:
    """A hash of the knowledge files' names and bytes: the same files, the same revision."""
    digest = hashlib.sha256()
    for path in _files(folder):
        try:
            raw = path.read_bytes()
        except OSError:
            raw = b""
        digest.update(f"{path.name}\0{len(raw)}\0".encode() + raw)
    return digest.hexdigest()[:16]


def load(folder: Path) -> KnowledgeBase:
    """Load a folder. KnowledgeError lists every problem of every file."""
    return _Loading(folder).finish()


class _Loading:
    """One load: collects problems until the end."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.problems: list[Problem] = []
        self.topics: dict[str, Topic] = {}
        self.entries: dict[str, Entry] = {}
        self.topic_of: dict[str, str] = {}
        self.where: dict[str, tuple[str, int]] = {}
        self.documents: dict[str, Document] = {}

    def finish(self) -> KnowledgeBase:
        revision = revision_of(self.folder)
        paths = sorted((self.folder / "topics").glob("*.yaml"))
        if not paths:
            self._problem(self.folder / "topics", 1, "there are no topic files (topics/*.yaml) in this folder")
        for path in paths:
            self._topic(path)
        language = self._own("language.yaml", Language) or Language()
        guards = self._own("guards.yaml", Guards) or Guards()
        messages = self._messages()
        self._terms(language)
        self._known_ids(language, guards)
        if self.problems or messages is None:
            raise KnowledgeError(sorted(self.problems, key=lambda p: (p.path, p.line)))
        return KnowledgeBase(
            topics=MappingProxyType(self.topics),
            entries=MappingProxyType(self.entries),
            topic_of=MappingProxyType(self.topic_of),
            language=language,
            guards=guards.guards,
            messages=messages,
            revision=revision,
            folder=self.folder,
            where=MappingProxyType(self.where),
        )

    def _problem(self, path: Path, line: int, message: str) -> None:
        self.problems.append(Problem(self._name(path), line, message))

    def _name(self, path: Path) -> str:
        return path.relative_to(self.folder.parent).as_posix() if path.is_relative_to(self.folder.parent) else str(path)

    def _read(self, path: Path) -> Document | None:
        document, problems = read_file(path, self._name(path))
        self.problems += problems
        if document is not None:
            self.documents[path.name] = document
        return document

    def _topic(self, path: Path) -> None:
        document = self._read(path)
        if document is None:
            return
        found, problems = validate(TopicFile, document, self._name(path))
        self.problems += problems
        if found is None:
            return
        topic = found.topic
        if topic.id != path.stem:
            self._problem(
                path,
                document.line(("topic", "id")),
                f"the topic's id is {topic.id!r}; it must be the file's name, {path.stem!r}",
            )
        self.topics[topic.id] = topic
        for number, entry in enumerate(found.entries):
            line = document.line(("entries", number, "id"))
            if entry.id in self.entries:
                other, at = self.where[entry.id]
                self._problem(path, line, f"the id {entry.id!r} is taken ({other}:{at}); choose another")
                continue
            self.entries[entry.id] = entry
            self.topic_of[entry.id] = topic.id
            self.where[entry.id] = (self._name(path), line)

    def _own(self, name: str, model: type[M]) -> M | None:
        path = self.folder / name
        document = self._read(path) if path.is_file() else None
        if document is None or document.data is None:
            return None
        found, problems = validate(model, document, self._name(path))
        self.problems += problems
        return found

    def _messages(self) -> Messages | None:
        path = self.folder / "messages.yaml"
        path = path if path.is_file() else default_folder() / "messages.yaml"
        document = self._read(path)
        if document is None:
            return None
        wrapped = Document(
            {"languages": document.data}, {("languages", *p): line for p, line in document.lines.items()}
        )
        found, problems = validate(Messages, wrapped, self._name(path))
        self.problems += problems
        return found

    def _terms(self, language: Language) -> None:
        if not language.terms:
            return
        document = self.documents["language.yaml"]
        self.topics.setdefault(TERMS, Topic(id=TERMS, title="Words explained", owner="editors", review_every_months=12))
        for entry, number in entries_of(language.terms):
            line = document.line(("terms", number, "term"))
            if entry.id in self.entries:
                self._problem(
                    self.folder / "language.yaml", line, f"the term's id {entry.id!r} is taken; rename the term"
                )
                continue
            self.entries[entry.id] = entry
            self.topic_of[entry.id] = TERMS
            self.where[entry.id] = (self._name(self.folder / "language.yaml"), line)

    def _known_ids(self, language: Language, guards: Guards) -> None:
        """Every id that is referred to must exist, be it in an entry that has another mistake."""
        known = set(self.entries)
        for document in self.documents.values():
            entries = document.data.get("entries") if isinstance(document.data, dict) else None
            known.update(e["id"] for e in _list(entries) if isinstance(e, dict) and isinstance(e.get("id"), str))
        named: list[tuple[str, Where, str]] = []
        for name, document in self.documents.items():
            if isinstance(document.data, dict):
                named += [(f"topics/{name}", where, found) for where, found in _references(document.data)]
        for number, term in enumerate(language.terms):
            named += [("language.yaml", ("terms", number, "see"), found) for found in term.see]
        for number, guard in enumerate(guards.guards):
            named += [("guards.yaml", ("guards", number, "says", "offer"), found) for found in guard.says.offer]
        for name, where, found in named:
            if found not in known:
                line = self.documents[Path(name).name].line(where)
                self._problem(self.folder / name, line, f"there is no entry {found!r}{did_you_mean(found, known)}")


def _references(data: Mapping[str, Any]) -> Iterable[tuple[Where, str]]:
    for n, entry in enumerate(_list(data.get("entries"))):
        if not isinstance(entry, dict):
            continue
        base: Where = ("entries", n)
        for i, found in enumerate(_list(entry.get("see_also"))):
            yield (*base, "see_also", i), found
        for i, miss in enumerate(_list(entry.get("near_misses"))):
            if isinstance(miss, dict) and isinstance(miss.get("entry"), str):
                yield (*base, "near_misses", i, "entry"), miss["entry"]
        for i, variant in enumerate(_list(entry.get("answers"))):
            replaced = variant.get("replaced_by") if isinstance(variant, dict) else None
            for j, found in enumerate(_list(replaced)):
                yield (*base, "answers", i, "replaced_by", j), found
        choice = entry.get("choice")
        for i, option in enumerate(_list(choice.get("options")) if isinstance(choice, dict) else ()):
            if isinstance(option, dict) and isinstance(option.get("entry"), str):
                yield (*base, "choice", "options", i, "entry"), option["entry"]


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """`; did you mean "x"?` for the nearest known word, or nothing."""
    near = difflib.get_close_matches(word, list(known), n=1, cutoff=0.6)
    return f"; did you mean {near[0]!r}?" if near else ""


def read_file(path: Path, name: str) -> tuple[Document | None, list[Problem]]:
    """Read a file as plain data with lines, or say what is wrong with it."""
    try:
        return read(path.read_bytes()), []
    except YamlProblem as problem:
        return None, [Problem(name, problem.line, problem.message, rule="yaml")]
    except OSError as error:
        return None, [Problem(name, 1, f"the file can't be read ({error.strerror})", rule="yaml")]


def validate(model: type[M], document: Document, name: str) -> tuple[M | None, list[Problem]]:
    """The data as a model, or every problem with its line."""
    try:
        return model.model_validate(document.data), []
    except ValidationError as error:
        return None, [
            Problem(name, document.line(where), message, rule="format")
            for where, message in in_plain_words(error, model, document)
        ]


def load_questions(folder: Path, known: Iterable[str] | None = None) -> tuple[tuple[str, Question], ...]:
    """Every question of the question files, with its file's topic. `known` entry ids, if given, are insisted on."""
    problems: list[Problem] = []
    rows: list[tuple[str, Question]] = []
    ids = set(known) if known is not None else None
    for path in sorted(folder.glob("*.yaml")):
        if path.name.startswith("_"):
            continue
        name = f"{folder.name}/{path.name}"
        document, wrong = read_file(path, name)
        problems += wrong
        if document is None:
            continue
        found, wrong = validate(QuestionFile, document, name)
        problems += wrong
        if found is None:
            continue
        for number, question in enumerate(found.questions):
            rows.append((found.topic, question))
            for entry in (question.entry, *question.also) if ids is not None else ():
                if entry is not None and ids is not None and entry not in ids:
                    line = document.line(("questions", number, "entry"))
                    problems.append(Problem(name, line, f"there is no entry {entry!r}{did_you_mean(entry, ids)}"))
    if problems:
        raise KnowledgeError(problems)
    return tuple(rows)


def load_floors(folder: Path) -> dict[str, dict[str, float]]:
    """The floors of `_floors.yaml`: part -> measure -> per cent. Empty if there is no such file."""
    path = folder / "_floors.yaml"
    if not path.is_file():
        return {}
    document, problems = read_file(path, f"{folder.name}/{path.name}")
    if document is None:
        raise KnowledgeError(problems)
    try:
        return {part: {name: float(value) for name, value in floors.items()} for part, floors in document.data.items()}
    except (AttributeError, TypeError, ValueError) as error:
        raise KnowledgeError(
            [Problem(f"{folder.name}/{path.name}", 1, f"floors are part: measure: number ({error})")]
        ) from None


__all__: Sequence[str] = ("default_folder", "load", "load_floors", "load_questions", "revision_of")
