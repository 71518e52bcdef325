"""Drafts of replies: entries shown or offered, an option taken, words of the bot's own. Pure."""

from __future__ import annotations

from dataclasses import replace

from bot.commands import Commands
from bot.follow_up import Modifier, is_fresh
from bot.knowledge.base import KnowledgeBase
from bot.matching.words import Words
from bot.model import Nation, Option, OptionKind, Outcome, Reply, Role
from bot.moment import Draft, Moment
from bot.replies import Asking, Replies


class Drafts:
    """Makes drafts from one knowledge base."""

    def __init__(self, knowledge: KnowledgeBase, words: Words, replies: Replies, commands: Commands) -> None:
        self._knowledge = knowledge
        self._words = words
        self._replies = replies
        self._commands = commands

    def choose_option(self, option: Option, moment: Moment) -> Draft:
        """What a tap or a typed choice does."""
        entries = self._knowledge.entries
        if option.kind is OptionKind.ENTRY and option.value in entries:
            return self.show([option.value], moment, None)
        if option.kind is OptionKind.NATION:
            nation = Nation(option.value)
            asking = replace(moment.asking, nation=nation, nations=(), guessed="", open_nations=())
            if option.entry in entries:
                last = moment.memory.last
                both = last is not None and option.entry in last.entries
                ids = self.still_here(last.entries) if last is not None and both else [option.entry]
                return replace(self.show(ids, replace(moment, asking=asking), None), said=nation)
            settings = replace(moment.memory.settings, nation=nation)
            lead = self._replies.voice.say("nation_set", nation=nation.title)
            return Draft(self._replies.reply(asking, Outcome.HELP, lead=lead), said=nation, settings=settings)
        if option.kind is OptionKind.ROLE:
            role = Role(option.value)
            moment = replace(moment, asking=replace(moment.asking, role=role))
            settings = replace(moment.memory.settings, role=role)
            if option.entry in entries:
                return replace(self.show([option.entry], moment, None), settings=settings)
            return Draft(self.role_set(moment, role), settings=settings)
        shows = {
            OptionKind.MORE: Modifier.MORE,
            OptionKind.SIMPLER: Modifier.SIMPLER,
            OptionKind.SOURCES: Modifier.SOURCES,
        }
        if option.kind in shows and option.value in entries:
            if option.nation is not None:
                asking = replace(moment.asking, nation=option.nation, nations=(), guessed="", open_nations=())
                moment = replace(moment, asking=asking)
            return self.show([option.value], moment, shows[option.kind])
        if option.kind is OptionKind.NONE:
            return Draft(self.say(moment, Outcome.HELP, "none_of_these"))
        done = self._commands.tapped(option, moment.asking, moment.memory.settings)
        if done is None:
            return Draft(self.say(moment, Outcome.HELP, "old_button"))
        return Draft(done.reply, settings=done.settings, effect=done.effect)

    def show(self, ids: list[str], moment: Moment, modifier: Modifier | None) -> Draft:
        """Entries in full, as the modifier wants them: simpler, all of it, sources alone."""
        asking = replace(moment.asking, confidence=moment.asking.confidence or 1.0)
        if not ids:
            return Draft(self.say(moment, Outcome.HELP, "nothing_to_show"))
        reply = self._replies.show(ids, asking, plain=modifier is Modifier.SIMPLER)
        if modifier is Modifier.MORE:
            reply = replace(reply, expanded=True)
        if modifier is Modifier.SOURCES:
            parts = tuple(replace(part, points=(), steps=(), note="", wording=None) for part in reply.parts)
            reply = replace(reply, parts=parts)
        return Draft(reply, about=tuple(ids))

    def fitting(self, ids: tuple[str, ...], asking: Asking) -> tuple[str, ...]:
        """The entries worth offering to this person's nation; all if none is.

        Nobody in Fife means what asks for `the Welsh Government's policy`, to be told that it is Welsh.
        """

        def fits(entry: str) -> bool:
            title = self._words.read(self._knowledge.entries[entry].question)
            elsewhere = bool(title.nations) and not title.place and asking.nation not in title.nations
            return self._replies.has_text(entry, asking, telling=elsewhere)

        return tuple(entry for entry in ids if fits(entry)) or ids

    def offered(self, moment: Moment) -> list[str]:
        """The entries that the last turn only offered, if it is fresh."""
        last = moment.memory.last
        if last is None or last.outcome is not Outcome.CLARIFYING or not is_fresh(last, moment.utterance.sent_at):
            return []
        return self.still_here(tuple(option.value for option in last.options if option.kind is OptionKind.ENTRY))

    def still_here(self, ids: tuple[str, ...]) -> list[str]:
        """Those that the knowledge still has."""
        return [entry for entry in ids if entry in self._knowledge.entries]

    def role_set(self, moment: Moment, role: Role) -> Reply:
        """The role was understood, and is kept."""
        name = self._replies.voice.say(f"role_{role.value}")
        return self.say(moment, Outcome.HELP, "role_set", role=name)

    def say(self, moment: Moment, outcome: Outcome, name: str, **values: object) -> Reply:
        """Words of the bot's own, by their name."""
        return self._replies.reply(moment.asking, outcome, lead=self._replies.voice.say(name, **values))
