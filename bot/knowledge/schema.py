"""The format of `knowledge/`, defined once. Unknown keys are errors; `advisor schema` prints it as JSON Schema.

Texts arrive as text: the loader gives no YAML scalar a type of its own, so `no`, `1_000` and `2016` are what they look
like and pydantic converts where a field says so.
"""

from __future__ import annotations

import re
from datetime import date
from typing import Annotated, Any, Literal

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainSerializer,
    StringConstraints,
    WithJsonSchema,
    model_validator,
)

from bot.model import Nation, Outcome, PartialDate, Status

ID_PATTERN = r"^[a-z0-9]+(-[a-z0-9]+)*$"
Id = Annotated[str, StringConstraints(pattern=ID_PATTERN, max_length=40)]
Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=2000)]
Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=80)]
Word = Annotated[Name, StringConstraints(pattern=r"[A-Za-z0-9]")]  # an id is made from it
Url = Annotated[str, StringConstraints(pattern=r"^https://[^\s<>\"|]+$", max_length=500)]


_LOOKS_LIKE_A_DATE = re.compile(r"\d{4}(-\d{2}){0,2}")


def _partial(value: object) -> object:
    return PartialDate.parse(value) if isinstance(value, str) else value


def _day(value: object) -> object:
    if not isinstance(value, str):
        return value
    if _LOOKS_LIKE_A_DATE.fullmatch(value.strip()) is None:
        raise ValueError(f"{value!r} is not a day: write it as 2026-11-30")
    found = PartialDate.parse(value)
    if found.day is None:
        raise ValueError(f"{value!r} needs a day: write 2026-11-30")
    return found.first()


When = Annotated[
    PartialDate,
    BeforeValidator(_partial),
    PlainSerializer(str, return_type=str),
    WithJsonSchema({"type": "string", "pattern": r"^\d{4}(-\d{2}(-\d{2})?)?$"}),
]
Day = Annotated[date, BeforeValidator(_day), WithJsonSchema({"type": "string", "pattern": r"^\d{4}-\d{2}-\d{2}$"})]
NationName = Literal["england", "scotland", "wales", "northern-ireland", "uk"]


def nations_of(names: tuple[str, ...]) -> tuple[Nation, ...]:
    """The nations a list names, in the fixed order; `uk` means all four."""
    return tuple(n for n in Nation if n.value in names or "uk" in names)


class Model(BaseModel):
    """Immutable, and unknown keys are errors."""

    model_config = ConfigDict(extra="forbid", frozen=True, arbitrary_types_allowed=True, populate_by_name=True)


class Scoped(Model):
    """Something that holds for some nations."""

    nations: Annotated[tuple[NationName, ...], Field(min_length=1)] = Field(
        description="[uk] for all four alike, or a list of scotland, england, wales, northern-ireland"
    )

    @model_validator(mode="after")
    def _uk_stands_alone(self) -> Any:
        if "uk" in self.nations and len(self.nations) > 1:
            raise ValueError("nations: [uk] already means all four; list nations or write uk, not both")
        return self

    @property
    def scope(self) -> tuple[Nation, ...]:
        """The nations it holds for."""
        return nations_of(self.nations)


class Source(Model):
    """Where an answer's statements can be read. `url` may be missing only for a named print source with `dated`."""

    title: Text
    url: Url | None = None
    dated: When | None = Field(None, description="the date the page itself shows")
    welsh_url: Url | None = Field(None, description="the same page in Welsh, shown to people who ask in Welsh")

    @model_validator(mode="after")
    def _print_is_dated(self) -> Source:
        if self.url is None and self.dated is None:
            raise ValueError("a source without url needs `dated` (when it was printed)")
        return self


class ExampleWording(Model):
    """Example contract wording with [placeholders]; always shown as an example to adapt with a legal team."""

    text: Text
    measure: Text | None = None
    evidence: Text | None = None
    checks: tuple[Text, ...] = ()


