"""What an utterance means in the light of the turn before: a typed choice, or words that only change what is shown.

Reads ids only, never earlier text. A newly typed question always replaces an open choice, so only whole utterances count.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from bot.knowledge.schema import Language
from bot.matching.text import tokens
from bot.matching.words import Reading
from bot.model import LastTurn, Nation, Option, OptionKind, Outcome, Role
from bot.options import numbered

CHOICE_HOURS = 24  # a typed "2" counts this long
FRESH_HOURS = 12  # after this, a bare "more" asks what it is about

_ORDINALS = {
    "1": 1, "one": 1, "first": 1, "2": 2, "two": 2, "second": 2, "3": 3, "three": 3, "third": 3, "4": 4, "four": 4,
    "fourth": 4, "5": 5, "five": 5, "6": 6, "six": 6, "7": 7, "8": 8, "9": 9,
}  # fmt: skip
_AROUND_A_NUMBER = {"the", "option", "number", "no", "answer", "please", "choice", "that"}
_YES = frozenset(["yes", "yeah", "yea", "yep", "yup", "aye", "ie", "ok", "okay", "sure", "correct", "exactly"])
_NO = frozenset(["no", "nope", "nah", "na", "nay"])
_AROUND_YES = frozenset(["please", "that", "thats", "it", "is", "the", "one", "right", "this", "do", "go", "ahead"])
_AROUND_NO = frozenset(
    ["please", "that", "thats", "it", "not", "really", "this", "dont", "send", "thanks", "thank", "you", "ta"]
)
_OS_GWELWCH = ("os", "gwelwch", "yn", "dda")  # "please", in Welsh
_ASKING = frozenset(
    [
        "what",
        "whats",
        "who",
        "whos",
        "where",
        "wheres",
        "when",
        "why",
        "how",
        "which",
        "was",
        "wots",
        "wot",
        "wat",
        "help",
        "explain",
        "meaning",
    ]
)
POINTING = frozenset(
    ["it", "its", "they", "them", "their", "that", "this", "those", "these", "there", "he", "she", "his", "her"]
)


class Modifier(StrEnum):
    """Follow-ups that change only how the last answer is shown."""

    MORE = "more"
    SIMPLER = "simpler"
    SOURCES = "sources"
    NONE = "none"
    AGAIN = "again"
    COMMISSIONER = "commissioner"
    FOUNDER = "founder"
    STAFF = "staff"

    @property
    def role(self) -> Role | None:
        """The role it names, if it names one."""
        return Role(self.value) if self.value in set(Role) else None


@dataclass(frozen=True)
class Modifiers:
    """The phrases of `language.yaml` that modify, as word tuples."""

    phrases: dict[tuple[str, ...], Modifier]
    connectors: frozenset[tuple[str, ...]]
    loose: frozenset[str]  # words that may stand around a nation without making it a question

    @classmethod
    def of(cls, language: Language, scaffold: frozenset[str]) -> Modifiers:
        """Read them; unknown kinds are ignored, so an editor's new list cannot break a running bot."""
        known = set(Modifier)
        phrases = {
            tuple(tokens(text)): Modifier(kind)
            for kind, texts in language.modifiers.items()
            if kind in known
            for text in texts
        }
        connectors = frozenset(tuple(tokens(text)) for text in language.modifiers.get("connectors", ()))
        joining = {word for phrase in connectors for word in phrase}
        return cls(phrases, connectors, frozenset(scaffold | joining | {"not", "instead", "here", "sorry", "both"}))

    def find(self, text: str) -> Modifier | None:
        """The modifier that the whole text is, after a leading connector and a closing please or thanks."""
        words = tuple(tokens(text))
        while words and (
            words[-1] in {"please", "pls", "plz", "thanks", "ta", "then"} or words[-len(_OS_GWELWCH) :] == _OS_GWELWCH
        ):
            words = words[: -(len(_OS_GWELWCH) if words[-1] == _OS_GWELWCH[-1] else 1)]
        for connector in (*sorted(self.connectors, key=len, reverse=True), ()):
            if words[: len(connector)] == connector and words[len(connector) :] in self.phrases:
                return self.phrases[words[len(connector) :]]
        return None

    def only_nations(self, reading: Reading) -> tuple[Nation, ...]:
        """The nations, if naming them is all the text does (`and in Wales?`, `we're in Powys not England`)."""
        asks = bool(_ASKING.intersection(reading.words)) and not any(
            reading.words[: len(connector)] == connector for connector in self.connectors if connector
        )
        if asks:
            return ()  # "what is Buy Social": the name that tells the nation is what they ask about
        rest = [word for word in reading.words if word not in reading.place_words and word not in self.loose]
        return () if rest else reading.nations


def typed_choice(text: str, last: LastTurn | None, person: str, now: datetime) -> Option | None:
    """The option a typed number or label means: only for the person who got the options, and for a day."""
    if last is None or not is_open(last, person, now):
        return None
    words = [word for word in tokens(text) if word not in _AROUND_A_NUMBER]
    number = _number(words)
    if number is not None:
        options = numbered(last.options)
        return options[number - 1] if number <= len(options) else None
    if not words or len(words) > 12:
        return None
    same = [option for option in last.options if tokens(option.title) == tokens(text)]
    if not same and last.outcome is Outcome.CLARIFYING and len(words) <= 3:
        same = [option for option in last.options if set(words) <= set(tokens(option.title))]
    return same[0] if len(same) == 1 else None


def _number(words: list[str]) -> int | None:
    """The number that is all the words say, from 1."""
    if len(words) != 1:
        return None
    word = words[0]
    return int(word) if word.isascii() and word.isdigit() and 0 < len(word) < 3 and int(word) else _ORDINALS.get(word)


def is_number(text: str) -> bool:
    """Whether the text is a bare figure, as people type to choose."""
    words = tokens(text)
    return len(words) == 1 and words[0].isdigit() and _number(words) is not None


def is_open(last: LastTurn, person: str, now: datetime) -> bool:
    """Whether the last turn's options still wait for this person."""
    return bool(last.options) and last.person == person and now - last.at <= timedelta(hours=CHOICE_HOURS)


def said_yes(text: str) -> bool:
    """Whether the whole text is a yes."""
    words = set(tokens(text))
    return not words.isdisjoint(_YES) and words <= _YES | _AROUND_YES


def said_no(text: str) -> bool:
    """Whether the whole text is a no."""
    words = set(tokens(text))
    return not words.isdisjoint(_NO) and words <= _NO | _AROUND_NO


def proposed(last: LastTurn) -> Option | None:
    """The one thing the last turn asked yes or no about: to send the question, to erase, or `is this your question`."""
    sends = [option for option in last.options if option.kind is OptionKind.SEND_QUESTION]
    options = sends or numbered(last.options)
    if len(options) != 1:
        return None
    erases = options[0].kind is OptionKind.COMMAND and options[0].value == "forget-now"
    return options[0] if sends or erases or last.outcome is Outcome.CLARIFYING else None


def is_fresh(last: LastTurn, now: datetime) -> bool:
    """Whether the last turn is near enough for a bare follow-up to mean it."""
    return now - last.at <= timedelta(hours=FRESH_HOURS)
