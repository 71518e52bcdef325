"""The nouns of the product, as frozen dataclasses. Standard library only; everything else imports this.

What editors write (entry, variant, topic, term) is defined once, in `bot/knowledge/schema.py`; what is stored is
defined once, in `bot/store/tables.py`. Here is what passes between an adapter and the core during one turn.
"""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum


class Nation(StrEnum):
    """One of the four nations whose rules differ."""

    ENGLAND = "england"
    SCOTLAND = "scotland"
    WALES = "wales"
    NORTHERN_IRELAND = "northern-ireland"

    @property
    def title(self) -> str:  # type: ignore[override]  # str.title is a method; here it is the name people read
        """The nation's name as people write it."""
        return "Northern Ireland" if self is Nation.NORTHERN_IRELAND else self.value.capitalize()


class Role(StrEnum):
    """For whom the note in an answer is meant. Asked or set by the person, never guessed."""

    COMMISSIONER = "commissioner"
    FOUNDER = "founder"
    STAFF = "staff"


class Status(StrEnum):
    """What kind of truth a variant states."""

    IN_FORCE = "in-force"
    GUIDANCE = "guidance"
    PRACTICE = "practice"
    EVIDENCE = "evidence"
    PROPOSED = "proposed"
    NOT_COMMENCED = "not-commenced"
    CLOSED = "closed"
    REPEALED = "repealed"
    HISTORIC = "historic"
    NONE_EXISTS = "none-exists"
    NOT_CONFIRMED = "not-confirmed"


class Outcome(StrEnum):
    """What became of an utterance; stored with every turn, never inferred later from text or score."""

    ANSWERED = "answered"
    CLARIFYING = "clarifying"
    FALLBACK = "fallback"
    OUT_OF_SCOPE = "out_of_scope"
    SIGNPOSTED = "signposted"
    SMALL_TALK = "small_talk"
    HELP = "help"
    ERROR = "error"


_PARTIAL = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?")


@dataclass(frozen=True)
class PartialDate:
    """A date as exact as its source: a year, a month or a day."""

    year: int
    month: int | None = None
    day: int | None = None

    @classmethod
    def parse(cls, text: str) -> PartialDate:
        """Read `2016`, `2016-06` or `2016-06-01`; ValueError with a plain sentence for anything else."""
        match = _PARTIAL.fullmatch(text.strip())
        if match is None:
            raise ValueError(f"{text!r} is not a date: write 2026, 2026-06 or 2026-06-30")
        year, month, day = (int(part) if part else None for part in match.groups())
        assert year is not None  # the pattern requires it
        found = cls(year, month, day)
        try:
            found.first(), found.last()
        except ValueError as error:
            raise ValueError(f"{text!r} is not a day of the calendar: {error}") from None
        return found

    def first(self) -> date:
        """The first day it covers."""
        return date(self.year, self.month or 1, self.day or 1)

    def last(self) -> date:
        """The last day it covers."""
        month = self.month or 12
        if not 1 <= month <= 12:
            raise ValueError("month must be in 1..12")
        return date(self.year, month, self.day or monthrange(self.year, month)[1])

    def in_words(self) -> str:
        """As people write it: `1 June 2016`, `June 2016` or `2016`."""
        if self.month is None:
            return str(self.year)
        if self.day is None:
            return f"{self.first():%B} {self.year}"
        return f"{self.day} {self.first():%B} {self.year}"

    def __str__(self) -> str:
        parts = [f"{self.year:04d}"] + [f"{part:02d}" for part in (self.month, self.day) if part is not None]
        return "-".join(parts)


class UtteranceKind(StrEnum):
    """What a person did."""

    TEXT = "text"
    CHOICE = "choice"
    COMMAND = "command"


@dataclass(frozen=True)
class Utterance:
    """What a person did, made channel-neutral at the door.

    `person` and `conversation` are keyed hashes: no raw id of a platform enters the core. `sent_at` is aware UTC.
    """

    kind: UtteranceKind
    text: str  # the words typed; for a choice the option's code, for a command its name and argument
    message_id: str  # unique on its channel: what makes an answer happen once
    person: str
    conversation: str
    channel: str  # "terminal", "slack", "telegram"
    sent_at: datetime
    workspace: str = ""
    language: str = "en"
    default_nation: Nation | None = None  # the workspace's or channel's; weaker than all the person says or sets
    default_role: Role | None = None
    addressed: bool = True  # False: overheard, so nothing is answered
    direct: bool = False  # between this person and the bot alone: a greeting is due on first contact


class OptionKind(StrEnum):
    """What choosing an option does."""

    ENTRY = "entry"
    NATION = "nation"
    ROLE = "role"
    MORE = "more"
    SIMPLER = "simpler"
    SOURCES = "sources"
    TOPIC = "topic"
    FEEDBACK = "feedback"
    SEND_QUESTION = "send_question"
    NONE = "none"
    COMMAND = "command"


@dataclass(frozen=True)
class Option:
    """A next step the person may choose. `value` is an entry id, a nation, a role, ...; `entry` what it is about."""

    kind: OptionKind
    value: str
    title: str
    entry: str = ""  # for a nation or role: the entry to show again; for feedback: up or down
    nation: Nation | None = None  # for more, simpler and sources: whose text was shown, whoever taps


