"""From files to an immutable KnowledgeBase, or one error with every problem. One function for bot, lint and tests."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import TypeVar

from bot.errors import KnowledgeError
from bot.knowledge import references, terms
from bot.knowledge.base import TERMS, KnowledgeBase, Problem
from bot.knowledge.files import bytes_of, name_of, parse, validate
from bot.knowledge.questions import load_floors, load_questions
from bot.knowledge.references import did_you_mean
from bot.knowledge.schema import Entry, Guard, Guards, Language, Messages, Model, NotOurs, NotOursFile, Topic, TopicFile
from bot.knowledge.yaml_safe import Document
from bot.knowledge.yaml_safe import Path as Where

M = TypeVar("M", bound=Model)
Named = Iterable[tuple[Where, str]]


_OUTSIDE = OSError(0, "it is a link to somewhere outside the folder")


def default_folder() -> Path:
    """The shipped knowledge: beside `bot/`, in a checkout as in an installed wheel."""
    return Path(__file__).parent.parent.parent / "knowledge"


def _contents(folder: Path) -> dict[Path, bytes | OSError]:
    """Every file that makes a revision, in a fixed order, read once. Without messages of its own, the shipped ones."""
    own = [folder / name for name in ("language.yaml", "messages.yaml", "guards.yaml", "not_ours.yaml")]
    files = sorted((folder / "topics").glob("*.yaml")) + [path for path in own if path.is_file()]
    if not (folder / "messages.yaml").is_file():
        files.append(default_folder() / "messages.yaml")
    inside = (folder.resolve(), default_folder().resolve())
    return {path: bytes_of(path) if any(map(path.resolve().is_relative_to, inside)) else _OUTSIDE for path in files}


def _revision(contents: Mapping[Path, bytes | OSError]) -> str:
    digest = hashlib.sha256()
    for path, found in contents.items():
        raw = found if isinstance(found, bytes) else b""
        digest.update(f"{path.name}\0{len(raw)}\0".encode() + raw)
    return digest.hexdigest()[:16]


def revision_of(folder: Path) -> str:
    """A hash of the knowledge files' names and bytes: the same files, the same revision."""
    return _revision(_contents(folder))


Known = dict[tuple[str, bytes], tuple[Document | None, list[Problem], TopicFile | None, list[Problem]]]


def load(folder: Path, known: Known | None = None) -> KnowledgeBase:
    """Load a folder. KnowledgeError lists every problem of every file.

    `known` is what a load leaves for the next one, so that only topic files that changed are read again.
    """
    return _Loading(folder, {} if known is None else known).finish()


