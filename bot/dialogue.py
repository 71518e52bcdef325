"""One utterance in, one draft of a reply out: the order in which an utterance is understood. Pure and synchronous.

Each step either settles the utterance or leaves it to the next; the order matters and is the table at `STEPS`.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date

from bot.commands import Commands, Effect
from bot.follow_up import (
    Modifier,
    Modifiers,
    is_fresh,
    is_number,
    is_open,
    proposed,
    said_no,
    said_yes,
    typed_choice,
)  # fmt: skip
from bot.guard import GuardBook
from bot.knowledge.base import KnowledgeBase
from bot.knowledge.schema import Guard
from bot.listening import MOST_OFFERED, SENTENCE_END, Heard, Listener
from bot.matching.decide import Policy, Verdict, Zone
from bot.matching.matcher import Matcher, Ranking
from bot.matching.text import MAX_CHARS, tokens
from bot.model import (
    LastTurn,
    Memory,
    Nation,
    Option,
    OptionKind,
    Outcome,
    PersonSettings,
    Reply,
    Role,
    Utterance,
    UtteranceKind,
)
from bot.options import decode, numbered
from bot.redact import identifying, redact
from bot.replies import Asking, Replies
from bot.targets import GUARD

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


def _without_numbers(text: str) -> str:
    """The sentences that hold no identifying number; if none is left, all of them with the number taken out."""
    rest = [sentence for sentence in SENTENCE_END.split(text) if not identifying(sentence)]
    return " ".join(rest) if any(tokens(sentence) for sentence in rest) else _REDACTED.sub(" ", redact(text))


class Dialogue:
    """Understands utterances with one knowledge base."""

    def __init__(
        self, knowledge: KnowledgeBase, matcher: Matcher, replies: Replies, commands: Commands, policy: Policy
    ) -> None:
        self._knowledge = knowledge
        self._words = matcher.words
        self._listener = Listener(knowledge, matcher, policy)
        self._replies = replies
        self._commands = commands
        self._guards = GuardBook(knowledge.guards)
        self._modifiers = Modifiers.of(knowledge.language, matcher.words.scaffold)
        self._steps: tuple[Callable[[Moment], Draft | None], ...] = (
            self._tap,
            self._unreadable,
            self._crisis,
            self._command,
            self._held_back,
            self._typed_choice,
            self._yes_or_no,
            self._modifier,
            self._nation_alone,
            self._guard,
            self._two_questions,
            self._long_story,
            self._question,
        )

    def respond(self, utterance: Utterance, memory: Memory, today: date, turn: str) -> Draft:
        """Understand and answer. Never fails on any text; what it cannot place it says so."""
        moment = self._moment(utterance, memory, today, turn)
        draft = next(draft for step in self._steps if (draft := step(moment)) is not None)
        draft = replace(draft, said=draft.said or moment.said)
        return self._greeted(self._with_personal_data(draft, moment), moment)

    def _moment(self, utterance: Utterance, memory: Memory, today: date, turn: str) -> Moment:
        text = utterance.text
        kinds = identifying(text) if utterance.kind is UtteranceKind.TEXT else ()
        if kinds:
            text = _without_numbers(text)
        reading = self._words.read(text[:MAX_CHARS])
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

    # --- steps, in order -------------------------------------------------------------------------------------------

    def _tap(self, moment: Moment) -> Draft | None:
        if moment.utterance.kind is not UtteranceKind.CHOICE:
            return None
        option = decode(moment.utterance.text)
        if option is None:
            return Draft(self._say(moment, Outcome.HELP, "old_button"))
        held = None if option.kind is OptionKind.COMMAND else self._held_back(moment)
        return held or self.choose_option(option, moment)

    def _held_back(self, moment: Moment) -> Draft | None:
        """Switched off, or asked too fast. After a crisis and a command: those are always heard."""
        if moment.memory.off:
            return Draft(self._say(moment, Outcome.HELP, "off", reason=moment.memory.off))
        if moment.memory.hurried:
            return Draft(self._say(moment, Outcome.HELP, "hurried"))
        return None

    def _unreadable(self, moment: Moment) -> Draft | None:
        if len(moment.utterance.text) > MAX_CHARS:
            return Draft(replace(self._say(moment, Outcome.HELP, "too_long"), keep_text=False))
        if moment.utterance.kind is UtteranceKind.TEXT and not tokens(moment.text):
            return Draft(self._commands.empty(moment.asking))
        return None

    def _crisis(self, moment: Moment) -> Draft | None:
        guard = self._guards.find(moment.text, always=True)
        return Draft(self._replies.guard(guard, moment.asking)) if guard else None

    def _command(self, moment: Moment) -> Draft | None:
        if moment.utterance.kind is not UtteranceKind.COMMAND and not moment.text.lstrip().startswith("/"):
            return None
        done = self._commands.run(moment.text, moment.asking, moment.memory.settings)
        return Draft(done.reply, settings=done.settings, effect=done.effect) if done else None

    def _typed_choice(self, moment: Moment) -> Draft | None:
        utterance = moment.utterance
        option = typed_choice(moment.text, moment.memory.last, utterance.person, utterance.sent_at)
        if option is not None:
            return self.choose_option(option, moment)
        if not is_number(moment.text):
            return None
        last = moment.memory.last
        if last is None or not is_open(last, utterance.person, utterance.sent_at) or not numbered(last.options):
            return Draft(self._say(moment, Outcome.HELP, "no_choice_open"))
        return self._ask_again(moment, last, "no_such_number")

    def _yes_or_no(self, moment: Moment) -> Draft | None:
        """A bare yes or no to what the last turn asked; where it asked nothing, it is left to small talk."""
        last, utterance = moment.memory.last, moment.utterance
        if last is None or not is_open(last, utterance.person, utterance.sent_at):
            return None
        option, choosing = proposed(last), last.outcome is Outcome.CLARIFYING
        forked = any(other.kind is OptionKind.NATION for other in last.options)
        if said_yes(moment.text):
            if option is not None:
                return self.choose_option(option, moment)
            return self._ask_again(moment, last, "which_one") if choosing or forked else None
        if not said_no(moment.text):
            return None
        if choosing:
            return Draft(self._say(moment, Outcome.HELP, "none_of_these"))
        declines = option is not None or len(tokens(moment.text)) > 1  # a bare no after an answer is a complaint
        return Draft(self._say(moment, Outcome.HELP, "left_there")) if declines else None

    def _ask_again(self, moment: Moment, last: LastTurn, name: str) -> Draft:
        """The open choice once more: its options stay open, and what it was about stays what a follow-up means."""
        lead = self._replies.voice.say(name)
        reply = self._replies.reply(moment.asking, Outcome.CLARIFYING, lead=lead, options=last.options)
        return Draft(reply, about=last.entries)

    def _modifier(self, moment: Moment) -> Draft | None:
        modifier = self._modifiers.find(moment.text)
        if modifier is None:
            return None
        if modifier is Modifier.NONE:
            return Draft(self._say(moment, Outcome.HELP, "none_of_these"))
        settings = None
        if modifier.role is not None:
            settings = replace(moment.memory.settings, role=modifier.role)
            moment = replace(moment, asking=replace(moment.asking, role=modifier.role))
        last = moment.memory.last
        if last is None or not last.entries:
            if modifier.role is None:
                return Draft(self._say(moment, Outcome.HELP, "nothing_to_show"))
            return Draft(self._role_set(moment, modifier.role), settings=settings)
        if not is_fresh(last, moment.utterance.sent_at):
            lead = self._replies.voice.say("about_again")
            return Draft(self._replies.offer(self._still_here(last.entries), moment.asking, lead), settings=settings)
        draft = replace(self._show(self._still_here(last.entries), moment, modifier), settings=settings)
        if modifier.role is not None and draft.reply.parts and not any(part.note for part in draft.reply.parts):
            # nothing there for the role: to show it all again would say nothing new
            return Draft(self._role_set(moment, modifier.role), about=last.entries, settings=settings)
        if modifier is Modifier.MORE and draft.reply.parts:
            whole = self._replies.voice.say("all_of_it")
            draft = replace(draft, reply=replace(draft.reply, notices=(*draft.reply.notices, whole)))
        return draft

    def _nation_alone(self, moment: Moment) -> Draft | None:
        reading = self._words.read(moment.text)
        named = self._modifiers.only_nations(reading)
        if not named:
            return None
        nation = named[0]
        asking = replace(moment.asking, nation=nation, nations=(), confidence=1.0)
        last = moment.memory.last
        if last is not None and last.entries and is_fresh(last, moment.utterance.sent_at):
            if len(named) > 1:  # "both England and Wales": side by side
                return self._show(self._still_here(last.entries), moment, None)
            draft = self._show(self._still_here(last.entries), replace(moment, asking=asking), None)
            reply = draft.reply
            if reply.parts and all(part.nation is None and len(part.nations) == len(Nation) for part in reply.parts):
                same = self._replies.voice.say("same_there", nation=nation.title)
                reply = replace(reply, notices=(*reply.notices, same))
            return replace(draft, reply=reply, said=nation)
        if reading.place and nation is moment.memory.nation:
            return None  # `AccessNI` from somebody in Northern Ireland: it is what they ask about
        offered = self._offered(moment)
        if offered:  # the choice is open still, now for this nation
            ids = self._fitting(tuple(offered), asking)[:MOST_OFFERED]
            if len(ids) == 1:
                return replace(self._show(list(ids), replace(moment, asking=asking), None), said=nation)
            lead = self._replies.voice.say("nation_then", nation=nation.title)
            return Draft(self._replies.offer(ids, asking, lead), said=nation)
        lead = self._replies.voice.say("nation_set", nation=nation.title)
        settings = replace(moment.memory.settings, nation=nation)  # "from now on", and what `settings` promises
        return Draft(self._replies.reply(asking, Outcome.HELP, lead=lead), said=nation, settings=settings)

    def _guard(self, moment: Moment) -> Draft | None:
        guard = self._guards.find(moment.text, always=False)
        if guard is None:
            return None
        said = self._replies.guard(guard, moment.asking)
        if guard.with_answer:
            found = self._two_questions(moment) or self._question(moment)
            if found.reply.outcome is Outcome.ANSWERED:
                return replace(found, reply=replace(found.reply, notices=(*found.reply.notices, said.lead)))
        return Draft(said)

    def _two_questions(self, moment: Moment) -> Draft | None:
        heard = self._listener.two_questions(moment.text, moment.asking.nation)
        if heard is None:
            return None
        asking = replace(moment.asking, confidence=heard.confidence)
        reply = self._replies.show(heard.ids, asking, lead=self._replies.voice.say("two_questions"))
        about = reply.offered or heard.ids  # what waits for a nation is what the next word is about
        return Draft(reply, about=about, ranking=heard.ranking, verdict=heard.verdict)

    def _long_story(self, moment: Moment) -> Draft | None:
        heard = self._listener.story(moment.text, moment.asking.nation)
        if heard is None:
            return None
        asking = replace(moment.asking, confidence=heard.confidence)
        ids = self._fitting(heard.ids, asking)
        name = "heard" if len(ids) > 1 else "heard_one"
        lead = self._replies.voice.say(name, count={2: "two", 3: "three"}.get(len(ids), ""))
        return Draft(self._replies.offer(ids, asking, lead), ranking=heard.ranking)

    def _question(self, moment: Moment) -> Draft:
        last = moment.memory.last
        fresh = last is not None and is_fresh(last, moment.utterance.sent_at)
        after = self._still_here(last.entries) if last is not None and fresh else []
        heard = self._listener.question(moment.text, moment.asking.nation, after, self._offered(moment))
        ranking, verdict = heard.ranking, heard.verdict
        asking = replace(moment.asking, confidence=heard.confidence)
        guard = self._top_guard(heard)
        if guard is not None:
            return Draft(self._replies.guard(guard, asking), ranking=ranking, verdict=verdict)
        ids = tuple(entry for entry in heard.ids if not entry.startswith(GUARD))
        if verdict.zone is Zone.ANSWER and ids:
            reply = self._replies.show(ids[:1], asking)
            return Draft(reply, about=ids[:1], ranking=ranking, verdict=verdict)
        ids = self._fitting(ids, asking)
        if verdict.zone is Zone.OFFER and len(ids) == 1 and self._knowledge.entries[ids[0]].choice is not None:
            # it asks back anyway: to ask first whether it is meant would be one question too many
            return Draft(self._replies.show(ids, asking), about=ids, ranking=ranking, verdict=verdict)
        if verdict.zone is Zone.OFFER and ids:
            reply = self._replies.offer(ids, asking, self._replies.voice.say("three" if len(ids) > 1 else "one"))
        elif verdict.in_field:
            topics = [self._knowledge.topic_of.get(candidate.entry, "") for candidate in ranking.candidates]
            topic = next((topic for topic in topics if self._replies.contact(topic, asking.nation)), "")
            reply = self._replies.unknown(asking, topic)
        else:
            reply = self._replies.reply(asking, Outcome.OUT_OF_SCOPE, lead=self._replies.voice.say("out_of_scope"))
        return Draft(reply, ranking=ranking, verdict=verdict)

    # --- parts of steps ----------------------------------------------------------------------------------------------

    def _top_guard(self, heard: Heard) -> Guard | None:
        best = heard.ranking.best
        if best is None or not best.entry.startswith(GUARD) or heard.verdict.zone is Zone.UNKNOWN:
            return None
        return self._guards.by_id[best.entry.removeprefix(GUARD)]

    def choose_option(self, option: Option, moment: Moment) -> Draft:
        """What a tap or a typed choice does."""
        entries = self._knowledge.entries
        if option.kind is OptionKind.ENTRY and option.value in entries:
            return self._show([option.value], moment, None)
        if option.kind is OptionKind.NATION:
            nation = Nation(option.value)
            asking = replace(moment.asking, nation=nation, nations=(), guessed="", open_nations=())
            if option.entry in entries:
                last = moment.memory.last
                both = last is not None and option.entry in last.entries
                ids = self._still_here(last.entries) if last is not None and both else [option.entry]
                return replace(self._show(ids, replace(moment, asking=asking), None), said=nation)
            settings = replace(moment.memory.settings, nation=nation)
            lead = self._replies.voice.say("nation_set", nation=nation.title)
            return Draft(self._replies.reply(asking, Outcome.HELP, lead=lead), said=nation, settings=settings)
        if option.kind is OptionKind.ROLE:
            role = Role(option.value)
            moment = replace(moment, asking=replace(moment.asking, role=role))
            settings = replace(moment.memory.settings, role=role)
            if option.entry in entries:
                return replace(self._show([option.entry], moment, None), settings=settings)
            return Draft(self._role_set(moment, role), settings=settings)
        shows = {
            OptionKind.MORE: Modifier.MORE,
            OptionKind.SIMPLER: Modifier.SIMPLER,
            OptionKind.SOURCES: Modifier.SOURCES,
        }
        if option.kind in shows and option.value in entries:
            if option.nation is not None:
                asking = replace(moment.asking, nation=option.nation, nations=(), guessed="", open_nations=())
                moment = replace(moment, asking=asking)
            return self._show([option.value], moment, shows[option.kind])
        if option.kind is OptionKind.NONE:
            return Draft(self._say(moment, Outcome.HELP, "none_of_these"))
        done = self._commands.tapped(option, moment.asking, moment.memory.settings)
        if done is None:
            return Draft(self._say(moment, Outcome.HELP, "old_button"))
        return Draft(done.reply, settings=done.settings, effect=done.effect)

    def _show(self, ids: list[str], moment: Moment, modifier: Modifier | None) -> Draft:
        asking = replace(moment.asking, confidence=moment.asking.confidence or 1.0)
        if not ids:
            return Draft(self._say(moment, Outcome.HELP, "nothing_to_show"))
        reply = self._replies.show(ids, asking, plain=modifier is Modifier.SIMPLER)
        if modifier is Modifier.MORE:
            reply = replace(reply, expanded=True)
        if modifier is Modifier.SOURCES:
            parts = tuple(replace(part, points=(), steps=(), note="", wording=None) for part in reply.parts)
            reply = replace(reply, parts=parts)
        return Draft(reply, about=tuple(ids))

    def _fitting(self, ids: tuple[str, ...], asking: Asking) -> tuple[str, ...]:
        """The entries worth offering to this person's nation; all if none is.

        Nobody in Fife means what asks for `the Welsh Government's policy`, to be told that it is Welsh.
        """

        def fits(entry: str) -> bool:
            title = self._words.read(self._knowledge.entries[entry].question)
            elsewhere = bool(title.nations) and not title.place and asking.nation not in title.nations
            return self._replies.has_text(entry, asking, telling=elsewhere)

        return tuple(entry for entry in ids if fits(entry)) or ids

    def _offered(self, moment: Moment) -> list[str]:
        """The entries that the last turn only offered, if it is fresh."""
        last = moment.memory.last
        if last is None or last.outcome is not Outcome.CLARIFYING or not is_fresh(last, moment.utterance.sent_at):
            return []
        return self._still_here(tuple(option.value for option in last.options if option.kind is OptionKind.ENTRY))

    def _still_here(self, ids: tuple[str, ...]) -> list[str]:
        return [entry for entry in ids if entry in self._knowledge.entries]

    def _role_set(self, moment: Moment, role: Role) -> Reply:
        name = self._replies.voice.say(f"role_{role.value}")
        return self._say(moment, Outcome.HELP, "role_set", role=name)

    def _say(self, moment: Moment, outcome: Outcome, name: str, **values: object) -> Reply:
        return self._replies.reply(moment.asking, outcome, lead=self._replies.voice.say(name, **values))

    def _with_personal_data(self, draft: Draft, moment: Moment) -> Draft:
        """Identifying numbers: text not stored, a notice, and the answer if the rest reached the answer zone."""
        if not moment.kinds or draft.reply.outcome is Outcome.SIGNPOSTED:
            return draft
        voice = self._replies.voice
        kind = voice.say(f"kind_{moment.kinds[0]}")
        if draft.reply.outcome is Outcome.ANSWERED:
            notices = (voice.say("personal_data_beside", kind=kind), *draft.reply.notices)
            return replace(draft, reply=replace(draft.reply, notices=notices, keep_text=False, private=True))
        reply = self._say(moment, Outcome.SIGNPOSTED, "personal_data", kind=kind)
        return replace(draft, reply=replace(reply, keep_text=False, private=True), about=())

    def _greeted(self, draft: Draft, moment: Moment) -> Draft:
        """A short greeting before the first answer in a direct message; what is said alone stays alone."""
        if not moment.utterance.direct or moment.memory.settings.greeted:
            return draft
        if draft.reply.outcome is Outcome.SIGNPOSTED or draft.effect is not None:
            return draft
        said_by_itself = draft.reply.outcome in {Outcome.SMALL_TALK, Outcome.HELP}
        greeting = "" if said_by_itself else self._replies.voice.say("greeting_short")
        return replace(draft, reply=replace(draft.reply, greeting=greeting), greets=True)