@dataclass(frozen=True)
class Link:
    """A source as shown. `url` is empty for a named print source."""

    title: str
    url: str
    dated: str = ""  # the date on the page, in words; empty if it shows none


@dataclass(frozen=True)
class Wording:
    """Example contract wording, always shown as an example to adapt with a legal team."""

    text: str
    measure: str = ""
    evidence: str = ""
    checks: tuple[str, ...] = ()


@dataclass(frozen=True)
class Part:
    """What one entry contributes to a reply."""

    entry: str
    question: str
    nation: Nation | None  # None: the text holds in all four, or nation plays no part
    nations: tuple[Nation, ...]  # for whom this text is right
    status: Status | None  # None where no variant was chosen (a choice entry asking)
    lead: str
    from_: PartialDate | None = None
    to: PartialDate | None = None
    points: tuple[str, ...] = ()
    steps: tuple[str, ...] = ()
    note: str = ""  # for the person's role
    plain: bool = False  # the lead and points are the plain version
    wording: Wording | None = None
    caution: str = ""
    links: tuple[Link, ...] = ()
    checked: str = ""  # "Checked 20 November 2026" or "As known in June 2026"
    notices: tuple[str, ...] = ()  # scope, status, age: built, never written by an editor


@dataclass(frozen=True)
class Reply:
    """What to say: data, no markup. Each channel renders it."""

    turn: str
    outcome: Outcome
    lead: str = ""  # the bot's own words; the answers themselves are in `parts`
    points: tuple[str, ...] = ()
    parts: tuple[Part, ...] = ()
    notices: tuple[str, ...] = ()
    links: tuple[Link, ...] = ()
    options: tuple[Option, ...] = ()
    nation: Nation | None = None  # the person's, as understood for this turn
    keep_text: bool = True  # False: the utterance's text must never be stored (crisis, personal data)
    private: bool = False  # for the asker alone, also where a channel could read it
    expanded: bool = False  # the person asked for all of it: a channel that shortens shows the whole
    greeting: str = ""  # said before all else, once a person: who runs it and its limits
    welsh: bool = False  # asked in Welsh, now or before in this talk: the courteous sentence has been said
    offered: tuple[str, ...] = ()  # entries offered, best first, where none is shown
    confidence: float = 0.0  # calibrated probability that the top candidate is right, 0..1


@dataclass(frozen=True)
class Signal:
    """One thing the matcher saw, for `--explain` and for the gates: a name and its value."""

    name: str
    value: float
    detail: str = ""


@dataclass(frozen=True)
class Candidate:
    """An entry with its score and the phrasing and signals that earned it."""

    entry: str
    score: float  # share of the match among all entries, 0..1
    phrasing: str = ""
    signals: tuple[Signal, ...] = ()


@dataclass(frozen=True)
class Shown:
    """One part as logged: entry, nation, and a hash of the text that was shown."""

    entry: str
    nation: str
    text_hash: str


@dataclass(frozen=True)
class Turn:
    """One utterance with its reply, as handed to the log."""

    id: str
    utterance: Utterance
    reply: Reply
    shown: tuple[Shown, ...]
    candidates: tuple[Candidate, ...]
    margin: float
    revision: str  # of the knowledge
    micros: int  # time to the reply, microseconds
    at: datetime
    about: tuple[str, ...] = ()  # the entries a follow-up means: shown, or forked, or asked about
    said: Nation | None = None  # the nation this person named or tapped in this conversation so far


@dataclass(frozen=True)
class LastTurn:
    """What a follow-up may read of the turn before: ids only, never text."""

    person: str
    at: datetime
    outcome: Outcome
    entries: tuple[str, ...] = ()
    nation: Nation | None = None
    options: tuple[Option, ...] = ()
    welsh: bool = False  # it, or a turn before it in the same talk, was asked in Welsh


@dataclass(frozen=True)
class PersonSettings:
    """What a person has set for themselves."""

    nation: Nation | None = None
    role: Role | None = None
    paused: bool = False  # nothing of theirs is logged but what follow-ups need
    greeted: bool = False


@dataclass(frozen=True)
class Retention:
    """How long what is kept: days. The privacy words are made from it, so they say what is done."""

    answered_text_days: int = 30
    other_text_days: int = 180
    row_days: int = 365
    keep_text: bool = True  # False: no words of anybody are ever stored
    gaps_floor: int = 3  # a text asked by fewer people is shown to maintainers only if its asker sent it


@dataclass(frozen=True)
class Memory:
    """What the core is told about the person and the conversation when a turn begins."""

    settings: PersonSettings = field(default_factory=PersonSettings)
    nation: Nation | None = None  # said or tapped earlier in this conversation by this person
    last: LastTurn | None = None
    off: str = ""  # why the advisor is switched off, if it is
    hurried: bool = False  # this person sends more than anybody can mean


@dataclass(frozen=True)
class Operator:
    """Who runs this bot: always named."""

    name: str = "The person who started this program"
    contact: str = ""
    privacy_url: str = ""


Words = Mapping[str, str]