class Variant(Scoped):
    """The entry's answer for some nations and a period."""

    status: Status
    from_: When | None = Field(None, alias="from", description="first day on which this text is the right answer")
    to: When | None = Field(None, description="last day on which this text is the right answer")
    lead: Text = Field(description="one sentence that answers the question by itself")
    points: Annotated[tuple[Text, ...], Field(max_length=6)] = ()
    steps: Annotated[tuple[Text, ...], Field(max_length=14)] = ()
    for_commissioner: Text | None = None
    for_founder: Text | None = None
    for_staff: Text | None = None
    plain: Text | None = Field(None, description="up to five short sentences for 'simpler'")
    wording: ExampleWording | None = None
    caution: Text | None = None
    sources: Annotated[tuple[Source, ...], Field(min_length=1, max_length=4)]
    known_to: When | None = Field(None, description="the month to which this is known, if no newer page was opened")
    replaced_by: tuple[Id, ...] | Literal["nothing"] | None = None

    @model_validator(mode="after")
    def _period_runs_forwards(self) -> Variant:
        if self.from_ and self.to and self.from_.first() > self.to.last():
            raise ValueError(f"from {self.from_} is after to {self.to}")
        return self

    def in_force_on(self, day: date) -> bool:
        """Whether this text is the right one to give on that day."""
        return (self.from_ is None or self.from_.first() <= day) and (self.to is None or day <= self.to.last())


class NearMiss(Model):
    """An utterance that looks like this entry and belongs elsewhere; `entry: null` means it must not be answered."""

    text: Text
    entry: Id | None


class ChoiceOption(Model):
    """One answer to a choice entry's question."""

    label: Annotated[str, StringConstraints(min_length=1, max_length=60)]
    entry: Id


class Choice(Model):
    """What the bot asks when the answer turns on what only the asker knows."""

    ask: Text
    options: Annotated[tuple[ChoiceOption, ...], Field(min_length=2, max_length=6)]


class Entry(Model):
    """One curated question with its answers, sources and scope. Its id is permanent."""

    id: Id
    question: Text
    phrasings: Annotated[tuple[Text, ...], Field(min_length=1)]
    near_misses: tuple[NearMiss, ...] = ()
    answers: tuple[Variant, ...] = ()
    choice: Choice | None = None
    see_also: tuple[Id, ...] = ()
    reviewed: Day | None = Field(None, description="the day an editor opened the cited pages")
    review_by: Day | None = None

    @model_validator(mode="after")
    def _answers_or_choice(self) -> Entry:
        if bool(self.answers) == (self.choice is not None):
            raise ValueError("an entry has either answers or a choice: write one of them")
        return self


class HelpContact(Scoped):
    """Whom to ask, for a nation: shown by every fallback, refusal and `can I speak to a person`."""

    name: Text
    for_: Text = Field(alias="for")
    url: Url
    checked: Day | None = None
    known_to: When | None = None


class SpecialistCheck(Model):
    """Who with professional standing read the topic, and when."""

    by: Text
    on: Day


class Topic(Model):
    """The entries of one file, with an owner, a review interval and a contact for each nation."""

    id: Id
    title: Text
    owner: Text
    review_every_months: Annotated[int, Field(ge=1, le=24)]
    specialist_check: SpecialistCheck | None = None
    professional_check_needed: bool = Field(
        False, description="law or pensions: replies say it was not yet checked by a specialist until it is"
    )
    help: tuple[HelpContact, ...] = ()


class TopicFile(Model):
    """A file of `knowledge/topics/`."""

    topic: Topic
    entries: tuple[Entry, ...] = ()


class Term(Scoped):
    """A glossary word; becomes an entry `term-...` at load."""

    term: Word
    also: tuple[Name, ...] = Field((), description="other names and spellings")
    means: Text
    sources: Annotated[tuple[Source, ...], Field(min_length=1, max_length=4)]
    see: tuple[Id, ...] = ()
    reviewed: Day | None = None
    known_to: When | None = None