class _Loading:
    """One load: collects problems until the end."""

    def __init__(self, folder: Path, known: Known) -> None:
        self.folder = folder
        self.known = known
        self.contents = _contents(folder)
        self.topic_files = [path for path in self.contents if path.parent == folder / "topics"]
        self.problems: list[Problem] = []
        self.topics: dict[str, Topic] = {}
        self.entries: dict[str, Entry] = {}
        self.topic_of: dict[str, str] = {}
        self.where: dict[str, tuple[str, int]] = {}
        self.documents: dict[Path, Document] = {}

    def finish(self) -> KnowledgeBase:
        for path in self.topic_files:
            self._topic(path)
        for name, raw in self.known.keys() - {(self._name(path), raw) for path, raw in self.contents.items()}:
            del self.known[name, raw]
        self._names_of_files()
        language = self._own("language.yaml", Language)
        guards = self._own("guards.yaml", Guards) or Guards()
        not_ours = (self._own("not_ours.yaml", NotOursFile) or NotOursFile()).not_ours
        messages = self._messages()
        self._terms(language or Language())
        self._guards(guards)
        self._once(self.folder / "not_ours.yaml", "not_ours", not_ours)
        self._known_ids(glossary_read=language is not None or not (self.folder / "language.yaml").is_file())
        if self.problems or messages is None:
            raise KnowledgeError(sorted(self.problems, key=lambda p: (p.path, p.line)))
        return KnowledgeBase(
            topics=MappingProxyType(self.topics),
            entries=MappingProxyType(self.entries),
            topic_of=MappingProxyType(self.topic_of),
            language=language or Language(),
            guards=guards.guards,
            not_ours=not_ours,
            messages=messages,
            revision=_revision(self.contents),
            folder=self.folder,
            where=MappingProxyType(self.where),
        )

    def _problem(self, path: Path, where: Where, message: str, rule: str = "format") -> None:
        line = self.documents[path].line(where) if path in self.documents else 1
        self.problems.append(Problem(self._name(path), line, message, rule))

    def _name(self, path: Path) -> str:
        return name_of(path, self.folder.parent)

    def _read(self, path: Path) -> Document | None:
        document, problems = parse(self.contents[path], self._name(path))
        self.problems += problems
        if document is not None:
            self.documents[path] = document
        return document

    def _validate(self, model: type[M], document: Document, path: Path) -> M | None:
        found, problems = validate(model, document, self._name(path))
        self.problems += problems
        return found

    def _names_of_files(self) -> None:
        """A file that would be passed over in silence is a problem, too."""
        folder = self.folder / "topics"
        if not self.topic_files:
            self._problem(folder, (), "there are no topic files (topics/*.yaml) in this folder")
        for path in sorted(folder.glob("*")):
            if path.suffix.casefold() in {".yml", ".yaml"} and path.suffix != ".yaml":
                self._problem(path, (), f"this file is not read: rename it to {path.stem}.yaml")

    def _topic_file(self, path: Path) -> TopicFile | None:
        raw, name = self.contents[path], self._name(path)
        known = self.known.get((name, raw)) if isinstance(raw, bytes) else None
        if known is None:
            document, unread = parse(raw, name)
            known = document, unread, *(validate(TopicFile, document, name) if document else (None, []))
            if isinstance(raw, bytes):
                self.known[name, raw] = known
        document, unread, found, wrong = known
        self.problems += [*unread, *wrong]
        if document is not None:
            self.documents[path] = document
        return found

    def _topic(self, path: Path) -> None:
        found = self._topic_file(path)
        if found is None:
            return
        topic = found.topic
        if topic.id == TERMS:
            self._problem(path, ("topic", "id"), f"the topic id {TERMS!r} is kept for the glossary; choose another")
        elif topic.id != path.stem:
            message = f"the topic's id is {topic.id!r}; it must be the file's name, {path.stem!r}"
            self._problem(path, ("topic", "id"), message)
        self.topics[topic.id] = topic
        for number, entry in enumerate(found.entries):
            self._add(entry, topic.id, path, ("entries", number, "id"))

    def _add(self, entry: Entry, topic: str, path: Path, where: Where) -> None:
        if entry.id in self.entries:
            other, at = self.where[entry.id]
            self._problem(path, where, f"the id {entry.id!r} is taken ({other}:{at}); choose another", "id-twice")
            return
        self.entries[entry.id] = entry
        self.topic_of[entry.id] = topic
        self.where[entry.id] = (self._name(path), self.documents[path].line(where))

    def _own(self, name: str, model: type[M]) -> M | None:
        path = self.folder / name
        document = self._read(path) if path in self.contents else None
        if document is None:
            return None
        return model() if document.data is None else self._validate(model, document, path)

    def _messages(self) -> Messages | None:
        shipped = default_folder() / "messages.yaml"
        path = self.folder / "messages.yaml"
        found = self._messages_of(path if path in self.contents else shipped, self.contents)
        if found is not None and path in self.contents and path.resolve() != shipped.resolve():
            needed = self._messages_of(shipped, {shipped: bytes_of(shipped)})
            missing = needed.languages["en"].keys() - found.languages.get("en", {}).keys() if needed else ()
            if missing:
                some = ", ".join(sorted(missing)[:3]) + (f" and {len(missing) - 3} more" if len(missing) > 3 else "")
                self._problem(
                    path, ("en",), f"messages are missing under `en`: {some}; copy them from the shipped file"
                )
        return found

    def _messages_of(self, path: Path, contents: Mapping[Path, bytes | OSError]) -> Messages | None:
        document, problems = parse(contents[path], self._name(path))
        self.problems += problems
        if document is None:
            return None
        lines: dict[Where, int] = {("languages", *place): line for place, line in document.lines.items()}
        self.documents[path] = document
        return self._validate(Messages, Document({"languages": document.data}, lines), path)

    def _terms(self, language: Language) -> None:
        if not language.terms:
            return
        path = self.folder / "language.yaml"
        self.topics[TERMS] = Topic(id=TERMS, title="Words explained", owner="editors", review_every_months=12)
        for word in terms.words_of(language.terms):
            where: Where = ("terms", word.first, "term")
            if len(word.meanings) > terms.MOST_MEANINGS:
                message = f"this word has {len(word.meanings)} meanings; {terms.MOST_MEANINGS} is the most we can offer"
                self._problem(path, where, message)
                continue
            for entry in terms.entries_of(word):
                self._add(entry, TERMS, path, where)

    def _once(self, path: Path, key: str, found: Sequence[Guard | NotOurs]) -> None:
        seen = set[str]()
        for number, one in enumerate(found):
            if one.id in seen:
                self._problem(path, (key, number, "id"), f"the id {one.id!r} stands here twice", "id-twice")
            seen.add(one.id)

    def _guards(self, guards: Guards) -> None:
        path = self.folder / "guards.yaml"
        self._once(path, "guards", guards.guards)
        for number, guard in enumerate(guards.guards):
            base: Where = ("guards", number)
            for key, patterns in (("patterns", guard.patterns), ("unless", guard.unless)):
                for place, pattern in enumerate(patterns):
                    if not any(char.isalnum() for char in pattern):
                        self._problem(path, (*base, key, place), f"the pattern {pattern!r} has no word in it")
            topic = guard.says.offer_topic
            if topic is not None and self.folder / "topics" / f"{topic}.yaml" not in self.contents:
                message = f"there is no topic {topic!r}{did_you_mean(topic, self.topics)}"
                self._problem(path, (*base, "says", "offer_topic"), message, "unknown-id")

    def _known_ids(self, *, glossary_read: bool) -> None:
        known = set(self.entries)
        named: list[tuple[Path, Named]] = []
        for path in self.topic_files:
            document, raw = self.documents.get(path), self.contents[path]
            if document is not None:
                known.update(references.ids_in(document))
                named.append((path, references.named_by_topic(document.data)))
            elif isinstance(raw, bytes):
                known.update(references.ids_in_broken(raw))
        for name, places in (
            ("language.yaml", references.named_by_language),
            ("guards.yaml", references.named_by_guards),
        ):
            document = self.documents.get(self.folder / name)
            named.append((self.folder / name, places(document.data) if document else ()))
        for path, found in named:
            for where, entry in found:
                if entry not in known and (glossary_read or not entry.startswith("term-")):
                    message = f"there is no entry {entry!r}{did_you_mean(entry, known)}"
                    if entry == "nothing" and "replaced_by" in where:
                        message = "write `replaced_by: nothing`, without brackets or dash"
                    self._problem(path, where, message, "unknown-id")


__all__: Sequence[str] = ("default_folder", "load", "load_floors", "load_questions", "revision_of")
