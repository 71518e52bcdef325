"""One utterance in, one draft of a reply out: the order in which an utterance is understood. Pure and synchronous.

Each step either settles the utterance or leaves it to the next; the order matters and is the table in `Dialogue`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date

from bot.commands import Commands
from bot.drafts import Drafts
from bot.follow_up import Modifiers, is_fresh
from bot.guard import GuardBook
from bot.knowledge.base import KnowledgeBase
from bot.knowledge.schema import Guard
from bot.listening import Heard, Listener
from bot.matching.decide import Policy, Verdict, Zone
from bot.matching.matcher import Matcher
from bot.matching.text import MAX_CHARS, tokens
from bot.model import Memory, OptionKind, Outcome, Utterance, UtteranceKind
from bot.moment import Draft, Moment, moment_of
from bot.options import decode
from bot.replies import Replies
from bot.resuming import Resuming
from bot.targets import GUARD, is_entry


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
        self._not_ours = {group.id: Outcome(group.outcome) for group in knowledge.not_ours}
        self._drafts = Drafts(knowledge, matcher.words, replies, commands)
        modifiers = Modifiers.of(knowledge.language, matcher.words.scaffold)
        resuming = Resuming(matcher.words, modifiers, replies, self._drafts)
        self._steps: tuple[Callable[[Moment], Draft | None], ...] = (
            self._tap,
            self._unreadable,
            self._crisis,
            self._command,
            self._held_back,
            resuming.typed_choice,
            resuming.yes_or_no,
            resuming.modifier,
            resuming.nation_alone,
            self._guard,
            self._two_questions,
            self._long_story,
            self._question,
        )

    def respond(self, utterance: Utterance, memory: Memory, today: date, turn: str) -> Draft:
        """Understand and answer. Never fails on any text; what it cannot place it says so."""
        moment = moment_of(self._words, utterance, memory, today, turn)
        draft = next(draft for step in self._steps if (draft := step(moment)) is not None)
        draft = replace(draft, said=draft.said or moment.said)
        return self._greeted(self._with_personal_data(draft, moment), moment)

    # --- steps, in order -------------------------------------------------------------------------------------------

    def _tap(self, moment: Moment) -> Draft | None:
        if moment.utterance.kind is not UtteranceKind.CHOICE:
            return None
        option = decode(moment.utterance.text)
        if option is None:
            return Draft(self._drafts.say(moment, Outcome.HELP, "old_button"))
        held = None if option.kind is OptionKind.COMMAND else self._held_back(moment)
        return held or self._drafts.choose_option(option, moment)

    def _held_back(self, moment: Moment) -> Draft | None:
        """Switched off, or asked too fast. After a crisis and a command: those are always heard."""
        if moment.memory.off:
            return Draft(self._drafts.say(moment, Outcome.HELP, "off", reason=moment.memory.off))
        if moment.memory.hurried:
            return Draft(self._drafts.say(moment, Outcome.HELP, "hurried"))
        return None

    def _unreadable(self, moment: Moment) -> Draft | None:
        if len(moment.utterance.text) > MAX_CHARS:
            return Draft(replace(self._drafts.say(moment, Outcome.HELP, "too_long"), keep_text=False))
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
        ids = self._drafts.fitting(heard.ids, asking)
        name = "heard" if len(ids) > 1 else "heard_one"
        lead = self._replies.voice.say(name, count={2: "two", 3: "three"}.get(len(ids), ""))
        return Draft(self._replies.offer(ids, asking, lead), ranking=heard.ranking)

    def _question(self, moment: Moment) -> Draft:
        last = moment.memory.last
        fresh = last is not None and is_fresh(last, moment.utterance.sent_at)
        after = self._drafts.still_here(last.entries) if last is not None and fresh else []
        heard = self._listener.question(moment.text, moment.asking.nation, after, self._drafts.offered(moment))
        ranking, verdict = heard.ranking, heard.verdict
        asking = replace(moment.asking, confidence=heard.confidence)
        guard = self._top_guard(heard)
        if guard is not None:
            return Draft(self._replies.guard(guard, asking), ranking=ranking, verdict=verdict)
        ids = tuple(entry for entry in heard.ids if is_entry(entry))
        if verdict.zone is Zone.ANSWER and ids:
            reply = self._replies.show(ids[:1], asking)
            return Draft(reply, about=ids[:1], ranking=ranking, verdict=verdict)
        ids = self._drafts.fitting(ids, asking)
        if verdict.zone is Zone.OFFER and len(ids) == 1 and self._knowledge.entries[ids[0]].choice is not None:
            # it asks back anyway: to ask first whether it is meant would be one question too many
            return Draft(self._replies.show(ids, asking), about=ids, ranking=ranking, verdict=verdict)
        if verdict.zone is Zone.OFFER and ids:
            reply = self._replies.offer(ids, asking, self._replies.voice.say("three" if len(ids) > 1 else "one"))
        elif self._in_field(verdict):
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

    def _in_field(self, verdict: Verdict) -> bool:
        """Whether what is not known is a gap of ours; what is most like a question nothing answers says so itself."""
        return self._not_ours[verdict.not_ours] is Outcome.FALLBACK if verdict.not_ours else verdict.in_field

    def _with_personal_data(self, draft: Draft, moment: Moment) -> Draft:
        """Identifying numbers: text not stored, a notice, and the answer if the rest reached the answer zone."""
        if not moment.kinds or draft.reply.outcome is Outcome.SIGNPOSTED:
            return draft
        voice = self._replies.voice
        kind = voice.say(f"kind_{moment.kinds[0]}")
        if draft.reply.outcome is Outcome.ANSWERED:
            notices = (voice.say("personal_data_beside", kind=kind), *draft.reply.notices)
            return replace(draft, reply=replace(draft.reply, notices=notices, keep_text=False, private=True))
        reply = self._drafts.say(moment, Outcome.SIGNPOSTED, "personal_data", kind=kind)
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