class Language(Model):
    """`knowledge/language.yaml`: what words mean to people who ask here."""

    acronyms: dict[str, tuple[Text, ...]] = Field({}, description="short form: what it stands for, one or several")
    concepts: tuple[tuple[Text, ...], ...] = Field((), description="groups of words that mean the same here")
    terms: tuple[Term, ...] = ()
    places: dict[NationName, tuple[Text, ...]] = Field({}, description="names that tell the nation")
    ambiguous_places: dict[str, tuple[NationName, ...]] = Field({}, description="names that leave a few nations open")
    scaffold: tuple[Text, ...] = Field((), description="words that carry a question, not its subject")
    misspellings: dict[str, Text] = {}
    welsh: dict[str, Text] = Field({}, description="Welsh words and phrases: the English words that find the entry")
    modifiers: dict[str, tuple[Text, ...]] = Field({}, description="follow-ups that only change how to show it")


class GuardSays(Model):
    """What a guard replies: the bot's own words, sourced and dated like answers."""

    lead: Text
    points: Annotated[tuple[Text, ...], Field(max_length=3)] = ()
    sources: Annotated[tuple[Source, ...], Field(max_length=3)] = ()
    contacts: tuple[HelpContact, ...] = ()
    offer: tuple[Id, ...] = Field((), description="entries to offer as buttons")
    offer_topic: Id | None = None


class Guard(Model):
    """What it must not advise on, or answers with words of its own.

    `patterns` are word patterns that decide alone; `phrasings` are whole utterances ranked beside the entries.
    """

    id: Id
    outcome: Literal["signposted", "out_of_scope", "small_talk", "help"]
    always: bool = Field(False, description="wins over any answer, and is said alone: crisis, abuse, danger")
    keep_text: bool = Field(True, description="false: the utterance's text is never stored")
    with_answer: bool = Field(False, description="shown as a notice beside the answer when one is found")
    patterns: tuple[Text, ...] = ()
    unless: tuple[Text, ...] = ()
    phrasings: tuple[Text, ...] = ()
    fires: tuple[Text, ...] = Field((), description="utterances that must fire it: checked")
    must_not_fire: tuple[Text, ...] = Field((), description="utterances that must not: checked")
    says: GuardSays

    @model_validator(mode="after")
    def _can_fire(self) -> Guard:
        if not self.patterns and not self.phrasings:
            raise ValueError("a guard needs patterns or phrasings, or it can never fire")
        return self

    @property
    def result(self) -> Outcome:
        """The outcome it gives."""
        return Outcome(self.outcome)


class Guards(Model):
    """`knowledge/guards.yaml`."""

    guards: tuple[Guard, ...] = ()


class NotOurs(Model):
    """Questions of one kind that look like ours and that no entry answers. They are learnt, so that none is given."""

    id: Id
    about: Text = Field(description="what they are about, for editors")
    outcome: Literal["fallback", "out_of_scope"] = Field(description="what is said: in our field or not")
    phrasings: Annotated[tuple[Text, ...], Field(min_length=1)]


class NotOursFile(Model):
    """`knowledge/not_ours.yaml`."""

    not_ours: tuple[NotOurs, ...] = ()


class Messages(Model):
    """`knowledge/messages.yaml`: every word the bot says itself, by language, then by name."""

    languages: dict[str, dict[str, Text]]


class Question(Model):
    """A real utterance and what should become of it."""

    text: Text
    entry: Id | None = None
    also: tuple[Id, ...] = Field((), description="other entries that are just as right")
    outcome: Outcome | None = None
    nation: NationName | None = None
    role: Literal["commissioner", "founder", "staff"] | None = None
    context: tuple[Text, ...] = Field((), description="earlier user turns, played first")
    as_of: Day | None = None
    held_out: bool = Field(False, description="looked at only to report, never to tune")
    source: Text | None = None

    @model_validator(mode="after")
    def _says_what_is_right(self) -> Question:
        if self.entry is None and self.outcome is None:
            raise ValueError("entry: null needs an outcome (fallback, out_of_scope, signposted, small_talk or help)")
        return self


class QuestionFile(Model):
    """A file of `tests/questions/`."""

    topic: Id
    questions: tuple[Question, ...] = ()
