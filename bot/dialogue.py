"""One utterance in, one draft of a reply out: the order in which an utterance is understood. Pure and synchronous.

Each step either settles the utterance or leaves it to the next; the order matters and is the table at `STEPS`.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date

from bot.commands import Commands, Effect
from bot.follow_up import POINTING, Modifier, Modifiers, is_fresh, typed_choice
from bot.guard import GuardBook
from bot.knowledge.base import KnowledgeBase
from bot.knowledge.schema import Guard
from bot.matching.decide import Policy, Verdict, Zone, decide
from bot.matching.matcher import Matcher, Ranking
from bot.matching.text import MAX_CHARS, tokens
from bot.model import Memory, Nation, Option, OptionKind, Outcome, PersonSettings, Reply, Role, Utterance, UtteranceKind
from bot.options import decode
from bot.redact import identifying, redact
from bot.replies import Asking, Replies
from bot.targets import GUARD

LONG_STORY_WORDS = 45
SHORT_FOLLOW_UP, LONG_FOLLOW_UP = 8, 12  # words: so short, or with "it" or "and" in it, it may lean on the last entry
ENOUGH_FOR_A_CLAUSE = 4  # words
CLAUSE_TRUST = 0.9  # what a clause alone is worth against the whole
_REDACTED = re.compile(r"\[[a-z ]+\]")
_CLAUSE_END = re.compile(r"[,;.!?]\s+|\s+(?:and|but|because|cos|so|when|if|since|though)\s+", re.IGNORECASE)
_SENTENCE_END = re.compile(r"(?<=[.!?])\s+|\n+")
_BEFORE_QUESTION = re.compile(
    r"(?:,|;|\band\b|\bor\b|\balso\b)\s+(?=(?:what|how|can|could|do|does|did|is|are|who|where|when|why|which|should|will|would)\b)",
    re.IGNORECASE,
)


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
    rest = [sentence for sentence in _SENTENCE_END.split(text) if not identifying(sentence)]
    return " ".join(rest) if any(tokens(sentence) for sentence in rest) else _REDACTED.sub(" ", redact(text))


class Dialogue:
    """Understands utterances with one knowledge base."""

    def __init__(
        self, knowledge: KnowledgeBase, matcher: Matcher, replies: Replies, commands: Commands, policy: Policy
    ) -> None:
        self._knowledge = knowledge
        self._matcher = matcher
        self._replies = replies
        self._commands = commands
        self._policy = policy
        self._guards = GuardBook(knowledge.guards)
        self._modifiers = Modifiers.of(knowledge.language, matcher.words.scaffold)
        self._steps: tuple[Callable[[Moment], Draft | None], ...] = (
            self._tap,
            self._unreadable,
            self._crisis,
            self._command,
            self._typed_choice,
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
        return self._with_personal_data(draft, moment)

    def _moment(self, utterance: Utterance, memory: Memory, today: date, turn: str) -> Moment:
        text = utterance.text
        kinds = identifying(text) if utterance.kind is UtteranceKind.TEXT else ()
        if kinds:
            text = _without_numbers(text)
        reading = self._matcher.words.read(text[:MAX_CHARS])
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
        )
        return Moment(utterance, memory, text, asking, said, kinds)

    # --- steps, in order -------------------------------------------------------------------------------------------

    def _tap(self, moment: Moment) -> Draft | None:
        if moment.utterance.kind is not UtteranceKind.CHOICE:
            return None
        option = decode(moment.utterance.text)
        if option is None:
            return Draft(self._say(moment, Outcome.HELP, "old_button"))
        return self.choose_option(option, moment)

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
        return self.choose_option(option, moment) if option else None

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
        return replace(self._show(self._still_here(last.entries), moment, modifier), settings=settings)

    def _nation_alone(self, moment: Moment) -> Draft | None:
        nation = self._modifiers.only_a_nation(self._matcher.words.read(moment.text))
        if nation is None:
            return None
        asking = replace(moment.asking, nation=nation, nations=(), confidence=1.0)
        last = moment.memory.last
        if last is not None and last.entries and is_fresh(last, moment.utterance.sent_at):
            draft = self._show(self._still_here(last.entries), replace(moment, asking=asking), None)
            return replace(draft, said=nation)
        lead = self._replies.voice.say("nation_set", nation=nation.title)
        return Draft(self._replies.reply(asking, Outcome.HELP, lead=lead), said=nation)

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
        for pieces in (_SENTENCE_END.split(moment.text), _BEFORE_QUESTION.split(moment.text)):
            halves = [piece for piece in pieces if len(tokens(piece)) >= 2]
            if len(halves) != 2:
                continue
            ranked = [self._matcher.rank(half, nation=moment.asking.nation) for half in halves]
            verdicts = [decide(ranking, self._policy) for ranking in ranked]
            ids = [verdict.offer[0] for verdict in verdicts if verdict.zone is Zone.ANSWER]
            if len(set(ids)) == 2 and not any(i.startswith(GUARD) for i in ids):
                confidence = min(ranking.confidence for ranking in ranked)
                asking = replace(moment.asking, confidence=confidence)
                reply = self._replies.show(ids, asking, lead=self._replies.voice.say("two_questions"))
                return Draft(reply, about=tuple(ids), ranking=ranked[0], verdict=verdicts[0])
        return None

    def _long_story(self, moment: Moment) -> Draft | None:
        if len(tokens(moment.text)) <= LONG_STORY_WORDS:
            return None
        nation = moment.asking.nation
        whole = self._matcher.rank(moment.text, nation=nation)
        heard: dict[str, float] = {}
        for sentence in _SENTENCE_END.split(moment.text):
            if len(tokens(sentence)) < 3:
                continue
            ranking = self._matcher.rank(sentence, nation=nation)
            verdict = decide(ranking, self._policy)
            if verdict.zone is not Zone.UNKNOWN and not verdict.offer[0].startswith(GUARD):
                heard[verdict.offer[0]] = max(heard.get(verdict.offer[0], 0.0), ranking.confidence)
        for candidate in whole.candidates[:2]:
            if not candidate.entry.startswith(GUARD) and whole.confidence >= self._policy.offer:
                heard.setdefault(candidate.entry, whole.confidence * candidate.score)
        ids = sorted(heard, key=lambda entry: -heard[entry])[:3]
        if not ids:
            return None
        asking = replace(moment.asking, confidence=heard[ids[0]])
        name = "heard" if len(ids) > 1 else "heard_one"
        lead = self._replies.voice.say(name, count={2: "two", 3: "three"}.get(len(ids), ""))
        return Draft(self._replies.offer(ids, asking, lead), ranking=whole)

    def _question(self, moment: Moment) -> Draft:
        ranking, verdict = self._rank(moment)
        asking = replace(moment.asking, confidence=ranking.confidence)
        guard = self._top_guard(ranking, verdict)
        if guard is not None:
            return Draft(self._replies.guard(guard, asking), ranking=ranking, verdict=verdict)
        ids = [entry for entry in verdict.offer if not entry.startswith(GUARD)]
        if verdict.zone is Zone.ANSWER and ids:
            reply = self._replies.show(ids[:1], asking)
            return Draft(reply, about=tuple(ids[:1]), ranking=ranking, verdict=verdict)
        if verdict.zone is Zone.OFFER and ids:
            reply = self._replies.offer(ids, asking, self._replies.voice.say("three" if len(ids) > 1 else "one"))
            return Draft(reply, ranking=ranking, verdict=verdict)
        if verdict.in_field:
            topics = [self._knowledge.topic_of.get(candidate.entry, "") for candidate in ranking.candidates]
            topic = next((topic for topic in topics if self._replies.contact(topic, asking.nation)), "")
            return Draft(self._replies.unknown(asking, topic), ranking=ranking, verdict=verdict)
        lead = self._replies.voice.say("out_of_scope")
        return Draft(self._replies.reply(asking, Outcome.OUT_OF_SCOPE, lead=lead), ranking=ranking, verdict=verdict)

    # --- parts of steps ----------------------------------------------------------------------------------------------

    def _rank(self, moment: Moment) -> tuple[Ranking, Verdict]:
        """Alone first: in the answer zone it is a new question. Otherwise, in a fresh talk, near the last entry."""
        nation = moment.asking.nation
        ranking = self._matcher.rank(moment.text, nation=nation)
        verdict = decide(ranking, self._policy)
        if verdict.zone is not Zone.ANSWER and len(tokens(moment.text)) > 2 * ENOUGH_FOR_A_CLAUSE:
            ranking, verdict = self._best_clause(moment, ranking, verdict)
        last = moment.memory.last
        if last is None or not last.entries or not is_fresh(last, moment.utterance.sent_at):
            return ranking, verdict
        words = tokens(moment.text)
        points_back = len(words) <= SHORT_FOLLOW_UP or (
            len(words) <= LONG_FOLLOW_UP and (not POINTING.isdisjoint(words) or words[0] in {"and", "but", "so", "or"})
        )
        if verdict.zone is Zone.ANSWER and (ranking.exact or not points_back):
            return ranking, verdict
        near_ranking = self._matcher.rank(moment.text, near=self._near(last.entries), nation=nation)
        near_verdict = decide(near_ranking, self._policy, in_context=True)
        moved = (
            near_ranking.best is not None and ranking.best is not None and near_ranking.best.entry != ranking.best.entry
        )
        if moved and verdict.zone is Zone.ANSWER and near_verdict.zone is not Zone.ANSWER:
            return near_ranking, Verdict(Zone.OFFER, "the words say one thing and the talk another", near_verdict.offer)
        if near_verdict.zone is Zone.UNKNOWN or near_ranking.confidence < ranking.confidence:
            return ranking, verdict
        return near_ranking, near_verdict

    def _best_clause(self, moment: Moment, ranking: Ranking, verdict: Verdict) -> tuple[Ranking, Verdict]:
        """A dictated run-on says its question in one clause: trust that clause where the whole points the same way."""
        likely = {candidate.entry for candidate in ranking.candidates[:4]}
        for clause in _CLAUSE_END.split(moment.text):
            if len(tokens(clause)) < ENOUGH_FOR_A_CLAUSE:
                continue
            found = self._matcher.rank(clause, nation=moment.asking.nation)
            if found.best is None or found.best.entry not in likely:
                continue
            found = replace(found, confidence=found.confidence * CLAUSE_TRUST, exact=False)
            if found.confidence > ranking.confidence:
                ranking, verdict = found, decide(found, self._policy)
        return ranking, verdict

    def _near(self, ids: tuple[str, ...]) -> set[str]:
        near: set[str] = set()
        for entry in self._still_here(ids):
            near.update(self._knowledge.entries[entry].see_also)
            topic = self._knowledge.topic_of[entry]
            near.update(e for e, t in self._knowledge.topic_of.items() if t == topic)
        return near

    def _top_guard(self, ranking: Ranking, verdict: Verdict) -> Guard | None:
        best = ranking.best
        if best is None or not best.entry.startswith(GUARD) or verdict.zone is Zone.UNKNOWN:
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
                return replace(self._show([option.entry], replace(moment, asking=asking), None), said=nation)
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
