"""Builds the replies: an entry shown, a fork by nation, questions offered, not known, a guard's words. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from bot.choose import Chosen, Fork, NoneExists, NotCovered, choose
from bot.compose import Composer, links_of
from bot.knowledge.base import KnowledgeBase
from bot.knowledge.schema import Entry, Guard, HelpContact
from bot.model import Link, Nation, Option, OptionKind, Outcome, Part, Reply, Role
from bot.say import Voice, day_in_words, nations_in_words

NEXT_QUESTIONS = 3


@dataclass(frozen=True)
class Asking:
    """What is known about this question beside its words."""

    turn: str
    today: date
    nation: Nation | None = None
    nations: tuple[Nation, ...] = ()  # all that the words name
    open_nations: tuple[Nation, ...] = ()  # a name such as "health board" leaves these open
    guessed: str = ""  # the place that told the nation
    role: Role | None = None
    language: str = "en"
    welsh_before: bool = False  # something was asked in Welsh before in this talk, so the courtesy is said
    confidence: float = 0.0


class Replies:
    """Builds replies from one knowledge base in one voice."""

    def __init__(self, knowledge: KnowledgeBase, voice: Voice) -> None:
        self.knowledge = knowledge
        self.voice = voice
        self._composer = Composer(knowledge, voice)

    def show(self, ids: Sequence[str], asking: Asking, *, plain: bool = False, lead: str = "") -> Reply:
        """Show entries: each as a part, a question to choose by, a fork, or an honest gap."""
        replies = [self._show_one(self.knowledge.entries[entry], asking, plain=plain) for entry in ids]
        parts = tuple(part for reply in replies for part in reply.parts)
        if len(replies) == 1:
            return replace(replies[0], lead=replies[0].lead or lead)
        waiting = [(entry, reply) for entry, reply in zip(ids, replies, strict=True) if not reply.parts]
        if not parts:  # one nation told answers them all
            forks = all(option.kind is OptionKind.NATION for reply in replies for option in reply.options)
            return replace(replies[0], offered=tuple(ids) if forks else replies[0].offered)
        if waiting:
            entry, reply = waiting[0]
            question = self.knowledge.entries[entry].question
            lead = self.voice.say("two_one_open", question=question, asks=reply.lead)
            return replace(reply, outcome=Outcome.ANSWERED, lead=lead, parts=parts)
        return replace(
            replies[0],
            outcome=Outcome.ANSWERED,
            lead=lead,
            parts=parts,
            options=self._next_questions(parts, asking) or replies[0].options,
            offered=(),
        )

    def _show_one(self, entry: Entry, asking: Asking, *, plain: bool) -> Reply:
        if entry.choice is not None:
            options = tuple(Option(OptionKind.ENTRY, o.entry, o.label) for o in entry.choice.options)
            return self.reply(asking, Outcome.CLARIFYING, lead=entry.choice.ask, options=options, offered=(entry.id,))
        named = [n for n in asking.nations if isinstance(choose(entry, n, asking.today), Chosen | NoneExists)]
        if len(named) > 1:
            return self._side_by_side(entry, named, asking, plain=plain)
        chosen = choose(entry, asking.nation, asking.today)
        if isinstance(chosen, Chosen | NoneExists):
            only = isinstance(chosen, Chosen) and chosen.unasked
            part = self._part(entry, asking, asking.nation, plain=plain, only=only)
            lead = self.voice.say("no_plain") if plain and not self._has_plain(entry, asking) else ""
            notices: tuple[str, ...] = ()
            if asking.guessed and asking.nation:
                place = " ".join(word.capitalize() for word in asking.guessed.split())
                notices = (self.voice.say("guessed", place=place, nation=asking.nation.title),)
            return self.reply(
                asking,
                Outcome.ANSWERED,
                lead=lead,
                parts=(part,),
                notices=notices,
                options=self._ways_on(entry, asking, part) + self._next_questions((part,), asking),
            )
        if isinstance(chosen, Fork):
            return self._fork(entry, chosen, asking)
        return self._not_covered(entry, chosen, asking)

    def _part(
        self, entry: Entry, asking: Asking, nation: Nation | None, *, plain: bool = False, only: bool = False
    ) -> Part:
        chosen = choose(entry, nation, asking.today)
        assert isinstance(chosen, Chosen | NoneExists)  # noqa: S101  # the caller has looked
        return self._composer.part(
            entry,
            chosen.variant,
            nation=nation,
            today=asking.today,
            role=asking.role,
            plain=plain,
            only=only,
            language=asking.language,
        )

    @staticmethod
    def _has_plain(entry: Entry, asking: Asking) -> bool:
        chosen = choose(entry, asking.nation, asking.today)
        return isinstance(chosen, Chosen | NoneExists) and chosen.variant.plain is not None

    def _side_by_side(self, entry: Entry, nations: list[Nation], asking: Asking, *, plain: bool) -> Reply:
        parts: list[Part] = []
        for nation in nations:
            part = self._part(entry, asking, nation, plain=plain)
            if all((part.lead, part.nations) != (earlier.lead, earlier.nations) for earlier in parts):
                parts.append(part)
        return self.reply(
            asking, Outcome.ANSWERED, parts=tuple(parts), options=self._next_questions(tuple(parts), asking)
        )

    def _ways_on(self, entry: Entry, asking: Asking, part: Part) -> tuple[Option, ...]:
        """Simpler, and the nation if the answer may be another elsewhere."""
        options = []
        if self._has_plain(entry, asking) and not part.plain:
            options.append(Option(OptionKind.SIMPLER, entry.id, self.voice.say("label_simpler"), nation=part.nation))
        if asking.guessed and asking.nation:
            others = [n for n in Nation if n is not asking.nation and n not in part.nations]
            options += [
                Option(OptionKind.NATION, n.value, n.title, entry=entry.id)
                for n in others
                if not isinstance(choose(entry, n, asking.today), NotCovered)
            ]
        return tuple(options)

    def _next_questions(self, parts: Sequence[Part], asking: Asking) -> tuple[Option, ...]:
        shown = {part.entry for part in parts}
        ids = [i for part in parts for i in self.knowledge.entries[part.entry].see_also if i not in shown]
        entries = [self.knowledge.entries[i] for i in dict.fromkeys(ids) if self.has_text(i, asking, telling=True)][
            :NEXT_QUESTIONS
        ]
        return tuple(Option(OptionKind.ENTRY, entry.id, entry.question) for entry in entries)

    def has_text(self, entry: str, asking: Asking, *, telling: bool = False) -> bool:
        """Whether choosing the entry shows this person's nation a text; `telling`: more than that there is no such thing."""
        found = self.knowledge.entries[entry]
        if asking.nation is None or found.choice is not None:
            return True
        chosen = choose(found, asking.nation, asking.today)
        return not isinstance(chosen, NotCovered | NoneExists if telling else NotCovered)

    def _fork(self, entry: Entry, fork: Fork, asking: Asking) -> Reply:
        nations = tuple(n for n in fork.nations if not asking.open_nations or n in asking.open_nations) or fork.nations
        if asking.open_nations:
            lead = self.voice.say("ask_nation_of", nations=nations_in_words(nations, "or"))
        elif len(nations) == len(Nation):
            lead = self.voice.say("fork")
        else:
            lead = self.voice.say("fork_some", nations=nations_in_words(nations))
        options = tuple(Option(OptionKind.NATION, n.value, n.title, entry=entry.id) for n in nations)
        return self.reply(asking, Outcome.ANSWERED, lead=lead, options=options, offered=(entry.id,))

    def _not_covered(self, entry: Entry, gap: NotCovered, asking: Asking) -> Reply:
        if not gap.covered or asking.nation is None:
            lead = self.voice.say("not_on_date", date=day_in_words(asking.today))
        else:
            lead = self.voice.say("not_covered", nations=nations_in_words(gap.covered), nation=asking.nation.title)
        options = tuple(Option(OptionKind.NATION, n.value, n.title, entry=entry.id) for n in gap.covered)
        reply = self._with_helper(asking, lead, self.knowledge.topic_of[entry.id])
        return replace(reply, options=options + reply.options, offered=(entry.id,))

    def offer(self, ids: Sequence[str], asking: Asking, lead: str) -> Reply:
        """Up to three questions in plain words, and `None of these`."""
        options = [Option(OptionKind.ENTRY, i, self.knowledge.entries[i].question) for i in ids]
        options.append(Option(OptionKind.NONE, "", self.voice.say("label_none")))
        return self.reply(asking, Outcome.CLARIFYING, lead=lead, options=tuple(options), offered=tuple(ids))

    def unknown(self, asking: Asking, topic: str = "") -> Reply:
        """Our field, and nothing good enough: say so, name one helper, offer to send the question."""
        words = self.voice
        lead = words.say("fallback_nation", nation=asking.nation.title) if asking.nation else words.say("fallback")
        return self._with_helper(asking, lead, topic)

    def _with_helper(self, asking: Asking, lead: str, topic: str) -> Reply:
        contact = self.contact(topic, asking.nation)
        links: tuple[Link, ...] = ()
        if contact is not None:
            lead = f"{lead} {self.voice.say('helper', name=contact.name, **{'for': contact.for_})}"
            links = (Link(contact.name, contact.url),)
        send = Option(OptionKind.SEND_QUESTION, asking.turn, self.voice.say("label_send"))
        lead = f"{lead} {self.voice.say('send_question')}"
        return self.reply(asking, Outcome.FALLBACK, lead=lead, links=links, options=(send,))

    def contact(self, topic: str, nation: Nation | None) -> HelpContact | None:
        """The one contact for a topic and nation; where the nation is not known, one that serves all four."""
        if topic not in self.knowledge.topics:
            return None
        for contact in self.knowledge.topics[topic].help:
            if nation in contact.scope if nation else len(contact.scope) == len(Nation):
                return contact
        return None

    def _filled(self, text: str) -> str:
        """An editor's words with who runs the bot and where to ask filled in."""
        for name in ("operator", "contact"):
            text = text.replace("{" + name + "}", self.voice.say_value(name))
        return text

    def guard(self, guard: Guard, asking: Asking) -> Reply:
        """A guard's own words, with the one contact for the nation."""
        says = guard.says
        contact = next((c for c in says.contacts if asking.nation in c.scope or len(c.scope) == len(Nation)), None)
        links = links_of(says.sources, asking.language)
        lead, *points = (self._filled(text) for text in (says.lead, *says.points))
        if contact is not None:
            lead = f"{lead} {self.voice.say('helper', name=contact.name, **{'for': contact.for_})}"
            links = (Link(contact.name, contact.url), *links)
        options = tuple(
            Option(OptionKind.ENTRY, i, self.knowledge.entries[i].question) for i in says.offer
            if i in self.knowledge.entries
        )  # fmt: skip
        reply = self.reply(asking, guard.result, lead=lead, points=tuple(points), links=links, options=options)
        return replace(reply, keep_text=guard.keep_text, private=guard.outcome == "signposted")

    def reply(
        self,
        asking: Asking,
        outcome: Outcome,
        *,
        lead: str = "",
        points: tuple[str, ...] = (),
        parts: tuple[Part, ...] = (),
        notices: tuple[str, ...] = (),
        links: tuple[Link, ...] = (),
        options: tuple[Option, ...] = (),
        offered: tuple[str, ...] = (),
    ) -> Reply:
        """A reply with what every reply carries: turn, nation, confidence, and Welsh courtesy."""
        welsh = asking.language == "cy"
        if welsh and not asking.welsh_before:
            lead = f"{self.voice.say('welsh')} {lead}".strip()
        return Reply(
            turn=asking.turn,
            outcome=outcome,
            lead=lead,
            points=points,
            parts=parts,
            notices=notices,
            links=links,
            options=options,
            nation=asking.nation,
            offered=offered,
            confidence=asking.confidence,
            welsh=welsh or asking.welsh_before,
        )
