"""Steps that go on from the last turn: an option typed, yes or no, a modifier, a nation alone. Pure."""

from __future__ import annotations

from dataclasses import replace

from bot.drafts import Drafts
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
from bot.listening import MOST_OFFERED
from bot.matching.text import tokens
from bot.matching.words import Words
from bot.model import LastTurn, Nation, OptionKind, Outcome
from bot.moment import Draft, Moment
from bot.options import numbered
from bot.replies import Replies


class Resuming:
    """Understands what leans on the turn before; each step leaves to the next what does not."""

    def __init__(self, words: Words, modifiers: Modifiers, replies: Replies, drafts: Drafts) -> None:
        self._words = words
        self._modifiers = modifiers
        self._replies = replies
        self._drafts = drafts

    def typed_choice(self, moment: Moment) -> Draft | None:
        """A number typed for one of the options that are open."""
        utterance = moment.utterance
        option = typed_choice(moment.text, moment.memory.last, utterance.person, utterance.sent_at)
        if option is not None:
            return self._drafts.choose_option(option, moment)
        if not is_number(moment.text):
            return None
        last = moment.memory.last
        if last is None or not is_open(last, utterance.person, utterance.sent_at) or not numbered(last.options):
            return Draft(self._drafts.say(moment, Outcome.HELP, "no_choice_open"))
        return self._ask_again(moment, last, "no_such_number")

    def yes_or_no(self, moment: Moment) -> Draft | None:
        """A bare yes or no to what the last turn asked; where it asked nothing, it is left to small talk."""
        last, utterance = moment.memory.last, moment.utterance
        if last is None or not is_open(last, utterance.person, utterance.sent_at):
            return None
        option, choosing = proposed(last), last.outcome is Outcome.CLARIFYING
        forked = any(other.kind is OptionKind.NATION for other in last.options)
        if said_yes(moment.text):
            if option is not None:
                return self._drafts.choose_option(option, moment)
            return self._ask_again(moment, last, "which_one") if choosing or forked else None
        if not said_no(moment.text):
            return None
        if choosing:
            return Draft(self._drafts.say(moment, Outcome.HELP, "none_of_these"))
        declines = option is not None or len(tokens(moment.text)) > 1  # a bare no after an answer is a complaint
        return Draft(self._drafts.say(moment, Outcome.HELP, "left_there")) if declines else None

    def modifier(self, moment: Moment) -> Draft | None:
        """Words that only change how the last entries are shown: a role, more, simpler, sources, none of these."""
        modifier = self._modifiers.find(moment.text)
        if modifier is None:
            return None
        if modifier is Modifier.NONE:
            return Draft(self._drafts.say(moment, Outcome.HELP, "none_of_these"))
        settings = None
        if modifier.role is not None:
            settings = replace(moment.memory.settings, role=modifier.role)
            moment = replace(moment, asking=replace(moment.asking, role=modifier.role))
        last = moment.memory.last
        if last is None or not last.entries:
            if modifier.role is None:
                return Draft(self._drafts.say(moment, Outcome.HELP, "nothing_to_show"))
            return Draft(self._drafts.role_set(moment, modifier.role), settings=settings)
        if not is_fresh(last, moment.utterance.sent_at):
            lead = self._replies.voice.say("about_again")
            return Draft(
                self._replies.offer(self._drafts.still_here(last.entries), moment.asking, lead), settings=settings
            )
        draft = replace(self._drafts.show(self._drafts.still_here(last.entries), moment, modifier), settings=settings)
        if modifier.role is not None and draft.reply.parts and not any(part.note for part in draft.reply.parts):
            # nothing there for the role: to show it all again would say nothing new
            return Draft(self._drafts.role_set(moment, modifier.role), about=last.entries, settings=settings)
        if modifier is Modifier.MORE and draft.reply.parts:
            whole = self._replies.voice.say("all_of_it")
            draft = replace(draft, reply=replace(draft.reply, notices=(*draft.reply.notices, whole)))
        return draft

    def nation_alone(self, moment: Moment) -> Draft | None:
        """A nation or two and nothing else: the last entries, the open choice, or from now on."""
        reading = self._words.read(moment.text)
        named = self._modifiers.only_nations(reading)
        if not named:
            return None
        nation = named[0]
        asking = replace(moment.asking, nation=nation, nations=(), confidence=1.0)
        last = moment.memory.last
        if last is not None and last.entries and is_fresh(last, moment.utterance.sent_at):
            if len(named) > 1:  # "both England and Wales": side by side
                return self._drafts.show(self._drafts.still_here(last.entries), moment, None)
            draft = self._drafts.show(self._drafts.still_here(last.entries), replace(moment, asking=asking), None)
            reply = draft.reply
            if reply.parts and all(part.nation is None and len(part.nations) == len(Nation) for part in reply.parts):
                same = self._replies.voice.say("same_there", nation=nation.title)
                reply = replace(reply, notices=(*reply.notices, same))
            return replace(draft, reply=reply, said=nation)
        if reading.place and nation is moment.memory.nation:
            return None  # `AccessNI` from somebody in Northern Ireland: it is what they ask about
        offered = self._drafts.offered(moment)
        if offered:  # the choice is open still, now for this nation
            ids = self._drafts.fitting(tuple(offered), asking)[:MOST_OFFERED]
            if len(ids) == 1:
                return replace(self._drafts.show(list(ids), replace(moment, asking=asking), None), said=nation)
            lead = self._replies.voice.say("nation_then", nation=nation.title)
            return Draft(self._replies.offer(ids, asking, lead), said=nation)
        lead = self._replies.voice.say("nation_set", nation=nation.title)
        settings = replace(moment.memory.settings, nation=nation)  # "from now on", and what `settings` promises
        return Draft(self._replies.reply(asking, Outcome.HELP, lead=lead), said=nation, settings=settings)

    def _ask_again(self, moment: Moment, last: LastTurn, name: str) -> Draft:
        """The open choice once more: its options stay open, and what it was about stays what a follow-up means."""
        lead = self._replies.voice.say(name)
        reply = self._replies.reply(moment.asking, Outcome.CLARIFYING, lead=lead, options=last.options)
        return Draft(reply, about=last.entries)
