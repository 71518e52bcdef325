"""What the dialogue takes and gives: an utterance with all that is known when it arrives, and the draft of a reply."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from bot.commands import Effect
from bot.follow_up import is_fresh
from bot.listening import SENTENCE_END
from bot.matching.decide import Verdict
from bot.matching.matcher import Ranking
from bot.matching.text import MAX_CHARS, tokens
from bot.matching.words import Words
from bot.model import Memory, Nation, PersonSettings, Reply, Utterance, UtteranceKind
from bot.redact import identifying, redact
from bot.replies import Asking

_REDACTED = re.compile(r"\[[a-z ]+\]")


@dataclass(frozen=True)
class Draft:
    """A reply with what the turn's record and the follow-up need."""

    reply: Reply
    about: tuple[str, ...] = ()
    ranking: Ranking | None = None
    verdict: Verdict | None = None
    said: Nation | None = None
    settings: PersonSettings | None = None  # to be saved, if the person changed them
    effect: Effect | None = None
    greets: bool = False  # the person is greeted with this reply, and never again


@dataclass(frozen=True)
class Moment:
    """An utterance with everything known when it arrives."""

    utterance: Utterance
    memory: Memory
    text: str
    asking: Asking
    said: Nation | None
    kinds: tuple[str, ...] = ()  # identifying numbers seen in the text


def moment_of(words: Words, utterance: Utterance, memory: Memory, today: date, turn: str) -> Moment:
    """The utterance with what its words and the memory say of nation, role and language."""
    text = utterance.text
    kinds = identifying(text) if utterance.kind is UtteranceKind.TEXT else ()
    if kinds:
        text = _without_numbers(text)
    reading = words.read(text[:MAX_CHARS])
    named = reading.nations
    said = named[0] if len(named) == 1 else memory.nation
    nation = said or memory.settings.nation or utterance.default_nation
    asking = Asking(
        turn=turn,
        today=today,
        nation=nation if len(named) < 2 else None,
        nations=named,
        open_nations=reading.open_nations if nation is None else (),
        guessed=reading.place if len(named) == 1 else "",
        role=memory.settings.role or utterance.default_role,
        language="cy" if reading.welsh else "en",
        welsh_before=memory.last is not None and memory.last.welsh and is_fresh(memory.last, utterance.sent_at),
    )
    return Moment(utterance, memory, text, asking, said, kinds)


def _without_numbers(text: str) -> str:
    """The sentences that hold no identifying number; if none is left, all of them with the number taken out."""
    rest = [sentence for sentence in SENTENCE_END.split(text) if not identifying(sentence)]
    return " ".join(rest) if any(tokens(sentence) for sentence in rest) else _REDACTED.sub(" ", redact(text))
