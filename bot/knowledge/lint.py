"""`advisor check`: what the format can't say. Each rule is a small function; errors apart from warnings.

Findings never stop `ask`: a running bot answers from what loads. Reviews that fall due are warnings, so time passing
never breaks a build.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Literal

from bot.errors import KnowledgeError
from bot.knowledge import lint_text
from bot.knowledge.base import TERMS, KnowledgeBase, Problem
from bot.knowledge.load import load_questions
from bot.knowledge.schema import Entry, Variant
from bot.model import Nation, Status

LAW_LIKE = {
    Status.IN_FORCE, Status.GUIDANCE, Status.CLOSED, Status.REPEALED, Status.PROPOSED, Status.NOT_COMMENCED,
}  # fmt: skip
ENOUGH_PHRASINGS = 8
TELEGRAM_ROOM = 3500  # UTF-16 units: Telegram cuts at 4,096, and notices, sources and labels need the rest
FIRST_SCREEN = 600
SLACK_SECTION = 3000

Severity = Literal["error", "warning"]
Finding = tuple[str, str]  # entry id, message


@dataclass(frozen=True)
class Checked:
    """What a rule may look at."""

    knowledge: KnowledgeBase
    today: date

    @property
    def own_entries(self) -> list[Entry]:
        """Entries that editors wrote, glossary terms aside."""
        knowledge = self.knowledge
        return [entry for entry in knowledge.entries.values() if knowledge.topic_of[entry.id] != TERMS]


Rule = Callable[[Checked], Iterable[Finding]]
RULES: list[tuple[str, Severity, Rule]] = []


def rule(severity: Severity) -> Callable[[Rule], Rule]:
    """Register a rule under its function's name."""

    def register(function: Rule) -> Rule:
        RULES.append((function.__name__.replace("_", "-"), severity, function))
        return function

    return register


def lint(knowledge: KnowledgeBase, today: date, questions: Path | None = None) -> list[Problem]:
    """Every finding of every rule, with its place."""
    checked = Checked(knowledge, today)
    found = []
    for name, severity, check in RULES:
        for entry, message in check(checked):
            path, line = knowledge.where.get(entry, (f"topics/{entry}.yaml", 1))
            found.append(Problem(path, line, message, name, severity))
    if questions is not None:
        found += _question_files(knowledge, questions)
    return found


def _question_files(knowledge: KnowledgeBase, folder: Path) -> Iterator[Problem]:
    for topic in knowledge.topics:
        if topic != TERMS and not (folder / f"{topic}.yaml").is_file():
            yield Problem(
                f"topics/{topic}.yaml",
                1,
                f"there is no question file {folder.name}/{topic}.yaml for this topic",
                "question-file",
                "warning",
            )
    try:
        rows = load_questions(folder, knowledge.entries)
    except KnowledgeError as error:
        yield from error.problems
        return
    phrasings = {lint_text.folded(text) for entry in knowledge.entries.values() for text in entry.phrasings}
    for topic, question in rows:
        if not question.context and question.source is None and lint_text.folded(question.text) in phrasings:
            yield Problem(
                f"{folder.name}/{topic}.yaml",
                1,
                f"the question {question.text!r} is also a phrasing, so it tests nothing; reword it",
                "question-is-phrasing",
                "warning",
            )


def _texts(variant: Variant) -> list[str]:
    notes = (variant.for_commissioner, variant.for_founder, variant.for_staff, variant.caution, variant.plain)
    return [variant.lead, *variant.points, *variant.steps, *(note for note in notes if note)]


def _named(variant: Variant) -> str:
    return ", ".join(variant.nations)


# --- phrasings ---------------------------------------------------------------------------------------------------------


@rule("error")
def phrasing_collides(checked: Checked) -> Iterator[Finding]:
    """The same phrasing, after normalising, under two entries: which one would be right?"""
    owners: dict[str, str] = {}
    for entry in checked.knowledge.entries.values():
        for text in dict.fromkeys(lint_text.folded(t) for t in (entry.question, *entry.phrasings)):
            other = owners.setdefault(text, entry.id)
            if other != entry.id:
                yield entry.id, f"the phrasing {text!r} stands under {other!r} too; keep it in one of them"


@rule("warning")
def phrasing_nearly_collides(checked: Checked) -> Iterator[Finding]:
    """The same words in another order, or with other little words."""
    owners: dict[frozenset[str], tuple[str, str]] = {}
    scaffold = {word for text in checked.knowledge.language.scaffold for word in lint_text.folded(text).split()}
    for entry in checked.own_entries:
        for text in (entry.question, *entry.phrasings):
            words = frozenset(lint_text.singular(w) for w in lint_text.folded(text).split() if w not in scaffold)
            other, theirs = owners.setdefault(words, (entry.id, text))
            if len(words) > 1 and other != entry.id and lint_text.folded(theirs) != lint_text.folded(text):
                yield entry.id, f"the phrasing {text!r} is nearly {theirs!r} of {other!r}; make the difference plain"


@rule("warning")
def phrasing_twice(checked: Checked) -> Iterator[Finding]:
    """Twice in one entry gains nothing."""
    for entry in checked.own_entries:
        seen: set[str] = set()
        for text in entry.phrasings:
            key = lint_text.folded(text)
            if key in seen:
                yield entry.id, f"the phrasing {text!r} stands here twice"
            seen.add(key)


@rule("warning")
def too_few_phrasings(checked: Checked) -> Iterator[Finding]:
    """Matching lives on phrasings: five to ten of them gained ten points on public sets."""
    for entry in checked.own_entries:
        if len(entry.phrasings) < ENOUGH_PHRASINGS:
            yield (
                entry.id,
                f"{len(entry.phrasings)} phrasings; write at least {ENOUGH_PHRASINGS}, in people's own words",
            )


# --- nations and time ----------------------------------------------------------------------------------------------------


@rule("error")
def variants_overlap(checked: Checked) -> Iterator[Finding]:
    """Two texts of one entry for the same nation on the same day."""
    for entry in checked.own_entries:
        for number, one in enumerate(entry.answers):
            for other in entry.answers[number + 1 :]:
                shared = [n.value for n in one.scope if n in other.scope]
                if shared and _meet(one, other):
                    yield (
                        entry.id,
                        f"two answers hold for {', '.join(shared)} on the same days; give them other nations or dates",
                    )


def _meet(one: Variant, other: Variant) -> bool:
    first = max(v.from_.first() if v.from_ else date.min for v in (one, other))
    last = min(v.to.last() if v.to else date.max for v in (one, other))
    return first <= last


@rule("warning")
def nation_not_mentioned(checked: Checked) -> Iterator[Finding]:
    """A law-like entry that says nothing for a nation: even `not-confirmed` tells a person whom to ask."""
    for entry in checked.own_entries:
        if any(variant.status in LAW_LIKE for variant in entry.answers):
            covered = {nation for variant in entry.answers for nation in variant.scope}
            silent = [nation.value for nation in Nation if nation not in covered]
            if silent:
                yield (
                    entry.id,
                    f"says nothing for {', '.join(silent)}; add an answer, `none-exists` with a source, or `not-confirmed`",
                )


@rule("error")
def closed_without_successor(checked: Checked) -> Iterator[Finding]:
    """What is over must say what came after."""
    for entry in checked.own_entries:
        for variant in entry.answers:
            if variant.status in {Status.CLOSED, Status.REPEALED} and variant.replaced_by is None:
                yield (
                    entry.id,
                    f"the {variant.status.value} answer needs `replaced_by`: the entries to go to, or `nothing`",
                )


@rule("error")
def never_reviewed(checked: Checked) -> Iterator[Finding]:
    """Every answer says when it was checked or to when it is known."""
    for entry in checked.own_entries:
        for variant in entry.answers:
            if entry.reviewed is None and variant.known_to is None:
                yield (
                    entry.id,
                    f"the answer for {_named(variant)} needs the entry's `reviewed` (you opened the pages) or its own `known_to`",
                )


@rule("error")
def reviewed_in_the_future(checked: Checked) -> Iterator[Finding]:
    """A review is something that happened."""
    for entry in checked.own_entries:
        if entry.reviewed is not None and entry.reviewed > checked.today:
            yield entry.id, f"`reviewed` is {entry.reviewed}, which is still to come"


@rule("warning")
def review_overdue(checked: Checked) -> Iterator[Finding]:
    """Its own day, or the topic's interval after the last review; half a year more for what is only known."""
    for entry in checked.own_entries:
        topic = checked.knowledge.topics[checked.knowledge.topic_of[entry.id]]
        if entry.review_by is not None:
            late = entry.review_by < checked.today
        elif entry.reviewed is not None:
            late = _months(entry.reviewed, checked.today) > topic.review_every_months
        else:
            known = [variant.known_to.last() for variant in entry.answers if variant.known_to]
            late = bool(known) and _months(min(known), checked.today) > topic.review_every_months + 6
        if late:
            yield entry.id, "its review is overdue: open the cited pages, then set `reviewed`"


def _months(since: date, today: date) -> int:
    return (today.year - since.year) * 12 + today.month - since.month - (today.day < since.day)


# --- ids, links between entries, topics -------------------------------------------------------------------------------------


@rule("error")
def id_reserved(checked: Checked) -> Iterator[Finding]:
    """`term-` is for the glossary."""
    for entry in checked.own_entries:
        if entry.id.startswith("term-"):
            yield entry.id, "ids that begin with `term-` are made from the glossary; choose another"


@rule("warning")
def leads_to_itself(checked: Checked) -> Iterator[Finding]:
    """An entry that offers itself next."""
    for entry in checked.own_entries:
        options = [option.entry for option in entry.choice.options] if entry.choice else []
        if entry.id in (*entry.see_also, *options):
            yield entry.id, "it leads to itself; take its own id out of see_also or the options"


@rule("warning")
def topic_without_contact(checked: Checked) -> Iterator[Finding]:
    """Every refusal names somebody who can help."""
    for topic in checked.knowledge.topics.values():
        helped = {nation for contact in topic.help for nation in contact.scope}
        silent = [nation.value for nation in Nation if nation not in helped]
        if silent and topic.id != TERMS:
            yield topic.id, f"the topic names no help contact for {', '.join(silent)}"


# --- the texts -----------------------------------------------------------------------------------------------------------------


@rule("error")
def reply_too_long(checked: Checked) -> Iterator[Finding]:
    """A reply that a channel would have to cut."""
    for entry in checked.own_entries:
        for variant in entry.answers:
            texts = [*_texts(variant), *(source.title + (source.url or "") for source in variant.sources)]
            texts += [variant.wording.text] if variant.wording else []
            size = sum(len(text.encode("utf-16-le")) // 2 + 3 for text in texts)
            if size > TELEGRAM_ROOM:
                yield (
                    entry.id,
                    f"the answer for {_named(variant)} has {size} characters; {TELEGRAM_ROOM} fit a Telegram message",
                )
            longest = max(map(len, texts))
            if longest > SLACK_SECTION:
                yield entry.id, f"one text has {longest} characters; {SLACK_SECTION} fit a Slack section"


@rule("warning")
def first_screen_too_long(checked: Checked) -> Iterator[Finding]:
    """Lead, three points and a source are what a phone shows first."""
    for entry in checked.own_entries:
        for variant in entry.answers:
            size = sum(len(text) + 3 for text in (variant.lead, *variant.points[:3], variant.sources[0].title))
            if size > FIRST_SCREEN:
                yield (
                    entry.id,
                    f"lead, three points and source for {_named(variant)} have {size} characters; a phone shows {FIRST_SCREEN} first",
                )


@rule("error")
def markup_in_text(checked: Checked) -> Iterator[Finding]:
    """Answers are plain text: each channel draws its own marks."""
    for entry in checked.own_entries:
        for variant in entry.answers:
            for text in _texts(variant):
                found = lint_text.markup(text)
                if found:
                    yield entry.id, f"{found!r} in {text[:60]!r}: no marks or links in texts; links go to sources"


@rule("warning")
def acronym_unknown(checked: Checked) -> Iterator[Finding]:
    """An acronym that the table can't explain."""
    language = checked.knowledge.language
    known = {short.casefold() for short in language.acronyms}
    known |= {name.casefold() for term in language.terms for name in (term.term, *term.also)}
    for entry in checked.own_entries:
        found = {a for variant in entry.answers for text in _texts(variant) for a in lint_text.acronyms(text)}
        for acronym in sorted(found):
            if acronym.casefold() not in known and acronym.casefold().rstrip("s") not in known:
                yield entry.id, f"the acronym {acronym} is not in language.yaml; add it there, or write it out"


@rule("warning")
def threshold_without_vat_or_date(checked: Checked) -> Iterator[Finding]:
    """A threshold says with or without VAT, and from when."""
    for entry in checked.own_entries:
        for variant in entry.answers:
            texts = _texts(variant)
            if any(lint_text.is_threshold(text) for text in texts):
                whole = " ".join(texts)
                if "VAT" not in whole:
                    yield entry.id, f"a threshold for {_named(variant)} does not say including or excluding VAT"
                if not (variant.from_ or variant.known_to or lint_text.has_year(whole)):
                    yield entry.id, f"a threshold for {_named(variant)} does not say from when"


@rule("warning")
def hard_to_read(checked: Checked) -> Iterator[Finding]:
    """Sentences of 25 words at most and 17 on average, and a reading age that most people have."""
    for entry in checked.own_entries:
        for variant in entry.answers:
            for message in lint_text.hard_to_read(_texts(variant)):
                yield entry.id, f"{message} (answer for {_named(variant)})"


@rule("warning")
def plain_not_plain(checked: Checked) -> Iterator[Finding]:
    """The plain version: up to five sentences of twelve words; fourteen are forgiven."""
    for entry in checked.own_entries:
        for variant in entry.answers:
            sentences = lint_text.sentences(variant.plain or "")
            if len(sentences) > 5 or any(len(sentence.split()) > 14 for sentence in sentences):
                yield entry.id, f"`plain` for {_named(variant)}: five sentences of twelve words are the most"
